//! Functions and what starts them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::event_pattern::EventPattern;
use super::right::Right;
use super::route::Method;

/// A Lambda function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Function {
    /// Its name in the template.
    pub logical_id: String,
    /// Its physical name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The folder under `functions/` that holds its code: two functions may share one.
    pub code: String,
    /// How long one invocation may take.
    #[serde(serialize_with = "as_seconds")]
    pub timeout: Duration,
    /// Its memory in MiB. One process cannot cap it; it is what AWS would give.
    pub memory_mib: u32,
    /// Its environment, whole: nothing is inherited.
    pub environment: BTreeMap<String, String>,
    /// At most this many invocations at once; more are throttled.
    pub reserved_concurrency: Option<u32>,
    /// What its role may do, apart from reading its queues and writing its log, which AWS's tools add.
    pub rights: Vec<Right>,
    /// What starts it.
    pub events: Vec<Event>,
}

impl Function {
    /// Its SQS event source mappings.
    pub fn sqs_events(&self) -> impl Iterator<Item = &SqsEvent> {
        self.events.iter().filter_map(|event| match event {
            Event::Sqs(sqs) => Some(sqs),
            _ => None,
        })
    }

    /// Its schedules.
    pub fn schedules(&self) -> impl Iterator<Item = &Schedule> {
        self.events.iter().filter_map(|event| match event {
            Event::Schedule(schedule) => Some(schedule),
            _ => None,
        })
    }

    /// Its EventBridge rules on the default bus.
    pub fn rules(&self) -> impl Iterator<Item = &EventRule> {
        self.events.iter().filter_map(|event| match event {
            Event::Rule(rule) => Some(rule),
            _ => None,
        })
    }
}

/// Something that starts a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Event {
    /// Messages of a queue.
    Sqs(SqsEvent),
    /// The clock.
    Schedule(Schedule),
    /// An event on the default bus.
    Rule(EventRule),
    /// An HTTP request.
    Http(HttpRoute),
}

/// An SQS event source mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SqsEvent {
    /// The event's name in the function.
    pub id: String,
    /// Physical name of the queue.
    pub queue: String,
    /// At most this many messages in one invocation.
    pub batch_size: u32,
    /// How long a batch waits to fill.
    #[serde(serialize_with = "as_seconds")]
    pub window: Duration,
    /// At most this many invocations of this mapping at once.
    pub concurrency: Option<u32>,
    /// Whether the answer names the messages that failed (`ReportBatchItemFailures`).
    /// If not, an invocation that answers has dealt with the whole batch.
    pub partial: bool,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// The event's name in the function.
    pub id: String,
    /// From one invocation to the next.
    #[serde(serialize_with = "as_seconds")]
    pub every: Duration,
}

/// A rule on the default event bus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventRule {
    /// The event's name in the function.
    pub id: String,
    /// Which events it takes.
    pub pattern: EventPattern,
}

/// A route of the HTTP API to this function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HttpRoute {
    /// The event's name in the function.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The path in API Gateway's form, such as `/api/{proxy+}`.
    pub path: String,
}

/// Whole seconds, as the template says them.
pub(super) fn as_seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}

#[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
pub(super) fn as_optional_seconds<S: Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    duration.map(|duration| duration.as_secs()).serialize(serializer)
}
