//! Sees from outside when all documents are ready, at a cost that does not show: a few small queries now and then.

use crate::aws::Aws;
use anyhow::{Context as _, ensure};
use document::DocumentId;
use jiff::Timestamp;
use serde_json::Value;
use std::{collections::HashMap, time::Duration};
use tokio::time::{Instant, sleep};

/// Parts of the index by status.
const SHARDS: u32 = 4;
/// Statuses of documents that are on their way.
const ON_THE_WAY: [&str; 5] = ["uploading", "queued", "transferring", "processing", "returned"];
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long nothing may change while documents are missing.
const STUCK_AFTER: Duration = Duration::from_mins(2);
/// Items read at once.
const PAGE: u32 = 500;

/// When each document became ready.
pub(crate) type Ready = HashMap<DocumentId, Timestamp>;

/// Waits until nothing is on its way.
pub(crate) async fn until_quiet(aws: &Aws) -> anyhow::Result<()> {
    let (mut changed, mut seen) = (Instant::now(), Vec::new());
    loop {
        let mut under_way = Vec::new();
        for status in ON_THE_WAY {
            for shard in 0..SHARDS {
                under_way.extend(aws.by_status(&format!("{status}#{shard}"), "", 1, None).await?.0);
            }
        }
        if under_way.is_empty() {
            return Ok(());
        }
        if under_way != seen {
            (changed, seen) = (Instant::now(), under_way);
        }
        ensure!(changed.elapsed() < STUCK_AFTER, "documents are stuck, among them {}", seen[0]);
        sleep(LOOK_EVERY).await;
    }
}

/// Every document that became ready since a time.
pub(crate) async fn ready_since(aws: &Aws, since: Timestamp) -> anyhow::Result<Ready> {
    let since = since.to_string();
    let mut ready = Ready::new();
    for shard in 0..SHARDS {
        let mut from = None;
        loop {
            let (items, next) = aws.by_status(&format!("ready#{shard}"), &since, PAGE, from.as_ref()).await?;
            for item in &items {
                let (id, at) = read(item).with_context(|| format!("an item cannot be read: {item}"))?;
                ready.insert(id, at);
            }
            from = next;
            if from.is_none() {
                break;
            }
        }
    }
    Ok(ready)
}

fn read(item: &Value) -> Option<(DocumentId, Timestamp)> {
    let text = |name: &str| item[name]["S"].as_str();
    Some((text("document_id")?.parse().ok()?, text("status_at")?.parse().ok()?))
}
