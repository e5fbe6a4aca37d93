//! The `lectern` command: the single-machine host, and a client of it.

mod cli;
mod gateway;
mod host;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
