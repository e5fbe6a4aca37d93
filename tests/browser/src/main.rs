//! The pages in a real browser: the whole story of each role, driven through chromedriver against a started host.
//!
//! ```text
//! tests/browser/run                    # every story
//! tests/browser/run stories video      # those whose name holds a word
//! tests/browser/run figures            # how fast the pages are, as one JSON object
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a run came to is what this command is for"
)]

mod accessibility;
mod api;
mod driver;
mod figures;
mod files;
mod gallery;
mod host;
mod page;
mod process;
mod stage;
mod stories;
mod wait;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use stage::Stage;
use std::{path::PathBuf, process::ExitCode};

#[derive(Parser, Debug)]
#[command(name = "browser")]
struct Cli {
    #[command(subcommand)]
    wish: Wish,
    /// The `lectern` to try.
    #[arg(
        long,
        global = true,
        env = "LECTERN_BIN",
        value_name = "FILE",
        default_value = "target/debug/lectern"
    )]
    lectern: PathBuf,
    /// axe-core's `axe.js`.
    #[arg(long, global = true, env = "AXE", value_name = "FILE", default_value = "target/browser/axe.js")]
    axe: PathBuf,
    /// Where pictures of the pages are left.
    #[arg(long, global = true, value_name = "FOLDER", default_value = "target/browser/pictures")]
    pictures: PathBuf,
    /// Where the run keeps its data and logs; removed if all is well.
    #[arg(long, global = true, value_name = "FOLDER", default_value = "target/browser/work")]
    work: PathBuf,
}

#[derive(Subcommand, Debug)]
enum Wish {
    /// Tells the stories and says how each went.
    Stories {
        /// Only those whose name holds this.
        #[arg(default_value = "")]
        name: String,
    },
    /// Measures and prints what was found as one JSON object.
    Figures(figures::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(true) => {
            // Data of a run that went well is of no use; what cannot be removed is only in the way.
            let _ = std::fs::remove_dir_all(&cli.work);
            ExitCode::SUCCESS
        }
        Ok(false) => {
            eprintln!("logs and data are kept in {}", cli.work.display());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("browser: {error:#}\nlogs and data are kept in {}", cli.work.display());
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<bool> {
    let runtime = tokio::runtime::Runtime::new().context("no threads")?;
    runtime.block_on(async {
        let lectern =
            cli.lectern.canonicalize().with_context(|| format!("{} is not there", cli.lectern.display()))?;
        // What an earlier run left would be taken for this one's.
        let _ = std::fs::remove_dir_all(&cli.work);
        std::fs::create_dir_all(&cli.work)?;
        let work = cli.work.canonicalize()?;
        let stage = Box::pin(Stage::set(&lectern, &cli.axe, &cli.pictures, &work)).await?;
        match &cli.wish {
            Wish::Stories { name } => Ok(stories::tell(&stage, name).await),
            Wish::Figures(options) => {
                Box::pin(figures::measure(&stage, options)).await?;
                Ok(true)
            }
        }
    })
}
