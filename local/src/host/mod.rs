//! The single-machine host: one process that runs the template on embedded storage.
//!
//! The order of a start is the order of this file: take the ports, lock the folder, read the template, open storage,
//! create what the template declares, build the functions, and only then let messages flow.

mod data_dir;
mod error;
mod event_source;
mod functions;
mod http_api;
mod options;
mod outboxes;
mod resources;
mod schedule;
mod tasks;
mod wiring;

pub(crate) use error::HostError;
pub(crate) use options::UpOptions;

use crate::gateway::{self, Gateway, Services};
use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use clock::{Clock, Pace, Random, SystemClock, SystemRandom};
use data_dir::DataDir;
use edge::Runtime;
use functions::Functions;
use local_issuer::{Issuer, Place};
use local_sqs::Queues;
use local_states::StateMachines;
use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};
use tasks::HostTasks;
use template::Plan;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// The key pair of one machine: it keeps nobody out, the loopback address does.
pub(crate) const ACCESS_KEY: &str = "lectern";
/// See [`ACCESS_KEY`].
pub(crate) const SECRET_KEY: &str = "lectern-local";

/// How long work under way may take once the host stops; what is cut off comes again.
const STOP_TIME: Duration = Duration::from_secs(10);

/// A running host.
pub(crate) struct Host {
    /// Where the pages and the API are, without a slash at the end.
    pub(crate) api_url: String,
    /// Where the AWS APIs are, without a slash at the end.
    pub(crate) aws_url: String,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    processor: Option<processor::Running>,
    // Dropped last: the folder stays locked until everything in it is closed.
    _data_dir: DataDir,
}

struct Storage {
    s3: Arc<local_s3::Store>,
    queues: Queues,
    tables: local_dynamodb::Tables,
    machines: StateMachines,
    tasks: Arc<HostTasks>,
}

/// Time and randomness, as everything in the host gets them.
#[derive(Clone)]
struct World {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    pace: Pace,
}

impl Host {
    /// Starts everything; once this returns, requests are served.
    pub(crate) async fn start(options: UpOptions) -> Result<Self, HostError> {
        let world = World {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            pace: Pace::times(options.time_scale),
        };
        let api = listen(options.listen, options.port, "--port").await?;
        let aws = listen(options.listen, options.aws_port, "--aws-port").await?;
        let (api_url, aws_url) = (url(&api)?, url(&aws)?);
        let data_dir = DataDir::open(&options.data_dir)?;
        let secrets = data_dir.secrets(&*world.random)?;
        let token = options.processor_token.clone().unwrap_or_else(|| secrets.processor_token.clone());
        let processor = match &options.processor_url {
            Some(_) => None,
            None => Some(start_processor(&data_dir, &secrets, &world).await?),
        };
        let own = processor.as_ref().map(|running| running.url.as_str());
        let processor_url =
            options.processor_url.as_deref().or(own).unwrap_or_default().trim_end_matches('/').to_owned();
        let issuer_url = format!("{api_url}/issuer");
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
        };
        let plan = Arc::new(wiring::plan(options.template.as_deref(), &parameters)?);
        let storage = open_storage(&data_dir, &world, &aws_url)?;
        resources::create(&plan, &storage).await?;
        let credentials =
            local_s3::Credentials { access_key: ACCESS_KEY.into(), secret_key: SECRET_KEY.into() };
        let gateway = gateway(&storage, credentials);
        let runtime = runtime(&gateway, &world, &aws_url)?;
        let functions = Arc::new(Functions::build(&plan, &runtime).await?);
        // The cell was made in open_storage and is set only here.
        drop(storage.tasks.functions.set(Arc::clone(&functions)));
        let issuer = Issuer::open(
            Place::Directory(&data_dir.join("issuer")),
            &issuer_url,
            wiring::CLIENT_ID,
            Arc::clone(&world.clock),
            Arc::clone(&world.random),
        )
        .map_err(|error| HostError::storage("the development issuer's key")(error.into()))?;

        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(gateway::serve(aws, gateway, stop.clone().cancelled_owned()));
        tasks.spawn(http_api::serve(
            api,
            Arc::clone(&plan),
            Arc::clone(&functions),
            issuer.router(),
            stop.clone(),
        ));
        start_flow(&mut tasks, &plan, &storage, &functions, world.pace, &stop);
        Ok(Self { api_url, aws_url, stop, tasks, processor, _data_dir: data_dir })
    }

    /// Stops taking work, lets what is under way end for a moment, and closes everything. What is cut off comes again.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_TIME, ended).await.is_err() {
            tracing::warn!("some work was cut off; it is taken up at the next start");
        }
        self.tasks.shutdown().await;
        if let Some(processor) = self.processor.take() {
            processor.shutdown().await;
        }
    }
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
    let before = data_dir.processor_port();
    let mut started = start(before).await;
    if started.is_err() && before != 0 {
        started = start(0).await;
    }
    let running = started.map_err(|error| HostError::Processor(error.to_string()))?;
    data_dir.keep_processor_port(running.url.port().unwrap_or(0))?;
    Ok(running)
}

fn open_storage(data_dir: &DataDir, world: &World, aws_url: &str) -> Result<Storage, HostError> {
    let region = || wiring::REGION.to_owned();
    let s3 = local_s3::Store::open(
        &data_dir.join("s3"),
        local_s3::Config {
            region: region(),
            clock: Arc::clone(&world.clock),
            random: Arc::clone(&world.random),
        },
    )
    .map_err(|error| HostError::storage("the object store")(error.into()))?;
    let queues = Queues::open(
        &data_dir.join("queues.sqlite"),
        local_sqs::Config {
            clock: Arc::clone(&world.clock),
            random: Arc::clone(&world.random),
            pace: world.pace,
            region: region(),
            account: wiring::ACCOUNT.to_owned(),
            endpoint: aws_url.to_owned(),
        },
    )
    .map_err(|error| HostError::storage("the queues")(error.into()))?;
    let tables = local_dynamodb::Tables::open(&data_dir.join("register.sqlite"))
        .map_err(|error| HostError::storage("the register")(error.into()))?;
    let tasks = Arc::new(HostTasks { functions: OnceLock::new(), queues: queues.clone() });
    let machines = StateMachines::open(
        &data_dir.join("machines.sqlite"),
        local_states::Settings {
            config: local_states::Config { region: region(), account: wiring::ACCOUNT.to_owned() },
            clock: Arc::clone(&world.clock),
            random: Arc::clone(&world.random),
            pace: world.pace,
            tasks: Arc::clone(&tasks) as Arc<dyn local_states::Tasks>,
        },
    )
    .map_err(|error| HostError::storage("the state machines")(error.into()))?;
    Ok(Storage { s3, queues, tables, machines, tasks })
}

fn gateway(storage: &Storage, credentials: local_s3::Credentials) -> Gateway {
    Gateway::new(Services {
        s3: gateway::s3_service(local_s3::service(Arc::clone(&storage.s3), credentials)),
        sqs: gateway::json_service(storage.queues.clone(), |queues, request| async move {
            queues.handle(request).await
        }),
        dynamodb: gateway::json_service(storage.tables.clone(), |tables, request| async move {
            tables.handle(request).await
        }),
        states: gateway::json_service(storage.machines.clone(), |machines, request| async move {
            machines.handle(request).await
        }),
    })
}

/// What the functions are given: SDK clients that reach the services without a socket.
fn runtime(gateway: &Gateway, world: &World, aws_url: &str) -> Result<Runtime, HostError> {
    let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "lectern");
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(wiring::REGION))
        .endpoint_url(aws_url)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(gateway::http_client(gateway))
        .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
            aws_smithy_async::rt::sleep::TokioSleep::new(),
        ))
        .timeout_config(TimeoutConfig::disabled())
        .build();
    let transport = edge::default_transport().map_err(|error| HostError::Unrunnable(error.to_string()))?;
    Ok(Runtime {
        sdk,
        variables: edge::Variables::default(),
        clock: Arc::clone(&world.clock),
        random: Arc::clone(&world.random),
        transport: Arc::new(transport),
    })
}

/// Lets messages, schedules, events and machines run.
fn start_flow(
    tasks: &mut JoinSet<()>,
    plan: &Plan,
    storage: &Storage,
    functions: &Arc<Functions>,
    pace: Pace,
    stop: &CancellationToken,
) {
    for function in functions.all() {
        for event in function.plan.sqs_events() {
            event_source::start(tasks, &storage.queues, function, event, wiring::REGION, stop);
        }
        for schedule in function.plan.schedules() {
            schedule::start(tasks, function, schedule, pace, stop);
        }
    }
    outboxes::start_notifications(tasks, &storage.s3, &storage.queues, plan, stop);
    outboxes::start_rules(tasks, &storage.machines, functions, stop);
    let (machines, stop) = (storage.machines.clone(), stop.clone());
    tasks.spawn(async move { machines.run(stop.cancelled_owned()).await });
}
