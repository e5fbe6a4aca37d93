use super::output::{CliError, print, print_json, text};
use asl::{Machine, offline};
use clap::{Args, Subcommand};
use clock::{Clock, Random, SystemClock, SystemRandom};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// `lectern machine`
#[derive(Subcommand, Debug)]
pub(super) enum MachineCommand {
    /// Run a definition offline, with mocked tasks, on virtual time.
    Run(RunOptions),
}

/// `lectern machine run`
#[derive(Args, Debug)]
pub(super) struct RunOptions {
    /// The definition (.asl.json).
    file: PathBuf,
    /// The execution's input, as JSON.
    #[arg(long, value_name = "JSON")]
    input: String,
    /// What tasks answer: per state a list of `{"result": …}` or `{"error": …, "cause": …}`, used in turn.
    #[arg(long, value_name = "FILE")]
    tasks: Option<PathBuf>,
    /// Print `{status, output?, error?, cause?, stopped, history}`.
    #[arg(long)]
    json: bool,
}

/// Exits 0 if the execution succeeded, 1 if it did not.
pub(super) fn run(command: &MachineCommand) -> Result<ExitCode, CliError> {
    let MachineCommand::Run(options) = command;
    let file = options.file.display();
    let machine = Machine::load(&read(&options.file)?)
        .map_err(|error| CliError::new(format!("{file} cannot be run: {error}")))?;
    let input: Value = serde_json::from_str(&options.input)
        .map_err(|error| CliError::new(format!("--input is not JSON: {error}")))?;
    let mocks = match &options.tasks {
        None => offline::Mocks::new(),
        Some(path) => serde_json::from_str(&read(path)?).map_err(|error| {
            CliError::new(format!("{} is not a table of answers: {error}", path.display()))
        })?,
    };
    let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
    let run = offline::run(&machine, input, &mocks, SystemClock.now(), &mut random).map_err(|error| {
        CliError::new(error.to_string())
            .next("Give an answer for each task with --tasks, by the name of its state")
    })?;
    let succeeded = run.status == asl::Status::Succeeded;
    let run = serde_json::to_value(run).map_err(|error| CliError::new(error.to_string()))?;
    if options.json {
        print_json(&run)?;
    } else {
        for event in run["history"].as_array().into_iter().flatten() {
            let state = ["stateEnteredEventDetails", "stateExitedEventDetails"]
                .iter()
                .find_map(|d| event[d]["name"].as_str());
            print(&format!(
                "{:>5}  {}  {:<28} {}",
                event["id"].to_string(),
                text(event, "timestamp"),
                text(event, "type"),
                state.unwrap_or_default()
            ))?;
        }
        let end = if succeeded { &run["output"] } else { &json!([run["error"], run["cause"]]) };
        print(&format!("{}  {end}", text(&run, "status")))?;
    }
    Ok(if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path)
        .map_err(|error| CliError::new(format!("{} cannot be read: {error}", path.display())))
}
