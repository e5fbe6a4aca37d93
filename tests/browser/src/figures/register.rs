//! A register that holds many documents: copies of one that is ready, written straight into it.
//!
//! A list is made of rows of the register, whatever lies behind them; handing that many in would take as many minutes as this
//! takes seconds.

use crate::{files, host::Host, stage::Stage};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

/// The most that one request writes (`BatchWriteItem`).
const WRITTEN_AT_ONCE: usize = 25;
/// Documents between two lines that say how far it is.
const TOLD_EVERY: usize = 2500;
/// The register spreads the documents of a status over as many partitions.
const SHARDS: u8 = 4;

/// Adds so many documents to the teacher's.
pub(super) async fn fill(stage: &Stage, stored: usize) -> Result<()> {
    let teacher = stage.host.api("teacher").await?;
    let id =
        teacher.ready("model.md", &files::plan("A plan", "rivers"), &json!({ "title": "A plan" })).await?;
    let key = json!({ "document_id": { "S": id } });
    let model = ask(&stage.host, "GetItem", &json!({ "TableName": "lectern-documents", "Key": key })).await?;
    let model = &model["Item"];
    ensure!(model.is_object(), "{id} is not in the register");
    let numbers: Vec<usize> = (0..stored).collect();
    for batch in numbers.chunks(WRITTEN_AT_ONCE) {
        let mut writes = Vec::new();
        for number in batch {
            writes.push(json!({ "PutRequest": { "Item": copy(model, *number)? } }));
        }
        let wish = json!({ "RequestItems": { "lectern-documents": writes } });
        let answer = ask(&stage.host, "BatchWriteItem", &wish).await?;
        ensure!(answer["UnprocessedItems"].as_object().is_none_or(serde_json::Map::is_empty), "{answer}");
        if let Some(number) = batch.iter().find(|number| *number % TOLD_EVERY == 0) {
            eprintln!("  {number} of {stored} documents are in the register");
        }
    }
    Ok(())
}

/// The model under an id, a title and a time of its own, each a second later than the one before.
fn copy(model: &Value, number: usize) -> Result<Value> {
    let mut item = model.clone();
    let id = model["document_id"]["S"].as_str().context("no id")?;
    let (kept, _) = id.rsplit_once('-').context("the id is no UUID")?;
    let at = format!("2026-01-02T{:02}:{:02}:{:02}.000Z", number / 3600 % 24, number / 60 % 60, number % 60);
    let id = format!("{kept}-{number:012x}");
    // As the register spreads them (`crates/edge/src/register.rs`).
    let shard = id.bytes().last().unwrap_or_default() % SHARDS;
    item["title"]["S"] = json!(format!("Plan {number}"));
    item["document_id"]["S"] = json!(id);
    item["status_shard"]["S"] = json!(format!("ready#{shard}"));
    for name in ["uploaded_at", "status_at"] {
        item[name]["S"] = json!(at);
    }
    Ok(item)
}

/// Asks the host's DynamoDB, which takes requests on this machine unsigned.
async fn ask(host: &Host, operation: &str, wish: &Value) -> Result<Value> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let request = http.post(&host.aws_url).header("x-amz-target", format!("DynamoDB_20120810.{operation}"));
    let request = request.header("content-type", "application/x-amz-json-1.0").body(wish.to_string());
    let answer = request.send().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    ensure!(status.is_success(), "{operation}: {status} {text}");
    Ok(serde_json::from_str(&text)?)
}
