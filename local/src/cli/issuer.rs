use super::output::{CliError, print};
use clap::Args;
use clock::{SystemClock, SystemRandom};
use lectern::host::CLIENT_ID;
use local_issuer::{Issuer, Place};
use std::{fmt::Display, net::Ipv4Addr, process::ExitCode, sync::Arc};
use tokio::net::TcpListener;

#[derive(Args, Debug)]
pub(super) struct IssuerOptions {
    /// Port on this machine; 0 picks a free one.
    #[arg(long, default_value_t = 8091)]
    port: u16,
    /// The client that tokens are made for.
    #[arg(long, default_value = CLIENT_ID, value_name = "ID")]
    client_id: String,
}

/// Runs the development issuer by itself, until it is told to stop. Its key lives as long as it does.
pub(super) async fn issuer(options: IssuerOptions) -> Result<ExitCode, CliError> {
    let stop = super::up::StopSignal::heard()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.map_err(|error| {
        CliError::new(format!("port {} cannot be used: {error}; choose another with --port", options.port))
    })?;
    let url = format!("http://{}", listener.local_addr().map_err(wrong)?);
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let issuer = Issuer::open(Place::Memory, &url, &options.client_id, clock, random).map_err(wrong)?;
    print(&format!("ready {url}"))?;
    axum::serve(listener, issuer.router()).with_graceful_shutdown(stop.given()).await.map_err(wrong)?;
    Ok(ExitCode::SUCCESS)
}

fn wrong(error: impl Display) -> CliError {
    CliError::new(format!("the issuer cannot serve: {error}"))
}
