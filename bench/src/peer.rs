//! Drives a peer that runs already: the same plans, the same clients, the same figures as for Lectern.

use crate::{
    percentile::{self, float, round},
    pipeline::milliseconds,
    plan,
    stage::Setting,
    usage,
};
use anyhow::{Context as _, ensure};
use clap::Args;
use clock::{Clock, SystemClock};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{collections::HashMap, ops::Range, time::Duration};
use tokio::time::{Instant, sleep};

/// Documents before the first that counts.
const WARM_UP: u64 = 20;
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long nothing may become ready.
const STUCK_AFTER: Duration = Duration::from_mins(2);

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Where it takes `PUT /documents/NAME` and says at `/counts` and `/ready` how documents stand.
    #[arg(long)]
    url: String,
    /// Its processes; their children count too.
    #[arg(long, value_name = "PID")]
    process: Vec<u32>,
    /// How many lesson plans are handed in.
    #[arg(long, default_value_t = 2000)]
    documents: u64,
    /// Bytes of each lesson plan.
    #[arg(long, default_value_t = 20_480)]
    bytes: usize,
    /// How many hand in at once.
    #[arg(long, default_value_t = 16)]
    clients: usize,
}

struct Peer<'a> {
    http: reqwest::Client,
    options: &'a Options,
    seed: u64,
}

pub(crate) async fn run(setting: &Setting, options: &Options) -> anyhow::Result<Value> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let peer = Peer { http, options, seed: setting.seed };
    peer.hand_in(0..WARM_UP).await?;
    peer.until_ready(WARM_UP).await?;
    let (cpu, start) = (usage::family_cpu_seconds(&options.process)?, SystemClock.now());
    let handed_in = peer.hand_in(WARM_UP..WARM_UP + options.documents).await?;
    peer.until_ready(WARM_UP + options.documents).await?;
    let cpu = usage::family_cpu_seconds(&options.process)? - cpu;
    let ready: HashMap<String, f64> = serde_json::from_value(peer.get("ready").await?)?;
    let (mut waits, mut end) = (Vec::new(), start);
    for (id, completed) in &handed_in {
        let at = *ready.get(id).with_context(|| format!("{id} did not become ready"))?;
        let at = Timestamp::UNIX_EPOCH + Duration::from_secs_f64(at);
        waits.push(milliseconds(*completed, at));
        end = end.max(at);
    }
    let seconds = milliseconds(start, end) / 1000.0;
    Ok(json!({
        "documents": options.documents,
        "bytes_each": options.bytes,
        "clients": options.clients,
        "seconds": round(seconds, 2),
        "documents_per_second": round(float(options.documents) / seconds, 1),
        "upload_completed_to_ready_ms": percentile::summary(waits),
        "cpu_ms_per_document": round(cpu * 1000.0 / float(options.documents), 3),
        "memory_mib_at_the_end": round(float(usage::family_bytes(&options.process)?) / (1024.0 * 1024.0), 1),
    }))
}

impl Peer<'_> {
    async fn hand_in(&self, numbers: Range<u64>) -> anyhow::Result<Vec<(String, Timestamp)>> {
        let uploads = stream::iter(numbers).map(|number| async move {
            let url = format!("{}/documents/plan-{number}.md", self.options.url);
            let plan = plan::plan(self.seed, number, self.options.bytes);
            let completed = SystemClock.now();
            let answer = self.http.put(url).body(plan).send().await?.error_for_status()?;
            let answer: Value = answer.json().await?;
            let id = answer["document_id"].as_str().context("the peer names its documents")?;
            anyhow::Ok((id.to_owned(), completed))
        });
        uploads.buffer_unordered(self.options.clients).try_collect().await
    }

    async fn until_ready(&self, documents: u64) -> anyhow::Result<()> {
        let (mut changed, mut seen) = (Instant::now(), 0);
        while seen < documents {
            sleep(LOOK_EVERY).await;
            let counts = self.get("counts").await?;
            let ready = counts["ready"].as_u64().unwrap_or(0);
            if ready != seen {
                (changed, seen) = (Instant::now(), ready);
            }
            ensure!(changed.elapsed() < STUCK_AFTER, "documents are stuck: {counts}");
        }
        Ok(())
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.http.get(format!("{}/{path}", self.options.url)).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}
