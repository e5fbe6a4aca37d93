use crate::{
    copies::Copies,
    percentile::round,
    pipeline::{Offer, Pipeline},
    stage::{Setting, Stage},
};
use clap::Args;
use serde_json::{Value, json};

/// Documents that go the whole way before the first measurement: the others that are stored are copies of these.
const MODELS: u64 = 100;

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
    let models = pipeline.fill(0..MODELS).await?;
    let copies = Copies::of(pipeline.aws(), &models).await?;
    let (mut next, mut points) = (MODELS, Vec::new());
    for stored in &options.stored {
        if next < *stored {
            copies.store(next..*stored).await?;
            next = *stored;
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
