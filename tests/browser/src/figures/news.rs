//! From a change of a document's status to its appearance on the teacher's page.

use super::summary;
use crate::{files, stage::Stage, wait::eventually};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};

const DOCUMENTS: usize = 5;
/// The callback is late by this, so that the page is open by then.
const LATE_SECONDS: u32 = 3;
/// Notes when the badge says that the document is ready.
const WATCH: &str = "globalThis.seenAt = null; const look = () => { \
                     if (!globalThis.seenAt && document.querySelector('.badge[data-status=ready]')) globalThis.seenAt = Date.now(); }; \
                     new MutationObserver(look).observe(document.body, { subtree: true, childList: true }); look();";

pub(super) async fn measure(stage: &Stage) -> Result<Value> {
    stage.processor.delays("news", LATE_SECONDS, DOCUMENTS).await?;
    let teacher = stage.host.api("teacher").await?;
    stage
        .visit(async |page| {
            page.sign_in("teacher", "/documents").await?;
            let mut late = Vec::new();
            for number in 0..DOCUMENTS {
                let id = teacher
                    .hand_in(&format!("news-{number}.md"), &files::plan("News", "news"), &json!({}))
                    .await?;
                page.open(&format!("/documents/{id}")).await?;
                page.see("What happened").await?;
                page.eval(WATCH, &[]).await?;
                let document = teacher.finished(&id).await?;
                let seen = eventually("the page says that it is ready", async || {
                    let seen = page.eval("return globalThis.seenAt;", &[]).await?;
                    Ok(seen.as_f64().ok_or_else(|| document.to_string()))
                })
                .await?;
                let at = document["status_at"].as_str().context("no instant")?;
                let at = page.eval("return Date.parse(arguments[0]);", &[at]).await?;
                late.push(seen - at.as_f64().context("no instant")?);
            }
            Ok(summary(late))
        })
        .await
}
