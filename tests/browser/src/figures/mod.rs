//! How fast the pages are: measured and printed as lines of JSON, not judged.

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

/// Measures one thing after the other; each is printed as soon as it is known.
pub(crate) async fn measure(stage: &Stage, options: &Options) -> Result<()> {
    let teacher = stage.host.api("teacher").await?;
    tell("first_page", &Box::pin(first_page::measure(stage)).await?);
    tell("news_reach_the_page_ms", &Box::pin(news::measure(stage)).await?);
    tell("upload", &Box::pin(sending::measure(stage, options.size)).await?);
    tell("reading_view_of_100_kb_ms", &answers::reading(&teacher, options.asked).await?);
    answers::fill(&stage.host, options.stored).await?;
    let list = answers::list(&teacher, options.asked).await?;
    tell("list_of_50_ms", &json!({ "stored": options.stored, "answered": list }));
    Ok(())
}

fn tell(name: &str, figure: &Value) {
    println!("{}", json!({ name: figure }));
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
