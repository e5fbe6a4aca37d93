use crate::{
    percentile::round,
    pipeline::{Offer, Pipeline},
    stage::{Setting, Stage},
};
use clap::Args;
use serde_json::{Value, json};

/// Documents handed in at once while the store is filled.
const FILLING: u64 = 5000;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// How many documents are stored before each measurement, in rising order.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000])]
    stored: Vec<u64>,
    /// How many lesson plans each measurement hands in.
    #[arg(long, default_value_t = 1000)]
    documents: u64,
    #[command(flatten)]
    offer: Offer,
}

pub(crate) async fn run(setting: &Setting, options: &Options) -> anyhow::Result<Value> {
    let stage = Stage::set(setting).await?;
    let pipeline = Pipeline::new(&stage, setting.seed, &options.offer).await?;
    let (mut next, mut points) = (0, Vec::new());
    for stored in &options.stored {
        while next < *stored {
            let end = stored.min(&(next + FILLING)).to_owned();
            pipeline.fill(next..end).await?;
            next = end;
        }
        let mut point = pipeline.measure(next..next + options.documents).await?;
        point["stored_before"] = next.into();
        next += options.documents;
        points.push(point);
    }
    stage.strike().await?;
    let rate = |point: Option<&Value>| {
        point.and_then(|point| point["documents_per_second"].as_f64()).unwrap_or(f64::NAN)
    };
    let slower = (1.0 - rate(points.last()) / rate(points.first())) * 100.0;
    Ok(json!({ "benchmark": "growth", "points": points, "slower_percent": round(slower, 1) }))
}
