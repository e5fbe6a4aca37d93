use crate::{
    aws::Aws,
    percentile::{self, float, round},
    plan,
    stage::{Setting, Stage},
    teacher::Teacher,
    watch,
};
use anyhow::{Context as _, ensure};
use clap::Args;
use clock::{Clock, SystemClock};
use contract::{
    callback::{Callback, CallbackType},
    processor::JobStatus,
};
use futures::future::try_join_all;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;
use webhook::Secret;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// How long callbacks are offered, in seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Senders, each with one callback under way; the endpoint has places for twenty.
    #[arg(long, default_value_t = 16)]
    senders: u32,
}

/// One sender's answers: statuses, and milliseconds until 202.
#[derive(Debug, Default)]
struct Answers {
    statuses: BTreeMap<u16, u64>,
    accepted_ms: Vec<f64>,
}

/// What every sender sends: the callback of a document that is ready, each time as a new message.
struct Offer {
    url: String,
    secret: Secret,
    body: Vec<u8>,
    until: Instant,
}

pub(crate) async fn run(setting: &Setting, options: &Options) -> anyhow::Result<Value> {
    let stage = Stage::set(setting).await?;
    let aws = Aws::at(&stage.host.aws_url)?;
    let body = finished_callback(&stage, &aws, setting.seed).await?;
    let cpu = stage.host.cpu_seconds()?;
    let begun = Instant::now();
    let offer = Offer {
        url: format!("{}/callbacks/processor", stage.host.api_url),
        secret: Secret::parse(&stage.secrets.signing)?,
        body,
        until: begun + Duration::from_secs(options.seconds),
    };
    let answers = try_join_all((0..options.senders).map(|sender| send(&offer, sender))).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = stage.host.cpu_seconds()? - cpu;
    stage.strike().await?;
    let mut all = Answers::default();
    for answers in answers {
        all.accepted_ms.extend(answers.accepted_ms);
        for (status, count) in answers.statuses {
            *all.statuses.entry(status).or_default() += count;
        }
    }
    let accepted = all.accepted_ms.len() as u64;
    ensure!(accepted > 0, "no callback was accepted: {:?}", all.statuses);
    Ok(json!({
        "benchmark": "callbacks",
        "senders": options.senders,
        "seconds": round(seconds, 2),
        "accepted_per_second": round(float(accepted) / seconds, 1),
        "accepted_ms": percentile::summary(all.accepted_ms),
        "statuses": all.statuses,
        "host_cpu_seconds": round(cpu, 2),
    }))
}

/// Lets one document become ready and gives the body of its callback.
async fn finished_callback(stage: &Stage, aws: &Aws, seed: u64) -> anyhow::Result<Vec<u8>> {
    let teacher = Teacher::sign_in(&stage.host.api_url).await?;
    let sent = teacher.send("plan.md", plan::plan(seed, 0, 20_480)).await?;
    teacher.complete(&sent).await?;
    watch::until_quiet(aws).await?;
    let item = aws.item(&sent.document_id.to_string()).await?;
    let reference = item["attempts"]["L"][0]["M"]["reference"]["S"].as_str().context("it was sent")?;
    let url = format!("{}/jobs/{reference}", stage.processor_url);
    let status: JobStatus =
        reqwest::Client::builder().no_proxy().build()?.get(url).send().await?.json().await?;
    let data = status.result.context("the processor finished it")?;
    let timestamp = SystemClock.now().to_string();
    Ok(serde_json::to_vec(&Callback { kind: CallbackType::Finished, timestamp, data })?)
}

async fn send(offer: &Offer, sender: u32) -> anyhow::Result<Answers> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut answers = Answers::default();
    for number in 0_u64.. {
        let sent = Instant::now();
        if sent >= offer.until {
            break;
        }
        let (id, timestamp) = (format!("msg-{sender}-{number}"), SystemClock.now().as_second());
        let request = client
            .post(&offer.url)
            .header("content-type", "application/json")
            .header(webhook::ID, &id)
            .header(webhook::TIMESTAMP, timestamp)
            .header(webhook::SIGNATURE, offer.secret.sign(&id, timestamp, &offer.body))
            .body(offer.body.clone());
        let status = request.send().await?.status().as_u16();
        *answers.statuses.entry(status).or_default() += 1;
        if status == 202 {
            answers.accepted_ms.push(sent.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(answers)
}
