//! Crashes of a whole host, from outside: the release `lectern` is killed, loses power or is given a disk that fails, and
//! whatever it has acknowledged must end exactly once.
//!
//! ```text
//! cargo run --release -p crash -- kills --kills 200 --documents 100 --seed 1
//! cargo run --release -p crash -- power --losses 30 --time-scale 5000
//! cargo run --release -p crash -- faults
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a run came to is what this command is for"
)]

mod aws;
mod disk;
mod faults;
mod files;
mod journal;
mod kills;
mod machine;
mod outcome;
mod power;
mod process;
mod submission;
mod watch;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use machine::Machine;
use std::{path::PathBuf, process::ExitCode};

#[derive(Parser, Debug)]
#[command(name = "crash")]
struct Cli {
    #[command(subcommand)]
    scenario: Scenario,
    /// The `lectern` to try; without it, the release build is made.
    #[arg(long, global = true, env = "LECTERN_BIN", value_name = "FILE")]
    lectern: Option<PathBuf>,
    /// The same seed kills after the same times.
    #[arg(long, global = true, default_value_t = 1)]
    seed: u64,
    /// Divides every configured duration of the host.
    #[arg(long, global = true, default_value_t = 1000)]
    time_scale: u32,
    /// Where the run keeps its data and logs; without it, in the target folder, removed if all is well.
    #[arg(long, global = true, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
enum Scenario {
    /// SIGKILL at random moments.
    Kills(kills::Options),
    /// Loss of power: what was not synced is gone, or torn.
    Power(power::Options),
    /// A full disk, and syncs that fail.
    Faults(faults::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let folder = cli
        .folder
        .clone()
        .unwrap_or_else(|| std::env::temp_dir().join(format!("lectern-crash-{}", std::process::id())));
    match run(&cli, &folder) {
        Ok(()) => {
            if cli.folder.is_none() {
                // Data of a run that went well is of no use; what cannot be removed is only in the way.
                let _ = std::fs::remove_dir_all(&folder);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("crash: {error:#}\nseed {}; logs and data are kept in {}", cli.seed, folder.display());
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli, folder: &std::path::Path) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("no threads")?;
    runtime.block_on(async {
        let lectern = machine::release(cli.lectern.as_deref()).await?;
        let machine = Machine::new(&lectern, folder, cli.time_scale)?;
        match &cli.scenario {
            Scenario::Kills(options) => Box::pin(kills::run(options, machine, cli.seed)).await,
            Scenario::Faults(options) => Box::pin(faults::run(options, machine, cli.seed)).await,
            Scenario::Power(options) => Box::pin(power::run(options, machine, cli.seed)).await,
        }
    })
}
