mod table;

use super::output::{CliError, print, print_json};
use asl::{LoadError, Machine, Status, offline};
use clap::{Args, Subcommand};
use clock::{Clock, Random, SeededRandom, SystemClock};
use jiff::Timestamp;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// `lectern machine`
#[derive(Subcommand, Debug)]
pub(super) enum MachineCommand {
    /// Run a definition offline, with mocked tasks, on virtual time.
    #[command(after_long_help = TASKS_HELP)]
    Run(RunOptions),
}

/// How `--tasks` is written.
const TASKS_HELP: &str = r#"The file given with --tasks says what tasks answer, by the name of their state:

  {
    "Deliver": [
      {"error": "Lambda.TooManyRequestsException", "cause": "busy"},
      {"timeout": true},
      {"result": {"Payload": {"ok": true}}, "after": 90, "heartbeat_every": 20}
    ]
  }

The answers of a state are used in turn, the last one again and again. "result" is what $states.result then holds:
for lambda:invoke an object with Payload, for a task with a token what its holder sends. "timeout" never answers, so
that only TimeoutSeconds or HeartbeatSeconds ends the task. "after" and "heartbeat_every" are seconds of virtual time;
without them an answer comes at once. A task without an answer, and an answer that no task used, are errors.

The exit code is 0 if the execution succeeded, 1 if it did not, and 2 if it could not be run."#;

/// `lectern machine run`
#[derive(Args, Debug)]
pub(super) struct RunOptions {
    /// The definition (.asl.json).
    file: PathBuf,
    /// The execution's input, as JSON.
    #[arg(long, value_name = "JSON")]
    input: String,
    /// What tasks answer.
    #[arg(long, value_name = "FILE")]
    tasks: Option<PathBuf>,
    /// Print one JSON value: `{status, output?, error?, cause?, history}`, the events as `GetExecutionHistory` gives them.
    #[arg(long)]
    json: bool,
    /// The instant at which the run begins; now if it is not given.
    #[arg(long, value_name = "INSTANT")]
    start: Option<Timestamp>,
    /// What `$random`, `$uuid`, tokens and jitter follow from: the same seed repeats a run.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
}

/// Exits 0 if the execution succeeded, 1 if it did not.
pub(super) fn run(command: &MachineCommand) -> Result<ExitCode, CliError> {
    let MachineCommand::Run(options) = command;
    let machine = Machine::load(&read(&options.file)?).map_err(|error| refused(&options.file, &error))?;
    let input: Value = serde_json::from_str(&options.input)
        .map_err(|error| CliError::new(format!("--input is not JSON: {error}")))?;
    let mocks = match &options.tasks {
        None => offline::Mocks::new(),
        Some(path) => serde_json::from_str(&read(path)?).map_err(|error| {
            CliError::new(format!("{} is not a table of answers: {error}", path.display()))
                .next("See lectern machine run --help for how it is written")
        })?,
    };
    let start = options.start.unwrap_or_else(|| SystemClock.now());
    let chance = SeededRandom::new(options.seed);
    let run = offline::run(&machine, input, &mocks, start, &mut |bytes| chance.fill(bytes))
        .map_err(|error| unanswered(&error))?;
    if options.json {
        print_json(&serde_json::to_value(&run).map_err(|error| CliError::new(error.to_string()))?)?;
    } else {
        for line in table::lines(&run, start) {
            print(&line)?;
        }
    }
    if let Some((state, used)) = run.unused.first() {
        let given = mocks.get(state).map_or(0, Vec::len);
        let what = format!("state {state:?} used {used} of the {given} answers that --tasks gives it");
        return Err(
            CliError::new(what).next("Take out the others, or look for why the run did not get there")
        );
    }
    Ok(if run.status == Status::Succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn refused(file: &Path, error: &LoadError) -> CliError {
    let told: Vec<String> = error.diagnostics.iter().map(|found| format!("\n  {found}")).collect();
    CliError::new(format!("{} cannot be run:{}", file.display(), told.concat()))
}

fn unanswered(error: &offline::OfflineError) -> CliError {
    let next = match error {
        offline::OfflineError::NoMock { .. } => {
            "Give an answer for each task with --tasks, by the name of its state"
        }
        offline::OfflineError::Stuck { .. } => "Give the state a TimeoutSeconds, or its task an answer",
    };
    CliError::new(error.to_string()).next(next)
}

fn read(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path)
        .map_err(|error| CliError::new(format!("{} cannot be read: {error}", path.display())))
}
