use super::{Failure, batch, required, seconds};
use crate::{error::SqsError, queues::Queues};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeMessageVisibility {
    queue_url: Option<String>,
    #[serde(flatten)]
    change: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeMessageVisibilityBatch {
    queue_url: Option<String>,
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: Option<String>,
    #[serde(flatten)]
    change: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    receipt_handle: Option<String>,
    visibility_timeout: Option<i64>,
}

impl Change {
    fn read(&self) -> Result<(&str, Duration), SqsError> {
        let receipt = required(self.receipt_handle.as_deref(), "ReceiptHandle")?;
        let timeout = required(self.visibility_timeout, "VisibilityTimeout")?;
        Ok((receipt, seconds(timeout, "VisibilityTimeout", "Must be >= 0 and <= 43200, if provided")?))
    }
}

pub(super) async fn one(queues: &Queues, request: ChangeMessageVisibility) -> Result<Value, Failure> {
    let queue = queues.queue_of(request.queue_url)?;
    let (receipt, timeout) = request.change.read()?;
    queues.change_visibility(&queue, receipt, timeout).await?;
    Ok(json!({}))
}

pub(super) async fn many(queues: &Queues, request: ChangeMessageVisibilityBatch) -> Result<Value, Failure> {
    let queue = queues.queue_of(request.queue_url)?;
    let ids = request.entries.iter().map(|entry| entry.id.as_ref());
    let ids = batch::check_ids(ids, "ChangeMessageVisibilityBatchRequestEntry")?;
    let changes =
        request.entries.iter().map(|entry| entry.change.read()).collect::<Result<Vec<_>, SqsError>>()?;
    let outcomes = queues.change_visibility_batch(&queue, &changes).await?;
    Ok(batch::outcomes(ids.into_iter().zip(outcomes), |()| json!({})))
}
