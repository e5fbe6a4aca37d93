//! Whole documents through a started `lectern`: the real binary, real queues, real machines, a real processor.
//!
//! Nothing here reaches into the process. Documents go in by the API and by S3, and what became of them is read from the
//! API, the AWS APIs and the command line. Each scenario waits on conditions; none sleeps for a fixed time.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod callbacks;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod deletion;
#[cfg(test)]
mod everyday;
#[cfg(test)]
mod file_types;
#[cfg(test)]
mod files;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod in_flight;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod normalized;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod people;
#[cfg(test)]
mod poison;
#[cfg(test)]
mod refusals_to_start;
#[cfg(test)]
mod restarts;
#[cfg(test)]
mod results;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod submissions;

/// Where `tests/referee/run` has deployed the template; without it, `lectern` is under test.
#[cfg(test)]
const REFEREE: &str = "LECTERN_REFEREE";

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "this is the main that reads it")]
fn main() -> std::process::ExitCode {
    if let Ok(addresses) = std::env::var(REFEREE) {
        harness::appoint(&addresses);
    }
    scenarios::run()
}

// Built without its tests, this file is nothing.
#[cfg(not(test))]
fn main() {}
