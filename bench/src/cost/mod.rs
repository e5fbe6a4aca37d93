//! What documents would cost on AWS: the calls that the host counts, a dated table of prices, and what is paid idle.

mod bill;
mod prices;

use crate::{
    aws::Aws,
    percentile::float,
    plan,
    stage::{Secrets, Setting, folder},
    teacher::Teacher,
    watch,
};
use crate::{counters::Counters, host, host::Host};
use anyhow::ensure;
use bill::Work;
use clap::Args;
use prices::Prices;
use serde_json::{Value, json};

/// Bytes of a lesson plan.
const PLAN_BYTES: usize = 20_480;
/// The sample that is handed in as a video.
const VIDEO: &[u8] = include_bytes!("../../../samples/lesson.mp4");
/// A plan in which a proofreader finds not a word, so that its processor refuses it for good.
const HOPELESS: &[u8] = b"***\n\n***\n";
/// Announced and completed by the teacher, called back by the processor.
const REQUESTS: f64 = 3.0;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// How many of each sort are handed in; the calls are divided by it.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    documents: u64,
}

/// What is handed in, how its story ends, and how many functions are started on the way.
struct Sort {
    name: &'static str,
    extension: &'static str,
    status: &'static str,
    /// Two for the teacher's requests, then ingest, transfer and callback; collect and normalize where there are results,
    /// collect alone where there are none.
    invocations: f64,
    file: fn(u64, u64) -> Vec<u8>,
}

const SORTS: [Sort; 3] = [
    Sort {
        name: "lesson plan",
        extension: "md",
        status: "ready",
        invocations: 7.0,
        file: |seed, number| plan::plan(seed, number, PLAN_BYTES),
    },
    Sort { name: "video", extension: "mp4", status: "ready", invocations: 7.0, file: |_, _| VIDEO.to_vec() },
    Sort {
        name: "lesson plan that fails",
        extension: "md",
        status: "failed",
        invocations: 6.0,
        file: |_, _| HOPELESS.to_vec(),
    },
];

/// Hands documents in to a host with its own processor, one sort after the other.
pub(crate) async fn run(setting: &Setting, options: &Options) -> anyhow::Result<Value> {
    let binary = host::binary(setting.lectern.as_deref()).await?;
    let folder = folder(setting.scratch.as_deref())?;
    let host = Host::start(&binary, folder.path(), None, &Secrets::fresh()).await?;
    let prices = Prices::read()?;
    let mut sorts = Vec::new();
    for sort in &SORTS {
        let work = measure(&host, setting.seed, sort, options.documents).await?;
        sorts.push(json!({
            "document": sort.name,
            "ends": sort.status,
            "item_bytes": work.item_bytes,
            "write_units_per_document": work.write_units,
            "calls_per_document": work.calls,
            "per_million": bill::per_million(&work, &prices),
        }));
    }
    host.stop().await?;
    Ok(json!({
        "benchmark": "cost",
        "prices": { "in_effect": prices.in_effect, "region": prices.region },
        "documents": options.documents,
        "sorts": sorts,
        "idle_per_month": bill::idle(&prices),
    }))
}

async fn measure(host: &Host, seed: u64, sort: &Sort, documents: u64) -> anyhow::Result<Work> {
    let (teacher, aws) = (Teacher::sign_in(&host.api_url).await?, Aws::at(&host.aws_url)?);
    let before = host.counters().await?;
    let mut last = None;
    for number in 0..documents {
        let name = format!("cost-{number}.{}", sort.extension);
        let sent = teacher.send(&name, (sort.file)(seed, number)).await?;
        teacher.complete(&sent).await?;
        last = Some(sent.document_id.to_string());
    }
    // The counters are read before and after somebody looks, so that looking is not paid for.
    let (calls, write_units) = settled(host, &aws, &before, documents).await?;
    let item = aws.item(&last.unwrap_or_default()).await?;
    let status = item["status"]["S"].as_str().unwrap_or_default();
    ensure!(status == sort.status, "a {} became {status:?}", sort.name);
    let item_bytes = float(item.to_string().len() as u64);
    Ok(Work { calls, write_units, item_bytes, invocations: sort.invocations, requests: REQUESTS })
}

/// The calls for one document and the write units of its item, once nothing is on its way.
async fn settled(
    host: &Host,
    aws: &Aws,
    before: &Counters,
    documents: u64,
) -> anyhow::Result<(bill::Calls, f64)> {
    let looks = aws.queries();
    watch::until_quiet(aws).await?;
    let now = host.counters().await?;
    let mut calls = now.calls_each_since(before, documents);
    if let Some(queries) = calls.get_mut("DynamoDB").and_then(|register| register.get_mut("Query")) {
        *queries = (*queries - float(aws.queries() - looks) / float(documents)).max(0.0);
    }
    Ok((calls, now.units_each_since(before, documents)))
}
