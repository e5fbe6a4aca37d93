//! 50 MB on their way, with a pause, a lost line and a reload in between: only what is missing is sent again.

use crate::{
    api::file_hash,
    files,
    page::Page,
    stage::Stage,
    wait::{LONG_MAX, eventually, within},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::collections::BTreeMap;

const MEBIBYTES: u64 = 50;
/// Slow enough for something to happen on the way.
const BYTES_PER_SECOND: i64 = 4_000_000;

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let video = files::large_video(&stage.work.join("large"), "fifty-megabytes.mp4", MEBIBYTES)?;
    stage
        .visit(async |page| {
            page.sign_in("teacher", "/").await?;
            page.line(false, BYTES_PER_SECOND).await?;
            page.choose_files(&[&video]).await?;
            page.press_in("main", "Hand in").await?;

            some_arrive(page).await?;
            page.press("Pause").await?;
            page.see("Paused at").await?;
            let before = page.witnessed("begun").await?.len();
            page.press("Go on").await?;

            // Each time while parts are on their way.
            more_begin(page, before).await?;
            page.line(true, 0).await?;
            page.see_at_last("Offline; going on when the connection is back").await?;
            let before = page.witnessed("begun").await?.len();
            page.line(false, BYTES_PER_SECOND).await?;
            more_begin(page, before).await?;

            page.reload().await?;
            page.see("Not finished last time").await?;
            page.see("has arrived").await?;
            page.line(false, -1).await?;
            page.choose_files(&[&video]).await?;
            page.see_at_last("Follow this document").await?;
            page.see_no("Not finished last time").await?;
            only_what_was_missing(page).await
        })
        .await?;
    let teacher = stage.host.api("teacher").await?;
    let row = teacher.found("fifty-megabytes").await?;
    let id = row["document_id"].as_str().context("no id")?;
    let document = teacher.finished(id).await?;
    ensure!(document["status"] == "ready", "{document:#}");
    ensure!(
        teacher.original_hash(id).await? == file_hash(&video).await?,
        "other bytes than those of the file"
    );
    Ok(())
}

/// Waits until the first parts have arrived.
async fn some_arrive(page: &Page) -> Result<()> {
    within(LONG_MAX, "parts arrive", async || {
        let parts = page.witnessed("parts").await?;
        Ok(if parts.iter().any(|part| part["status"] == 200) { Ok(()) } else { Err(format!("{parts:?}")) })
    })
    .await
}

/// Waits until more parts than `before` were begun.
async fn more_begin(page: &Page, before: usize) -> Result<()> {
    eventually("more parts are sent", async || {
        let begun = page.witnessed("begun").await?;
        Ok(if begun.len() > before { Ok(()) } else { Err(format!("{begun:?}")) })
    })
    .await
}

/// A part that has arrived is never sent again, and the page that was loaded again sent some of them.
async fn only_what_was_missing(page: &Page) -> Result<()> {
    let begun = page.witnessed("begun").await?;
    let parts = page.witnessed("parts").await?;
    let mut whole: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    for part in parts.iter().filter(|part| part["status"] == 200) {
        whole.entry(part["part"].as_u64().context("no number")?).or_default().push(part);
    }
    for (number, sent) in &whole {
        ensure!(sent.len() == 1, "part {number} arrived more than once: {sent:?}");
        let document = &sent.first().context("none")?["document"];
        let later = |part: &&Value| part["part"] == *number && part["document"].as_f64() > document.as_f64();
        ensure!(
            !begun.iter().any(|part| later(&part)),
            "part {number} had arrived and was sent again: {begun:?}"
        );
    }
    let documents: std::collections::BTreeSet<String> =
        whole.values().flatten().map(|part| part["document"].to_string()).collect();
    ensure!(documents.len() == 2, "both before and after the reload parts arrive: {whole:?}");
    eventually("the upload is forgotten once it has arrived", async || {
        let kept = page.eval("return localStorage.getItem('lectern.uploads');", &[]).await?;
        Ok(if kept.is_null() { Ok(()) } else { Err(kept.to_string()) })
    })
    .await
}
