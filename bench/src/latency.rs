use crate::{
    percentile,
    pipeline::milliseconds,
    plan,
    stage::{Setting, Stage},
    teacher::Teacher,
};
use anyhow::{Context as _, ensure};
use clap::Args;
use clock::{Clock, SystemClock};
use document::DocumentId;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::{Instant, sleep};

/// Documents before the first that counts.
const WARM_UP: u64 = 10;
/// Rest before the host is asked how a document stands, so that asking does not disturb it, and between two documents.
const REST: Duration = Duration::from_millis(100);
/// A document that takes longer is stuck.
const READY_MAX: Duration = Duration::from_secs(30);

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// How many lesson plans are handed in, one after the other.
    #[arg(long, default_value_t = 200)]
    documents: u64,
    /// Bytes of each lesson plan.
    #[arg(long, default_value_t = 20_480)]
    bytes: usize,
}

pub(crate) async fn run(setting: &Setting, options: &Options) -> anyhow::Result<Value> {
    let stage = Stage::set(setting).await?;
    let teacher = Teacher::sign_in(&stage.host.api_url).await?;
    let (mut waits, mut steps) = (Vec::new(), BTreeMap::<String, Vec<f64>>::new());
    for number in 0..WARM_UP + options.documents {
        let plan = plan::plan(setting.seed, number, options.bytes);
        let sent = teacher.send(&format!("plan-{number}.md"), plan).await?;
        let completed = SystemClock.now();
        teacher.complete(&sent).await?;
        let timeline = timeline(&teacher, sent.document_id).await?;
        if number < WARM_UP {
            continue;
        }
        let ready = timeline.last().context("a document has a timeline")?.1;
        waits.push(milliseconds(completed, ready));
        for pair in timeline.windows(2) {
            let from = pair[0].1.max(completed);
            steps.entry(format!("to_{}", pair[1].0)).or_default().push(milliseconds(from, pair[1].1));
        }
    }
    stage.strike().await?;
    let steps: BTreeMap<_, _> =
        steps.into_iter().map(|(step, times)| (step, percentile::summary(times))).collect();
    Ok(json!({
        "benchmark": "latency",
        "documents": options.documents,
        "bytes_each": options.bytes,
        "upload_completed_to_ready_ms": percentile::summary(waits),
        "steps_ms": steps,
    }))
}

/// When a document got to each status, once it is ready.
async fn timeline(teacher: &Teacher, id: DocumentId) -> anyhow::Result<Vec<(String, Timestamp)>> {
    let begun = Instant::now();
    loop {
        sleep(REST).await;
        let document = teacher.document(id).await?;
        if document["status"] == "ready" {
            let entries = document["timeline"].as_array().context("a document has a timeline")?;
            return entries.iter().map(entry).collect();
        }
        ensure!(begun.elapsed() < READY_MAX, "{id} is stuck: {document}");
    }
}

fn entry(entry: &Value) -> anyhow::Result<(String, Timestamp)> {
    let text = |name: &str| entry[name].as_str().with_context(|| format!("an entry without {name}: {entry}"));
    Ok((text("status")?.to_owned(), text("at")?.parse()?))
}
