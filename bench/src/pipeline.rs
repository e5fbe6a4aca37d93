use crate::{
    aws::{Aws, UPLOADS},
    counters::Counters,
    percentile::{self, float, round},
    plan,
    stage::{Setting, Stage},
    teacher::Teacher,
    watch,
};
use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use clock::{Clock, SystemClock};
use document::DocumentId;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{ops::Range, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};

const MIB: f64 = 1024.0 * 1024.0;
/// Documents before the first that counts.
const WARM_UP: u64 = 20;
/// How often documents that are in no status yet are waited for, and how long between.
const LOOKS_MAX: u32 = 600;
const LOOK_EVERY: Duration = Duration::from_millis(100);

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// How many lesson plans are handed in.
    #[arg(long, default_value_t = 5000)]
    documents: u64,
    #[command(flatten)]
    offer: Offer,
}

/// How documents are handed in.
#[derive(Args, Clone, Debug)]
pub(crate) struct Offer {
    /// Bytes of each lesson plan.
    #[arg(long, default_value_t = 20_480)]
    bytes: usize,
    /// Who hands them in: `teachers` announce, put and complete; `inbox` is one `PutObject`.
    #[arg(long, value_enum, default_value_t = Way::Teachers)]
    way: Way,
    /// How many hand in at once.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// Documents offered per second; without it, as fast as they are taken.
    #[arg(long, value_name = "PER_SECOND")]
    rate: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    Teachers,
    Inbox,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Teachers => "teachers",
            Self::Inbox => "inbox",
        }
    }
}

pub(crate) async fn run(setting: &Setting, options: &Options) -> anyhow::Result<Value> {
    let stage = Stage::set(setting).await?;
    let pipeline = Pipeline::new(&stage, setting.seed, &options.offer).await?;
    // The first documents open connections and fill caches; they are not counted.
    pipeline.fill(0..WARM_UP).await?;
    let mut figures = pipeline.measure(WARM_UP..WARM_UP + options.documents).await?;
    figures["benchmark"] = "pipeline".into();
    stage.strike().await?;
    Ok(figures)
}

/// What the host has used so far.
struct Meters {
    /// Seconds.
    cpu: f64,
    counters: Counters,
}

/// A stage with somebody who hands in.
pub(crate) struct Pipeline<'a> {
    stage: &'a Stage,
    seed: u64,
    offer: &'a Offer,
    teacher: Teacher,
    aws: Aws,
}

impl<'a> Pipeline<'a> {
    pub(crate) async fn new(stage: &'a Stage, seed: u64, offer: &'a Offer) -> anyhow::Result<Self> {
        let teacher = Teacher::sign_in(&stage.host.api_url).await?;
        let aws = Aws::at(&stage.host.aws_url)?;
        Ok(Self { stage, seed, offer, teacher, aws })
    }

    /// The host that documents are handed in to.
    pub(crate) fn aws(&self) -> &Aws {
        &self.aws
    }

    /// Hands documents in as fast as they are taken, and waits until they are ready.
    pub(crate) async fn fill(&self, numbers: Range<u64>) -> anyhow::Result<Vec<DocumentId>> {
        let (documents, start) = (numbers.end - numbers.start, SystemClock.now());
        self.hand_in(numbers, None).await?;
        let (_, ready) = self.finished(documents, start).await?;
        Ok(ready.into_keys().collect())
    }

    /// Hands documents in and measures what becomes of them.
    pub(crate) async fn measure(&self, numbers: Range<u64>) -> anyhow::Result<Value> {
        let documents = numbers.end - numbers.start;
        let host = &self.stage.host;
        let (cpu, counters, start) = (host.cpu_seconds()?, host.counters().await?, SystemClock.now());
        let handed_in = self.hand_in(numbers, self.offer.rate).await?;
        let (now, ready) = self.finished(documents, start).await?;
        let (commits, calls) = now.counters.each_since(&counters, documents);
        let mut waits = Vec::new();
        for (id, completed) in &handed_in {
            let ready = ready.get(id).with_context(|| format!("{id} did not become ready"))?;
            waits.push(milliseconds(*completed, *ready));
        }
        let end = ready.values().max().copied().unwrap_or(start);
        let seconds = milliseconds(start, end) / 1000.0;
        Ok(json!({
            "way": self.offer.way.name(),
            "documents": documents,
            "bytes_each": self.offer.bytes,
            "clients": self.offer.clients,
            "offered_per_second": self.offer.rate,
            "seconds": round(seconds, 2),
            "documents_per_second": round(float(documents) / seconds, 1),
            "upload_completed_to_ready_ms": percentile::summary(waits),
            "host_cpu_ms_per_document": round((now.cpu - cpu) * 1000.0 / float(documents), 3),
            "host_rss_peak_mib": round(float(host.peak_bytes()?) / MIB, 1),
            "commits_per_document": commits,
            "calls_per_document": calls,
        }))
    }

    /// Waits until all are ready, and reads the meters before it asks for more.
    async fn finished(&self, documents: u64, start: Timestamp) -> anyhow::Result<(Meters, watch::Ready)> {
        for _ in 0..LOOKS_MAX {
            watch::until_quiet(&self.aws).await?;
            let host = &self.stage.host;
            let meters = Meters { cpu: host.cpu_seconds()?, counters: host.counters().await? };
            let ready = watch::ready_since(&self.aws, start).await?;
            if ready.len() as u64 >= documents {
                return Ok((meters, ready));
            }
            // An object that was announced and not looked at yet is in no status.
            sleep(LOOK_EVERY).await;
        }
        anyhow::bail!("some documents never became ready")
    }

    /// Gives each document with the time at which the client sent the last request of its upload.
    async fn hand_in(
        &self,
        numbers: Range<u64>,
        rate: Option<f64>,
    ) -> anyhow::Result<Vec<(DocumentId, Timestamp)>> {
        ensure!(rate.is_none_or(|rate| rate > 0.0), "the rate is more than nothing");
        let (first, begun) = (numbers.start, Instant::now());
        let uploads = stream::iter(numbers).map(|number| async move {
            if let Some(rate) = rate {
                sleep_until(begun + Duration::from_secs_f64(float(number - first) / rate)).await;
            }
            self.one(number).await
        });
        uploads.buffer_unordered(self.offer.clients).try_collect().await
    }

    async fn one(&self, number: u64) -> anyhow::Result<(DocumentId, Timestamp)> {
        let name = format!("plan-{number}.md");
        let plan = plan::plan(self.seed, number, self.offer.bytes);
        match self.offer.way {
            Way::Teachers => {
                let sent = self.teacher.send(&name, plan).await?;
                let completed = SystemClock.now();
                self.teacher.complete(&sent).await?;
                Ok((sent.document_id, completed))
            }
            Way::Inbox => {
                let key = format!("inbox/school-1/{name}");
                let completed = SystemClock.now();
                self.aws.put(&key, plan).await?;
                Ok((DocumentId::of_object(UPLOADS, &key), completed))
            }
        }
    }
}

pub(crate) fn milliseconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() * 1000.0
}
