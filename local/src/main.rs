//! The `lectern` command: the single-machine host, and a client of it.

mod cli;

use std::process::ExitCode;

/// A document costs tens of thousands of small allocations; this allocator makes them noticeably cheaper.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
