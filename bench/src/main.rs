//! Benchmarks: a started `lectern`, an instant processor beside it, and figures as one JSON object on standard output.
//!
//! The host, the processor and this driver are three processes, so that the host's CPU time and memory are its own.

mod aws;
mod callbacks;
mod coldstart;
mod copies;
mod cost;
mod counters;
mod growth;
mod host;
mod latency;
mod peer;
mod percentile;
mod pipeline;
mod plan;
mod process;
mod processor;
mod stage;
mod stream;
mod teacher;
mod usage;
mod watch;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use serde_json::Value;
use std::{io::Write as _, path::PathBuf};

/// Measures Lectern on this machine. One JSON object goes to standard output, everything else to standard error.
#[derive(Parser, Debug)]
#[command(name = "bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// The `lectern` to measure; without one, it is built with this profile and taken from beside this program.
    #[arg(long, global = true, value_name = "FILE")]
    lectern: Option<PathBuf>,
    /// Folder for the data of the run, removed at the end; without one, a fresh one in the system's folder for such.
    #[arg(long, global = true, value_name = "FOLDER")]
    scratch: Option<PathBuf>,
    /// Seed of everything that is made up.
    #[arg(long, global = true, default_value_t = 1)]
    seed: u64,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Many lesson plans at once: documents per second, time to ready, what a document costs.
    Pipeline(pipeline::Options),
    /// One lesson plan at a time on an idle host.
    Latency(latency::Options),
    /// One large video through `transfer`, and the same file by `curl -T` to the same receiver.
    Stream(stream::Options),
    /// The pipeline with more and more documents stored already, most of them copies of the first.
    Growth(growth::Options),
    /// Signed callbacks to the endpoint.
    Callbacks(callbacks::Options),
    /// Cold starts of the functions and of others, and how large they are.
    Coldstart(coldstart::Options),
    /// What a million documents would cost on AWS, and what is paid idle.
    Cost(cost::Options),
    /// Another system that runs already, see `peers`.
    Peer(peer::Options),
    /// The instant processor by itself, until it is killed.
    Processor(processor::Options),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let figures = runtime.block_on(Box::pin(run(cli)))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string_pretty(&figures)?).context("standard output is closed")
}

async fn run(cli: Cli) -> anyhow::Result<Value> {
    let setting = stage::Setting { lectern: cli.lectern, scratch: cli.scratch, seed: cli.seed };
    match cli.command {
        Command::Pipeline(options) => pipeline::run(&setting, &options).await,
        Command::Latency(options) => latency::run(&setting, &options).await,
        Command::Stream(options) => stream::run(&setting, &options).await,
        Command::Growth(options) => growth::run(&setting, &options).await,
        Command::Callbacks(options) => callbacks::run(&setting, &options).await,
        Command::Coldstart(options) => coldstart::run(&setting, &options).await,
        Command::Cost(options) => cost::run(&setting, &options).await,
        Command::Peer(options) => peer::run(&setting, &options).await,
        Command::Processor(options) => processor::serve(&options).await,
    }
}
