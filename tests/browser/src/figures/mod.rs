//! How fast the pages are: measured and printed, not judged.

mod answers;
mod first_page;
mod news;
mod sending;

use crate::stage::Stage;
use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Documents that the host holds while lists are asked for.
    #[arg(long, default_value_t = 1000)]
    stored: usize,
    /// Size of the file that is sent from the page, in MiB.
    #[arg(long, default_value_t = 256, value_name = "MIB")]
    size: u64,
    /// How often an answer is asked for.
    #[arg(long, default_value_t = 100)]
    asked: usize,
}

pub(crate) async fn measure(stage: &Stage, options: &Options) -> Result<Value> {
    let teacher = stage.host.api("teacher").await?;
    let first_page = Box::pin(first_page::measure(stage)).await?;
    let news = Box::pin(news::measure(stage)).await?;
    let sending = Box::pin(sending::measure(stage, options.size)).await?;
    let reading = answers::reading(&teacher, options.asked).await?;
    answers::fill(&stage.host, options.stored).await?;
    let list = answers::list(&teacher, options.asked).await?;
    Ok(json!({
        "first_page": first_page,
        "list_of_50_ms": { "stored": options.stored, "answered": list },
        "reading_view_of_100_kb_ms": reading,
        "news_reach_the_page_ms": news,
        "upload": sending,
    }))
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
