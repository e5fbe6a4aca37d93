use super::{Failure, batch, required, seconds};
use crate::{
    contents,
    error::SqsError,
    limits::BATCH_BYTES_MAX,
    message::{AttributeValue, Attributes, Outgoing, Sent},
    queues::Queues,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendMessage {
    queue_url: Option<String>,
    #[serde(flatten)]
    message: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendMessageBatch {
    queue_url: Option<String>,
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: Option<String>,
    #[serde(flatten)]
    message: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the fields are called as in the protocol")]
struct Message {
    message_body: Option<String>,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: Option<Attributes>,
    #[serde(default)]
    message_system_attributes: Option<Attributes>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

impl Message {
    fn into_outgoing(self) -> Result<Outgoing, SqsError> {
        let fifo_only = [
            ("MessageDeduplicationId", self.message_deduplication_id),
            ("MessageGroupId", self.message_group_id),
        ];
        for (parameter, value) in fifo_only {
            if let Some(value) = value {
                let reason = "The request includes a parameter that is not valid for this queue type";
                return Err(SqsError::InvalidParameter { parameter, value, reason });
            }
        }
        let delay = self
            .delay_seconds
            .map(|delay| seconds(delay, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900"))
            .transpose()?;
        Ok(Outgoing {
            body: required(self.message_body, "MessageBody")?,
            attributes: self.message_attributes.unwrap_or_default(),
            trace_header: trace_header(self.message_system_attributes.unwrap_or_default())?,
            delay,
        })
    }
}

/// The only system attribute that a sender may set.
fn trace_header(attributes: Attributes) -> Result<Option<String>, SqsError> {
    let mut trace = None;
    for (name, attribute) in attributes {
        let AttributeValue::Text(text) = attribute.value else {
            return Err(SqsError::InvalidMessageAttribute { name, reason: "the type must be String" });
        };
        if name != "AWSTraceHeader" {
            return Err(SqsError::InvalidMessageAttribute { name, reason: "only AWSTraceHeader can be set" });
        }
        trace = Some(text);
    }
    Ok(trace)
}

pub(super) async fn one(queues: &Queues, request: SendMessage) -> Result<Value, Failure> {
    let queue = queues.queue_of(request.queue_url)?;
    let sent = queues.send(&queue, request.message.into_outgoing()?).await?;
    Ok(describe(sent))
}

pub(super) async fn many(queues: &Queues, request: SendMessageBatch) -> Result<Value, Failure> {
    let queue = queues.queue_of(request.queue_url)?;
    let ids = request.entries.iter().map(|entry| entry.id.as_ref());
    let ids = batch::check_ids(ids, "SendMessageBatchRequestEntry")?;
    let messages: Vec<_> = request.entries.into_iter().map(|entry| entry.message.into_outgoing()).collect();
    let bytes = messages.iter().flatten().map(contents::size_bytes).sum();
    if bytes > BATCH_BYTES_MAX {
        return Err(SqsError::BatchTooLong { bytes }.into());
    }
    let mut refused = Vec::with_capacity(ids.len());
    let mut allowed = Vec::with_capacity(ids.len());
    for message in messages {
        refused.push(message.map(|message| allowed.push(message)).err());
    }
    let mut sent = queues.send_batch(&queue, allowed).await?.into_iter();
    let outcome = |refusal: Option<SqsError>| match refusal {
        Some(error) => Err(error),
        None => sent.next().expect("every message that was not refused has an outcome"),
    };
    let entries = ids.into_iter().zip(refused.into_iter().map(outcome));
    Ok(batch::outcomes(entries, describe))
}

fn describe(sent: Sent) -> Value {
    let mut answer = json!({ "MessageId": sent.message_id, "MD5OfMessageBody": sent.md5_of_body });
    if let Some(digest) = sent.md5_of_attributes {
        answer["MD5OfMessageAttributes"] = json!(digest);
    }
    if let Some(digest) = sent.md5_of_system_attributes {
        answer["MD5OfMessageSystemAttributes"] = json!(digest);
    }
    answer
}
