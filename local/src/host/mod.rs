//! The single-machine host: one process that runs the template on embedded storage.
//!
//! The order of a start is the order of this file: take the ports, lock the folder, read the template, open storage,
//! create what the template declares, build the functions, and only then let messages flow.

mod data_dir;
mod error;
mod event_source;
mod functions;
mod health;
mod http_api;
mod inspection;
mod interference;
mod options;
mod outboxes;
mod resources;
mod schedule;
mod stack;
mod storage;
mod tasks;
mod wiring;
mod world;

pub use error::HostError;
pub use interference::{Interference, Outage, Step, Undisturbed};
pub use options::UpOptions;
pub use stack::{ACCESS_KEY, SECRET_KEY, Stack, sdk};
pub use storage::Storage;
pub use wiring::{CLIENT_ID, Parameters, plan};
pub use world::World;

use crate::gateway;
use clock::Pace;
use data_dir::DataDir;
use local_issuer::{Issuer, Place};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use tokio::net::TcpListener;

/// A running host.
pub struct Host {
    /// Where the pages and the API are, without a slash at the end.
    pub api_url: String,
    /// Where the AWS APIs are, without a slash at the end.
    pub aws_url: String,
    stack: Stack,
    storage: Storage,
    processor: Option<processor::Running>,
    // Dropped last: the folder stays locked until everything in it is closed.
    _data_dir: DataDir,
}

impl Host {
    /// Starts everything; once this returns, requests are served.
    pub async fn start(options: UpOptions) -> Result<Self, HostError> {
        let world = World::of_this_machine(Pace::times(options.time_scale))?;
        let api = listen(options.listen, options.port, "--port").await?;
        let aws = listen(options.listen, options.aws_port, "--aws-port").await?;
        let (api_url, aws_url) = (url(&api)?, url(&aws)?);
        let rehearsed =
            wiring::plan(options.template.as_deref(), &inspection::rehearsal_parameters(&options))?;
        inspection::rehearse(&rehearsed, &world).await?;
        let data_dir = DataDir::open(&options.data_dir)?;
        inspection::inspect(&data_dir, options.without_lost_files)?;
        let issuer_url = format!("{api_url}/issuer");
        let issuer = open_issuer(&data_dir, &issuer_url, &world)?;
        inspection::settle(&data_dir)?;
        let secrets = data_dir.secrets(&*world.random)?;
        let token = options.processor_token.clone().unwrap_or_else(|| secrets.processor_token.clone());
        let processor = match &options.processor_url {
            Some(_) => None,
            None => Some(start_processor(&data_dir, &secrets, &world).await?),
        };
        let own = processor.as_ref().map(|running| running.url.as_str());
        let processor_url =
            options.processor_url.as_deref().or(own).unwrap_or_default().trim_end_matches('/').to_owned();
        let parameters = wiring::Parameters {
            aws_endpoint: aws_url.clone(),
            api_endpoint: api_url.clone(),
            processor_url,
            processor_token: token,
            callback_secrets: options
                .callback_secrets
                .clone()
                .unwrap_or_else(|| secrets.callback_secret.clone()),
            issuer: issuer_url.clone(),
            time_scale: options.time_scale,
            upload_bytes_max: options.upload_bytes_max,
            requests_per_second: options.requests_per_second,
        };
        let plan = Arc::new(wiring::plan(options.template.as_deref(), &parameters)?);
        let storage = Storage::open(&data_dir, &world, &aws_url)?;
        let mut stack = Stack::launch(plan, &storage, &world, &aws_url).await?;
        data_dir.complete()?;
        let router = health::watched(stack.router(), options.data_dir.clone());
        let stop = stack.stop.clone();
        stack.tasks.spawn(gateway::serve(aws, stack.gateway.clone(), stop.clone().cancelled_owned()));
        stack.tasks.spawn(http_api::serve(api, api_url.clone(), router, issuer.router(), stop));
        Ok(Self { api_url, aws_url, stack, storage, processor, _data_dir: data_dir })
    }

    /// Waits until the disk has failed. Nothing is accepted from then on, and only a new start can tell what is on it.
    pub async fn failed(&self) -> HostError {
        HostError::Disk { reason: self.storage.failed().await }
    }

    /// Drops everything that is under way, wherever it stands: nothing more is worth waiting for.
    pub async fn abandon(self) {
        self.stack.kill().await;
    }

    /// Stops taking work, lets what is under way end for a moment, and closes everything. What is cut off comes again.
    pub async fn stop(mut self) {
        self.stack.stop().await;
        self.storage.tasks.disconnect();
        if let Some(processor) = self.processor.take() {
            processor.shutdown().await;
        }
    }
}

fn open_issuer(data_dir: &DataDir, url: &str, world: &World) -> Result<Issuer, HostError> {
    let (clock, random) = (Arc::clone(&world.clock), Arc::clone(&world.random));
    let folder = data_dir.join("issuer");
    Issuer::open(Place::Directory(&folder), url, wiring::CLIENT_ID, clock, random)
        .map_err(|error| HostError::storage("the development issuer's key")(error.into()))
}

async fn listen(address: IpAddr, port: u16, flag: &'static str) -> Result<TcpListener, HostError> {
    TcpListener::bind((address, port)).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => HostError::PortTaken { port, flag },
        _ => HostError::Listen { address: format!("{address}:{port}"), source },
    })
}

fn url(listener: &TcpListener) -> Result<String, HostError> {
    let address = listener.local_addr();
    let address = address.map_err(|source| HostError::Listen { address: String::new(), source })?;
    // Whoever listens on every address is reached by the loopback one.
    let shown = match address.ip() {
        ip if ip.is_unspecified() => SocketAddr::from(([127, 0, 0, 1], address.port())),
        _ => address,
    };
    Ok(format!("http://{shown}"))
}

/// Starts the reference processor where it was before, so that addresses it gave out before a restart still lead to it.
async fn start_processor(
    data_dir: &DataDir,
    secrets: &data_dir::Secrets,
    world: &World,
) -> Result<processor::Running, HostError> {
    let start = |port| {
        let options = processor::Options {
            port,
            data_dir: data_dir.join("processor"),
            token: Some(secrets.processor_token.clone()),
            secret: Some(secrets.callback_secret.clone()),
            pace: world.pace,
            ..processor::Options::default()
        };
        processor::start(options, Arc::clone(&world.clock), Arc::clone(&world.random))
    };
    let before = data_dir.processor_port()?;
    let mut started = start(before).await;
    if started.is_err() && before != 0 {
        started = start(0).await;
    }
    let running = started.map_err(|error| HostError::Processor(error.to_string()))?;
    data_dir.keep_processor_port(running.url.port().unwrap_or(0))?;
    Ok(running)
}
