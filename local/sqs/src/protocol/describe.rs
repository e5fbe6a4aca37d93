//! Operations on whole queues.

use super::{Failure, required};
use crate::{counts::QueueAttributes, error::SqsError, limits::LISTED_QUEUES_MAX, queues::Queues};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Names of the attributes that a standard queue can have and this one does not: asked for, they are left out,
/// as AWS does with attributes that are not set.
const UNSET_ATTRIBUTES: [&str; 8] = [
    "Policy",
    "RedriveAllowPolicy",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "FifoQueue",
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueUrl {
    queue_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueAttributes {
    queue_url: Option<String>,
    #[serde(default)]
    attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListQueues {
    queue_name_prefix: Option<String>,
    /// The last name of the page before.
    next_token: Option<String>,
    max_results: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OneQueue {
    queue_url: Option<String>,
}

pub(super) fn url(queues: &Queues, request: &GetQueueUrl) -> Result<Value, Failure> {
    let name = required(request.queue_name.as_deref(), "QueueName")?;
    queues.find(name)?;
    Ok(json!({ "QueueUrl": queues.url(name) }))
}

/// At most a thousand queues, as on AWS; who wants the next page has to ask for pages.
pub(super) fn list(queues: &Queues, request: &ListQueues) -> Result<Value, Failure> {
    let max = request.max_results.unwrap_or(LISTED_QUEUES_MAX);
    if !(1..=LISTED_QUEUES_MAX).contains(&max) {
        let (parameter, value) = ("MaxResults", max.to_string());
        return Err(
            SqsError::InvalidParameter { parameter, value, reason: "Must be between 1 and 1000" }.into()
        );
    }
    let prefix = request.queue_name_prefix.as_deref().unwrap_or_default();
    let is_next = |name: &String| request.next_token.as_ref().is_none_or(|last| name > last);
    let mut names: Vec<_> = queues.names();
    names.retain(|name| name.starts_with(prefix) && is_next(name));
    let has_more = names.len() > max && request.max_results.is_some();
    names.truncate(max);
    let urls: Vec<_> = names.iter().map(|name| queues.url(name)).collect();
    let mut answer = json!({ "QueueUrls": urls });
    if has_more {
        answer["NextToken"] = json!(names.last());
    }
    Ok(answer)
}

pub(super) fn sources(queues: &Queues, request: &OneQueue) -> Result<Value, Failure> {
    let queue = queues.queue_of(request.queue_url.clone())?;
    let urls: Vec<_> = queues.dead_letter_sources(&queue)?.iter().map(|name| queues.url(name)).collect();
    // The only member of this protocol that begins with a small letter.
    Ok(json!({ "queueUrls": urls }))
}

pub(super) async fn purge(queues: &Queues, request: OneQueue) -> Result<Value, Failure> {
    let queue = queues.queue_of(request.queue_url)?;
    queues.purge(&queue).await?;
    Ok(json!({}))
}

pub(super) async fn attributes(queues: &Queues, request: GetQueueAttributes) -> Result<Value, Failure> {
    let queue = queues.queue_of(request.queue_url)?;
    let all = by_name(queues, &queues.attributes(&queue).await?);
    let mut chosen = Map::new();
    for wanted in &request.attribute_names {
        match all.get(wanted) {
            Some(value) => {
                chosen.insert(wanted.clone(), value.clone());
            }
            None if wanted == "All" => chosen.extend(all.clone()),
            None if wanted == "RedrivePolicy" || UNSET_ATTRIBUTES.contains(&wanted.as_str()) => {}
            None => return Err(SqsError::InvalidAttributeName { name: wanted.clone() }.into()),
        }
    }
    Ok(if chosen.is_empty() { json!({}) } else { json!({ "Attributes": chosen }) })
}

/// All values are text in this protocol, durations in seconds and instants in seconds since 1970.
fn by_name(queues: &Queues, queue: &QueueAttributes) -> Map<String, Value> {
    let spec = &queue.spec;
    let mut attributes = vec![
        ("ApproximateNumberOfMessages", queue.visible.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", queue.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", queue.delayed.to_string()),
        ("CreatedTimestamp", queue.created_at.as_second().to_string()),
        ("LastModifiedTimestamp", queue.modified_at.as_second().to_string()),
        ("VisibilityTimeout", spec.visibility.as_secs().to_string()),
        ("DelaySeconds", spec.delay.as_secs().to_string()),
        ("MessageRetentionPeriod", spec.retention.as_secs().to_string()),
        ("ReceiveMessageWaitTimeSeconds", spec.receive_wait.as_secs().to_string()),
        ("MaximumMessageSize", spec.max_message_bytes.to_string()),
        ("QueueArn", queues.arn(&spec.name)),
        ("SqsManagedSseEnabled", String::from("false")),
    ];
    if let Some(redrive) = &spec.redrive {
        let policy = json!({
            "deadLetterTargetArn": queues.arn(&redrive.target),
            "maxReceiveCount": redrive.max_receive_count,
        });
        attributes.push(("RedrivePolicy", policy.to_string()));
    }
    attributes.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
}
