//! Cold starts: each function's binary as Lambda starts it, against a Runtime API in this process and a `lectern` as AWS.
//!
//! What Lambda does before it starts the process, fetching the code and making a place for it, is not in it: that is what
//! the sizes stand for.

mod first;
mod functions;
mod peers;
mod plan;
mod runtime_api;
mod size;
mod start;

use crate::{
    percentile::{self, float, round},
    stage::{Setting, Stage},
};
use clap::Args;
use serde_json::{Value, json};
use size::Size;
use start::{Start, Subject};
use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

/// The aim for a stripped binary, in megabytes.
const BINARY_MB_AIM: u32 = 12;
/// The aim for its zip file, in megabytes.
const ZIP_MB_AIM: u32 = 5;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// How often each is started, by turns; once more before that does not count.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    starts: u32,
    /// Folder with the functions' binaries.
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/bootstrap"))]
    binaries: PathBuf,
    /// Leaves out the functions in Python and JavaScript.
    #[arg(long)]
    without_peers: bool,
}

/// Something that was started again and again.
struct Measured {
    subject: Subject,
    starts: Vec<Start>,
}

pub(crate) async fn run(setting: &Setting, options: &Options) -> anyhow::Result<Value> {
    // They are started in other folders than this program.
    let binaries = std::path::absolute(&options.binaries)?;
    let stage = Stage::set(setting).await?;
    let functions = functions::subjects(&stage, &binaries).await?;
    let count = functions.len();
    let peers = if options.without_peers {
        vec![peers::echo(&stage, &binaries)]
    } else {
        peers::subjects(&stage, &binaries).await?
    };
    let mut all: Vec<_> = functions.into_iter().chain(peers).map(Measured::nothing_yet).collect();
    // By turns, so that a machine that becomes slower is so for all of them.
    for turn in 0..=options.starts {
        for measured in &mut all {
            let start = measured.subject.start(&stage.path("start.log")).await?;
            // The first fills the page cache.
            measured.starts.extend((turn > 0).then_some(start));
        }
        writeln!(io::stderr(), "started each {} of {} times", turn + 1, options.starts + 1)?;
    }
    writeln!(io::stderr(), "weighing the binaries")?;
    let mut shown = Vec::new();
    for measured in &all {
        shown.push(measured.shown(&binaries, &stage.path("")).await?);
    }
    let peers = shown.split_off(count);
    stage.strike().await?;
    Ok(json!({
        "benchmark": "coldstart",
        "starts": options.starts,
        "binaries": binaries,
        "aims": { "binary_mb": BINARY_MB_AIM, "zip_mb": ZIP_MB_AIM },
        "functions": shown,
        "peers": peers,
    }))
}

impl Measured {
    fn nothing_yet(subject: Subject) -> Self {
        Self { subject, starts: Vec::new() }
    }

    async fn shown(&self, binaries: &Path, scratch: &Path) -> anyhow::Result<Value> {
        let values = |value: fn(&Start) -> f64| spread(self.starts.iter().map(value).collect());
        let mut shown = json!({
            "function": self.subject.name,
            "memory_mib": self.subject.memory_mib,
            "first_poll_ms": values(|start| milliseconds(start.first_poll)),
            "first_answer_ms": values(|start| milliseconds(start.first_answer)),
            "cpu_ms": values(|start| milliseconds(start.cpu)),
            "peak_rss_mib": values(|start| float(start.peak_bytes) / (1024.0 * 1024.0)),
        });
        // Python's and JavaScript's programs are part of Lambda's own runtimes.
        if self.subject.program.starts_with(binaries) {
            let Size { stripped, zipped } = size::weigh(&self.subject.program, scratch).await?;
            shown["binary_mb"] = megabytes(stripped).into();
            shown["zip_mb"] = megabytes(zipped).into();
        }
        Ok(shown)
    }
}

fn spread(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let rounded = |percent| round(percentile::of(&values, percent), 1);
    json!({ "median": rounded(50.0), "worst": rounded(100.0) })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn megabytes(bytes: u64) -> f64 {
    round(float(bytes) / 1e6, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_of_values_that_were_measured() {
        assert_eq!(spread(vec![3.0, 1.04, 2.0]), json!({ "median": 2.0, "worst": 3.0 }));
        assert!((megabytes(12_345_678) - 12.35).abs() < f64::EPSILON);
    }
}
