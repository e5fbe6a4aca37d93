//! `cargo run --release -p faults -- --seeds 1000`: seeded simulation of the whole pipeline.

use clap::Parser;
use std::{io::Write as _, process::ExitCode};

/// Run the whole pipeline on virtual time, with faults drawn from a seed.
#[derive(Parser, Debug)]
struct Options {
    /// How many seeds to run.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// Documents handed in during each.
    #[arg(long, default_value_t = 20)]
    documents: u64,
    /// Print everything that happened.
    #[arg(long)]
    trace: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("LECTERN_LOG").unwrap_or_else(|_| "off".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let options = Options::parse();
    let mut failed = 0;
    let mut out = std::io::stdout().lock();
    for seed in options.first..options.first + options.seeds {
        let outcome = faults::seed::run(seed, options.documents, options.trace)?;
        for line in &outcome.lines {
            writeln!(out, "{line}")?;
        }
        let ends: Vec<_> = outcome.ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
        let hours = outcome.elapsed.as_secs() / 3600;
        writeln!(
            out,
            "seed {seed} trace {} steps {} faults {} virtual hours {hours}: {}",
            outcome.hash,
            outcome.steps,
            outcome.faults,
            ends.join(", ")
        )?;
        if !outcome.violations.is_empty() {
            failed += 1;
            for violation in &outcome.violations {
                writeln!(out, "  {violation}")?;
            }
            let documents = options.documents;
            writeln!(
                out,
                "  replay: cargo run --release -p faults -- --first {seed} --seeds 1 --documents {documents} --trace"
            )?;
        }
    }
    writeln!(out, "{} seeds, {failed} failed", options.seeds)?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
