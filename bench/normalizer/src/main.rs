//! How fast files are normalized, and how much memory that takes: whole `normalize` on one core, hashes and parses included.
//!
//! One JSON object goes to standard output. With `--write FOLDER` the files are kept, for other programs to read the same.

mod samples;

use anyhow::Context as _;
use clap::Parser;
use clock::{Clock as _, SystemClock};
use normalizer::normalize;
use peak_alloc::PeakAlloc;
use samples::Sample;
use serde_json::{Value, json};
use std::{fs, io::Write as _, path::PathBuf, time::Duration};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// How long each sample is normalized again and again.
const MEASURED: Duration = Duration::from_secs(3);

#[derive(Parser, Debug)]
struct Cli {
    /// Write the samples here and measure nothing.
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let samples = samples::all()?;
    if let Some(folder) = cli.write {
        for sample in &samples {
            fs::write(folder.join(sample.name), &sample.manifest.files[sample.measured].bytes)?;
        }
        return Ok(());
    }
    let figures: Vec<_> = samples.iter().map(measure).collect::<Result<_, _>>()?;
    let mut out = std::io::stdout().lock();
    let figures = json!({ "benchmark": "normalize", "samples": figures });
    writeln!(out, "{}", serde_json::to_string_pretty(&figures)?).context("standard output is closed")
}

#[expect(clippy::cast_precision_loss, reason = "bytes and rounds stay far below 2^52")]
fn measure(sample: &Sample) -> anyhow::Result<Value> {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let normalized = normalize(&sample.manifest).with_context(|| sample.name)?;
    let peak = MEMORY.peak_usage().saturating_sub(before);
    let repairs = normalized.document.provenance.repairs.len();
    drop(normalized);
    let (begun, mut rounds) = (SystemClock.now(), 0_u32);
    let mut best = f64::INFINITY;
    while SystemClock.now().duration_since(begun).unsigned_abs() < MEASURED {
        let start = SystemClock.now();
        normalize(&sample.manifest)?;
        best = best.min(SystemClock.now().duration_since(start).as_secs_f64());
        rounds += 1;
    }
    let seconds = SystemClock.now().duration_since(begun).as_secs_f64() / f64::from(rounds);
    let input: usize = sample.manifest.files.iter().map(|file| file.bytes.len()).sum();
    let two = |value: f64| (value * 100.0).round() / 100.0;
    Ok(json!({
        "sample": sample.name,
        "bytes": sample.bytes,
        "rounds": rounds,
        "ms_mean": two(seconds * 1e3),
        "ms_best": two(best * 1e3),
        "mb_per_second_mean": two(sample.bytes as f64 / seconds / 1e6),
        "mb_per_second_best": two(sample.bytes as f64 / best / 1e6),
        "peak_memory_times_input": two(peak as f64 / input.max(sample.bytes) as f64),
        "repairs": repairs,
    }))
}
