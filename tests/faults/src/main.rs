//! `cargo run --release -p faults -- --seeds 1000`: seeded simulation of the whole pipeline.

use clap::Parser;
use faults::simulation::Outcome;
use std::{
    io::Write as _,
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    sync::mpsc,
    thread,
};

/// The host's own: a seed is little else than small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// Seeds run at once, each on a thread and a time of its own; as many as there are cores unless said.
    #[arg(long)]
    jobs: Option<usize>,
}

fn main() -> anyhow::Result<ExitCode> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("LECTERN_LOG").unwrap_or_else(|_| "off".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let options = Options::parse();
    let jobs = options.jobs.or_else(|| thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
    let next = AtomicU64::new(options.first);
    let (sender, outcomes) = mpsc::channel();
    let mut failed = 0;
    let mut out = std::io::stdout().lock();
    thread::scope(|scope| {
        for _ in 0..jobs {
            let (sender, options, next) = (sender.clone(), &options, &next);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let is_wanted = seed < options.first + options.seeds;
                    // Nobody listens any more once something could not be run or said.
                    if !is_wanted
                        || sender
                            .send((seed, faults::seed::run(seed, options.documents, options.trace)))
                            .is_err()
                    {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (seed, outcome) in outcomes {
            let outcome = outcome?;
            failed += u64::from(!outcome.violations.is_empty());
            tell(&mut out, seed, options.documents, &outcome)?;
        }
        anyhow::Ok(())
    })?;
    writeln!(out, "{} seeds, {failed} failed", options.seeds)?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What became of one seed.
fn tell(out: &mut impl std::io::Write, seed: u64, documents: u64, outcome: &Outcome) -> std::io::Result<()> {
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
    if outcome.violations.is_empty() {
        return Ok(());
    }
    for violation in &outcome.violations {
        writeln!(out, "  {violation}")?;
    }
    writeln!(
        out,
        "  replay: cargo run --release -p faults -- --first {seed} --seeds 1 --documents {documents} --trace"
    )
}
