use super::output::{CliError, print, say};
use lectern::host::{ACCESS_KEY, Host, SECRET_KEY, UpOptions};
use std::{io::IsTerminal, process::ExitCode};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// The exit code when the disk failed (`EX_IOERR` of sysexits.h), so that a service manager can tell it from a start that
/// was refused.
const DISK_FAILED: u8 = 74;

/// Starts everything, says so in one line, and runs until it is told to stop.
pub(super) async fn up(options: UpOptions) -> Result<ExitCode, CliError> {
    let filter = EnvFilter::try_from_env("LECTERN_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,lectern=info,s3s=off,mp4_atom=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let stop = StopSignal::heard()?;
    let host = Box::pin(Host::start(options)).await.map_err(|error| CliError::new(error.to_string()))?;
    print(&format!("ready {} aws {}", host.api_url, host.aws_url))?;
    if std::io::stderr().is_terminal() {
        say(&format!("  Hand something in:  lectern submit FILE --wait --url {}", host.api_url));
        say(&format!(
            "  Use the AWS CLI:    AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY} aws --endpoint-url {} --region eu-central-1 s3 ls",
            host.aws_url
        ));
        say("  Stop with Ctrl-C; nothing is lost.");
    }
    tokio::select! {
        biased;
        () = stop.given() => {
            host.stop().await;
            Ok(ExitCode::SUCCESS)
        }
        failure = host.failed() => {
            host.abandon().await;
            say(&format!("lectern: {failure}"));
            Ok(ExitCode::from(DISK_FAILED))
        }
    }
}

/// A request to stop: Ctrl-C, or what a service manager sends.
pub(super) struct StopSignal {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignal {
    /// Listens from now on: a request that comes during the start is not lost, and does not kill.
    pub(super) fn heard() -> Result<Self, CliError> {
        let hear =
            |kind| signal(kind).map_err(|error| CliError::new(format!("signals cannot be heard: {error}")));
        Ok(Self { interrupt: hear(SignalKind::interrupt())?, terminate: hear(SignalKind::terminate())? })
    }

    /// Waits for the request.
    pub(super) async fn given(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
