//! Buckets, queues and tables.

use std::time::Duration;

use serde::Serialize;

use super::function::as_seconds;

/// An S3 bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// Its name in the template.
    pub logical_id: String,
    /// Its physical name.
    pub name: String,
    /// Whether every write makes a version and every delete a marker.
    pub versioned: bool,
    /// CORS rules; the first that fits a request wins.
    pub cors: Vec<CorsRule>,
    /// Queues that are told of new objects.
    pub notifications: Vec<Notification>,
}

/// One CORS rule, with the meaning S3 gives it: `*` may stand in origins and headers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CorsRule {
    /// Origins that may read answers, each with at most one `*`.
    pub origins: Vec<String>,
    /// Methods that may be used, in capitals.
    pub methods: Vec<String>,
    /// Request headers that may be sent.
    pub headers: Vec<String>,
    /// Response headers that a script may read.
    pub expose: Vec<String>,
    /// How long a browser may remember the answer to a preflight.
    #[serde(serialize_with = "super::function::as_optional_seconds")]
    pub max_age: Option<Duration>,
}

/// Objects whose creation is announced on a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notification {
    /// The event, such as `s3:ObjectCreated:*`.
    pub event: String,
    /// Physical name of the queue.
    pub queue: String,
    /// Only keys that begin with this; empty means every key.
    pub prefix: String,
    /// Only keys that end with this; empty means every key.
    pub suffix: String,
}

impl Notification {
    /// Whether an object of this (decoded) key, created through `event_name`
    /// (`ObjectCreated:Put`, without `s3:`), is announced here.
    pub fn covers(&self, event_name: &str, key: &str) -> bool {
        let event = self.event.trim_start_matches("s3:");
        let event_fits = match event.strip_suffix('*') {
            Some(family) => event_name.starts_with(family),
            None => event_name == event,
        };
        event_fits && key.starts_with(&self.prefix) && key.ends_with(&self.suffix)
    }
}

/// An SQS standard queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Its name in the template.
    pub logical_id: String,
    /// Its physical name.
    pub name: String,
    /// How functions and SDKs address it.
    pub url: String,
    /// Its ARN.
    pub arn: String,
    /// How long a received message stays hidden.
    #[serde(serialize_with = "as_seconds")]
    pub visibility: Duration,
    /// How long a sent message stays hidden at first.
    #[serde(serialize_with = "as_seconds")]
    pub delay: Duration,
    /// How long a message is kept.
    #[serde(serialize_with = "as_seconds")]
    pub retention: Duration,
    /// How long a receive waits for a first message unless it says otherwise.
    #[serde(serialize_with = "as_seconds")]
    pub receive_wait: Duration,
    /// The largest message, in bytes.
    pub message_bytes_max: u32,
    /// Where messages go that were received too often.
    pub redrive: Option<Redrive>,
}

/// When a message leaves for the dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redrive {
    /// Physical name of the dead-letter queue.
    pub queue: String,
    /// After this many receives.
    pub receives_max: u32,
}

/// A DynamoDB table. All keys are strings (`S`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its name in the template.
    pub logical_id: String,
    /// Its physical name.
    pub name: String,
    /// The primary key.
    pub key: AttributeKey,
    /// Global secondary indexes.
    pub indexes: Vec<Index>,
}

impl Table {
    /// Names of all attributes that keys and indexes use, each once, sorted.
    /// Exactly these are the table's `AttributeDefinitions`, all of type `S`.
    pub fn key_attributes(&self) -> Vec<&str> {
        let keys = std::iter::once(&self.key).chain(self.indexes.iter().map(|index| &index.key));
        let mut names: Vec<&str> =
            keys.flat_map(|key| std::iter::once(&key.hash).chain(&key.range)).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// A partition key and perhaps a sort key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttributeKey {
    /// The partition key.
    pub hash: String,
    /// The sort key.
    pub range: Option<String>,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: AttributeKey,
    /// What it copies.
    pub projection: Projection,
}

/// What an index copies beside the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Projection {
    /// Everything.
    All,
    /// Nothing.
    KeysOnly,
    /// These attributes.
    Include(Vec<String>),
}
