//! The command line. `--json` prints one JSON value on standard output; everything else goes to standard error.

mod client;
mod documents;
mod failed;
mod issuer;
mod machine;
mod normalize;
mod output;
mod processor;
mod submit;
mod up;
mod upload;

use clap::{Args, Parser, Subcommand};
use client::Client;
use lectern::host::UpOptions;
use output::CliError;
use std::{num::NonZero, process::ExitCode};

/// More threads than cores: one that waits for the register's disk must not leave a core idle.
const THREADS_PER_CORE: usize = 2;
/// On one core too.
const THREADS_MIN: usize = 4;

/// Lectern: lesson plans and classroom videos, proofread, processed, proved and ready to be read.
#[derive(Parser, Debug)]
#[command(name = "lectern", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    up: UpOptions,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Start everything on this machine (the default).
    Up(UpOptions),
    /// Hand files in.
    Submit(submit::SubmitOptions),
    /// List documents.
    Documents(documents::DocumentsOptions),
    /// Show one document.
    Show(documents::ShowOptions),
    /// List failed documents by cause.
    Failed(failed::FailedOptions),
    /// Let failed documents go on.
    Redrive(failed::RedriveOptions),
    /// Work with state machines.
    #[command(subcommand)]
    Machine(machine::MachineCommand),
    /// Normalize local files, without a host.
    Normalize(normalize::NormalizeOptions),
    /// Start the reference processor by itself.
    Processor(::processor::Options),
    /// Start the development issuer by itself, for a stack that runs elsewhere.
    Issuer(issuer::IssuerOptions),
}

/// Where the running host is, and as whom to talk to it.
#[derive(Args, Clone, Debug)]
struct Connection {
    /// Address of a running lectern.
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    url: String,
    /// The access token to use, instead of a development sign-in.
    #[arg(long, env = "LECTERN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// The development account to sign in as; each command has the one that fits it.
    #[arg(long = "as", value_name = "ACCOUNT")]
    account: Option<String>,
}

impl Connection {
    async fn client(&self, account: &str) -> Result<Client, CliError> {
        let account = self.account.as_deref().unwrap_or(account);
        Client::sign_in(&self.url, self.token.as_deref(), account).await
    }
}

/// Runs the command that the process was started with.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or(Command::Up(cli.up));
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = (cores * THREADS_PER_CORE).max(THREADS_MIN);
    let runtime =
        match tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return output::fail(&CliError::new(format!("no threads can be started: {error}"))),
        };
    match runtime.block_on(Box::pin(dispatch(command))) {
        Ok(code) => code,
        Err(error) => output::fail(&error),
    }
}

async fn dispatch(command: Command) -> Result<ExitCode, CliError> {
    match command {
        Command::Up(options) => up::up(options).await,
        Command::Submit(options) => submit::submit(options).await,
        Command::Documents(options) => documents::list(options).await,
        Command::Show(options) => documents::show(options).await,
        Command::Failed(options) => failed::failed(options).await,
        Command::Redrive(options) => failed::redrive(options).await,
        Command::Machine(command) => machine::run(&command),
        Command::Normalize(options) => normalize::normalize(&options),
        Command::Processor(options) => processor::processor(options).await,
        Command::Issuer(options) => issuer::issuer(options).await,
    }
}
