//! The services under test, connected as the host connects them, and the SDK's clients of them.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::{error::metadata::ProvideErrorMetadata, retry::RetryConfig};
use clock::{ManualClock, Pace, SeededRandom};
use jiff::Timestamp;
use lectern::{
    gateway::{self, Gateway, Services},
    host::{ACCESS_KEY, SECRET_KEY, sdk},
};
use local_dynamodb::Tables;
use local_s3::Store;
use local_secrets::Secrets;
use local_sqs::Queues;
use local_states::{StateMachines, TaskError, Tasks};
use serde_json::Value;
use std::{path::Path, sync::Arc};
use tokio::net::TcpListener;

/// What signed addresses and queue addresses begin with.
pub(crate) const ENDPOINT: &str = "http://127.0.0.1:4566";
const REGION: &str = "eu-central-1";
const ACCOUNT: &str = "000000000000";

/// The five services on a clock that the test moves. The same seed makes the same ids.
pub(crate) struct Host {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) s3: Arc<Store>,
    pub(crate) queues: Queues,
    pub(crate) tables: Tables,
    pub(crate) machines: StateMachines,
    pub(crate) secrets: Secrets,
    pub(crate) gateway: Gateway,
    /// Clients whose requests stay in the process. They try everything once.
    pub(crate) clients: Clients,
}

/// One client of each service.
#[derive(Clone)]
pub(crate) struct Clients {
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) states: aws_sdk_sfn::Client,
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
}

impl Host {
    /// Services that end with the test.
    pub(crate) fn in_memory() -> Self {
        Self::with_tasks(Arc::new(NoTasks))
    }

    /// The same, with something for state machines to call.
    pub(crate) fn with_tasks(tasks: Arc<dyn Tasks>) -> Self {
        let parts = Parts::new();
        let s3 = Store::in_memory(parts.s3()).expect("memory opens");
        let queues = Queues::in_memory(parts.queues()).expect("memory opens");
        let tables = Tables::in_memory().expect("memory opens");
        let machines = StateMachines::in_memory(parts.machines(tasks)).expect("memory opens");
        Self::over(parts.clock, s3, queues, tables, machines)
    }

    /// Services over the files in `folder`.
    pub(crate) fn on_disk(folder: &Path) -> Self {
        let parts = Parts::new();
        let s3 = Store::open(&folder.join("s3"), parts.s3()).expect("the folder is empty");
        let queues =
            Queues::open(&folder.join("queues.sqlite"), parts.queues()).expect("the folder is empty");
        let tables = Tables::open(&folder.join("register.sqlite")).expect("the folder is empty");
        let machines =
            StateMachines::open(&folder.join("machines.sqlite"), parts.machines(Arc::new(NoTasks)))
                .expect("the folder is empty");
        Self::over(parts.clock, s3, queues, tables, machines)
    }

    fn over(
        clock: Arc<ManualClock>,
        s3: Arc<Store>,
        queues: Queues,
        tables: Tables,
        machines: StateMachines,
    ) -> Self {
        let secrets = Secrets::new(Arc::<ManualClock>::clone(&clock), Arc::new(SeededRandom::new(1)));
        let credentials =
            local_s3::Credentials { access_key: ACCESS_KEY.into(), secret_key: SECRET_KEY.into() };
        let gateway = Gateway::new(Services {
            s3: gateway::s3_service(local_s3::service(Arc::clone(&s3), credentials)),
            sqs: gateway::json_service(queues.clone(), |queues, request| async move {
                queues.handle(request).await
            }),
            dynamodb: gateway::json_service(tables.clone(), |tables, request| async move {
                tables.handle(request).await
            }),
            states: gateway::json_service(machines.clone(), |machines, request| async move {
                machines.handle(request).await
            }),
            secrets: gateway::json_service(secrets.clone(), |secrets, request| async move {
                secrets.handle(request).await
            }),
            counters: gateway::Counters::default(),
        });
        let clients = Clients::of(&sdk(gateway::http_client(&gateway), ENDPOINT));
        Self { clock, s3, queues, tables, machines, secrets, gateway, clients }
    }

    /// Clients that reach the same services through a port, with the SDK's own HTTP client. The port is open as
    /// long as the test runs.
    pub(crate) async fn over_a_port(&self) -> Clients {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(gateway::serve(listener, self.gateway.clone(), std::future::pending()));
        let mut sdk = sdk(gateway::http_client(&self.gateway), &format!("http://{address}")).into_builder();
        sdk.set_http_client(None);
        Clients::of(&sdk.build())
    }

    /// The clients of the process and those of a port, to ask both the same.
    pub(crate) async fn both_ways(&self) -> [Clients; 2] {
        [self.clients.clone(), self.over_a_port().await]
    }
}

impl Clients {
    pub(crate) fn of(sdk: &SdkConfig) -> Self {
        let once = sdk.clone().into_builder().retry_config(RetryConfig::disabled()).build();
        Self {
            s3: aws_sdk_s3::Client::new(&once),
            sqs: aws_sdk_sqs::Client::new(&once),
            dynamodb: aws_sdk_dynamodb::Client::new(&once),
            states: aws_sdk_sfn::Client::new(&once),
            secrets: aws_sdk_secretsmanager::Client::new(&once),
        }
    }
}

/// What every service is given.
struct Parts {
    clock: Arc<ManualClock>,
    random: Arc<SeededRandom>,
}

impl Parts {
    fn new() -> Self {
        let start = Timestamp::from_second(1_767_225_600).expect("an instant of the year 2026");
        Self { clock: Arc::new(ManualClock::at(start)), random: Arc::new(SeededRandom::new(1)) }
    }

    fn s3(&self) -> local_s3::Config {
        local_s3::Config {
            region: REGION.to_owned(),
            clock: Arc::clone(&self.clock) as _,
            random: Arc::clone(&self.random) as _,
        }
    }

    fn queues(&self) -> local_sqs::Config {
        local_sqs::Config {
            clock: Arc::clone(&self.clock) as _,
            random: Arc::clone(&self.random) as _,
            pace: Pace::REAL,
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
            endpoint: ENDPOINT.to_owned(),
        }
    }

    fn machines(&self, tasks: Arc<dyn Tasks>) -> local_states::Settings {
        local_states::Settings {
            config: local_states::Config { region: REGION.to_owned(), account: ACCOUNT.to_owned() },
            clock: Arc::clone(&self.clock) as _,
            random: Arc::clone(&self.random) as _,
            pace: Pace::REAL,
            tasks,
        }
    }
}

/// For tests whose machines call nothing.
#[derive(Debug)]
struct NoTasks;

#[async_trait]
impl Tasks for NoTasks {
    async fn invoke(&self, function: &str, _payload: Value) -> Result<Value, TaskError> {
        Err(TaskError { error: "NoTasks".to_owned(), cause: format!("{function} is not there") })
    }

    async fn send_message(&self, _arguments: Value) -> Result<Value, TaskError> {
        Err(TaskError { error: "NoTasks".to_owned(), cause: "no queue is there".to_owned() })
    }
}

/// The code of a refusal; the test ends where there was none.
pub(crate) fn refusal<T: std::fmt::Debug, E: ProvideErrorMetadata, R>(
    outcome: Result<T, SdkError<E, R>>,
) -> String {
    let error = outcome.expect_err("it is refused");
    error.as_service_error().and_then(E::code).unwrap_or("none").to_owned()
}
