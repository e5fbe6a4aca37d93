//! A large file sent from the page: how fast, and what the tab holds meanwhile; and, just before, `aws s3 cp` of the same file
//! to the same host. Not after it: the host would still be passing the page's file on to the processor.

use crate::{
    files,
    page::Page,
    stage::Stage,
    wait::{LONG_MAX, within},
};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::{cell::Cell, path::Path, time::Duration};
use tokio::{
    process::Command,
    time::{Instant, sleep},
};

/// Between two looks at the memory of the tab.
const LOOKED_EVERY: Duration = Duration::from_millis(200);
const MIB: f64 = 1024.0 * 1024.0;

pub(super) async fn measure(stage: &Stage, mebibytes: u64) -> Result<Value> {
    let video = files::large_video(&stage.work.join("large"), "to-measure.mp4", mebibytes)?;
    let by_aws = by_aws(stage, &video, mebibytes).await?;
    let mut figures = stage
        .visit(async |page| {
            page.sign_in("teacher", "/").await?;
            page.choose_files(&[&video]).await?;
            page.see("Hand in").await?;
            from_the_page(page, mebibytes).await
        })
        .await?;
    figures["mib"] = json!(mebibytes);
    figures["share_of_aws"] =
        json!(by_aws.map(|rate| rounded(figures["mib_per_second"].as_f64().unwrap_or_default() / rate)));
    figures["aws_mib_per_second"] = json!(by_aws.map(rounded));
    Ok(figures)
}

async fn from_the_page(page: &Page, mebibytes: u64) -> Result<Value> {
    page.devtools("Performance.enable", json!({})).await?;
    let (heap, tab) = (Cell::new(0.0_f64), Cell::new(0.0_f64));
    let before = tab_bytes(&page.profile)?;
    let began = Instant::now();
    page.press_in("main", "Hand in").await?;
    within(LONG_MAX * 10, "the file arrives", async || {
        heap.set(heap.get().max(heap_bytes(page).await?));
        tab.set(tab.get().max(tab_bytes(&page.profile)?));
        // Looking costs time that the upload would have.
        sleep(LOOKED_EVERY).await;
        let sent = page.eval("return Boolean(document.querySelector('.file-sent'));", &[]).await?;
        Ok(if sent == true { Ok(()) } else { Err(page.text().await?) })
    })
    .await?;
    let seconds = began.elapsed().as_secs_f64();
    Ok(json!({
        "seconds": rounded(seconds),
        "mib_per_second": rounded(float(mebibytes) / seconds),
        "js_heap_mib_max": rounded(heap.get() / MIB),
        "tab_mib_before": rounded(before / MIB),
        "tab_mib_max": rounded(tab.get() / MIB),
    }))
}

async fn heap_bytes(page: &Page) -> Result<f64> {
    let metrics = page.devtools("Performance.getMetrics", json!({})).await?;
    let used = crate::api::list(&metrics, "metrics").iter().find(|metric| metric["name"] == "JSHeapUsedSize");
    used.and_then(|metric| metric["value"].as_f64()).context("no size of the heap")
}

/// Resident memory of the browser's largest renderer, the tab; not what it maps of the browser's own files.
fn tab_bytes(profile: &Path) -> Result<f64> {
    let profile = profile.display().to_string();
    let mut most = 0;
    for entry in std::fs::read_dir("/proc")?.flatten() {
        // Processes end while one looks at them.
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command);
        if !command.contains("--type=renderer") || !command.contains(&profile) {
            continue;
        }
        let status = std::fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let kib = |line: &str| {
            let (name, value) = line.split_once(':')?;
            let own = matches!(name, "RssAnon" | "RssShmem");
            value.trim().trim_end_matches(" kB").parse::<u64>().ok().filter(|_| own)
        };
        most = most.max(status.lines().filter_map(kib).sum::<u64>() * 1024);
    }
    Ok(float(most))
}

/// MiB a second of the `aws` command to the same host, if there is one.
async fn by_aws(stage: &Stage, video: &Path, mebibytes: u64) -> Result<Option<f64>> {
    let mut command = Command::new("aws");
    command.args(["--endpoint-url", &stage.host.aws_url, "s3", "cp", "--quiet"]);
    command.arg(video).arg("s3://lectern-results/figures/to-measure.mp4");
    command.envs([
        ("AWS_ACCESS_KEY_ID", "lectern"),
        ("AWS_SECRET_ACCESS_KEY", "lectern-local"),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    let began = Instant::now();
    match command.status().await {
        Ok(status) if status.success() => Ok(Some(float(mebibytes) / began.elapsed().as_secs_f64())),
        _ => Ok(None),
    }
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[expect(clippy::cast_precision_loss, reason = "sizes here stay far below 2^52")]
fn float(whole: u64) -> f64 {
    whole as f64
}
