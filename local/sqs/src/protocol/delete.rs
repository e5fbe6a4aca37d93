use super::{Failure, batch, required};
use crate::{error::SqsError, queues::Queues};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteMessage {
    queue_url: Option<String>,
    receipt_handle: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteMessageBatch {
    queue_url: Option<String>,
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: Option<String>,
    receipt_handle: Option<String>,
}

pub(super) async fn one(queues: &Queues, request: DeleteMessage) -> Result<Value, Failure> {
    let queue = queues.queue_of(request.queue_url)?;
    queues.delete(&queue, &required(request.receipt_handle, "ReceiptHandle")?).await?;
    Ok(json!({}))
}

pub(super) async fn many(queues: &Queues, request: DeleteMessageBatch) -> Result<Value, Failure> {
    let queue = queues.queue_of(request.queue_url)?;
    let ids = request.entries.iter().map(|entry| entry.id.as_ref());
    let ids = batch::check_ids(ids, "DeleteMessageBatchRequestEntry")?;
    let receipts = request.entries.iter().map(|entry| entry.receipt_handle.as_deref());
    let receipts =
        receipts.map(|receipt| required(receipt, "ReceiptHandle")).collect::<Result<Vec<_>, SqsError>>()?;
    let outcomes = queues.delete_batch(&queue, &receipts).await?;
    Ok(batch::outcomes(ids.into_iter().zip(outcomes), |()| json!({})))
}
