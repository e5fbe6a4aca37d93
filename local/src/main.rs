//! The `lectern` command: the single-machine host, and a client of it.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
