use super::{Failure, seconds};
use crate::{digest, error::SqsError, message::Received, queues::Queues, waiting::Receive};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReceiveMessage {
    queue_url: Option<String>,
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
    /// The older name of the next one.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

pub(super) async fn receive(queues: &Queues, mut request: ReceiveMessage) -> Result<Value, Failure> {
    let queue = queues.queue_of(request.queue_url.take())?;
    let received = queues.receive(&queue, how(&request)?).await?;
    if received.is_empty() {
        return Ok(json!({}));
    }
    let messages: Vec<_> = received.iter().map(|message| describe(message, &request)).collect();
    Ok(json!({ "Messages": messages }))
}

fn how(request: &ReceiveMessage) -> Result<Receive, SqsError> {
    let max = request.max_number_of_messages.unwrap_or(1);
    let visibility = request
        .visibility_timeout
        .map(|it| seconds(it, "VisibilityTimeout", "Must be >= 0 and <= 43200, if provided"))
        .transpose()?;
    let wait = request
        .wait_time_seconds
        .map(|it| seconds(it, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided"))
        .transpose()?;
    // What does not fit is out of bounds either way, and refused with them.
    Ok(Receive { max: usize::try_from(max).unwrap_or(0), visibility, wait })
}

fn describe(message: &Received, request: &ReceiveMessage) -> Value {
    let mut answer = json!({
        "MessageId": message.message_id,
        "ReceiptHandle": message.receipt_handle,
        "Body": message.body,
        "MD5OfBody": message.md5_of_body(),
    });
    let wants_system = |name: &str| {
        let mut names = request.attribute_names.iter().chain(&request.message_system_attribute_names);
        names.any(|wanted| wanted == "All" || wanted == name)
    };
    let system: Map<_, _> = message
        .system_attributes()
        .into_iter()
        .filter(|(name, _)| wants_system(name))
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    if !system.is_empty() {
        answer["Attributes"] = Value::Object(system);
    }
    let chosen: Vec<_> = message.attributes.iter().filter(|(name, _)| wants(request, name)).collect();
    // The digest is of what is returned, so that a client can check exactly that.
    if let Some(digest) = digest::of_attributes(chosen.iter().copied()) {
        answer["MD5OfMessageAttributes"] = json!(digest);
        answer["MessageAttributes"] =
            chosen.into_iter().map(|(name, it)| (name.clone(), json!(it))).collect();
    }
    answer
}

/// Names can be given whole, as `All` or `.*`, or as a prefix ending in `.*`.
fn wants(request: &ReceiveMessage, name: &str) -> bool {
    request.message_attribute_names.iter().any(|wanted| {
        wanted == "All"
            || wanted == name
            || wanted.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix))
    })
}
