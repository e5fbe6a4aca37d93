use super::output::{CliError, print};
use clock::{SystemClock, SystemRandom};
use std::{process::ExitCode, sync::Arc};

/// Runs the reference processor by itself, until it is told to stop.
pub(super) async fn processor(options: ::processor::Options) -> Result<ExitCode, CliError> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::INFO).init();
    let stop = super::up::StopSignal::heard()?;
    let started = ::processor::start(options, Arc::new(SystemClock), Arc::new(SystemRandom)).await;
    let running = started.map_err(|error| CliError::new(error.to_string()))?;
    print(&format!("ready {}", running.url))?;
    stop.given().await;
    running.shutdown().await;
    Ok(ExitCode::SUCCESS)
}
