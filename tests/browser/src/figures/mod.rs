//! How fast the pages are: measured, not judged. Each figure is told on standard error as soon as it is known; all of them
//! are one JSON object on standard output at the end.

mod answers;
pub(crate) mod first_page;
mod news;
mod register;
mod sending;

use crate::stage::Stage;
use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Documents that the host holds while lists are asked for.
    #[arg(long, default_value_t = 10_000)]
    stored: usize,
    /// Size of the file that is sent from the page, in MiB.
    #[arg(long, default_value_t = 1024, value_name = "MIB")]
    size: u64,
    /// How often an answer is asked for.
    #[arg(long, default_value_t = 100)]
    asked: usize,
}

/// Measures one thing after the other.
pub(crate) async fn measure(stage: &Stage, options: &Options) -> Result<()> {
    let mut figures = json!({});
    let mut tell = |name: &str, figure: Value| {
        eprintln!("{name}: {figure}");
        figures[name] = figure;
    };
    tell("machine", machine());
    tell("first_page", Box::pin(first_page::measure(stage)).await?);
    tell("news_reach_the_page_ms", Box::pin(news::measure(stage)).await?);
    tell("reading_view_of_100_kb_ms", Box::pin(answers::reading(stage, options.asked)).await?);
    tell("upload", Box::pin(sending::measure(stage, options.size)).await?);
    register::fill(stage, options.stored).await?;
    let list = answers::list(&stage.host.api("teacher").await?, options.asked).await?;
    tell("list_of_50_ms", json!({ "stored": options.stored, "answered": list }));
    println!("{figures:#}");
    Ok(())
}

/// What it was measured on, and what else ran there.
fn machine() -> Value {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    json!({ "cores": cores, "load_before": load.split(' ').next() })
}

/// `{p50, p95, max}` of durations in milliseconds.
fn summary(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        let rank = (values.len() * percent).div_ceil(100).clamp(1, values.len().max(1));
        values.get(rank - 1).map(|value| (value * 100.0).round() / 100.0)
    };
    json!({ "p50": at(50), "p95": at(95), "max": at(100) })
}
