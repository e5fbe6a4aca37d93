//! The stack: what the template describes, running over storage.

use super::{
    HostError, Storage, World, event_source, functions::Functions, http_api, outboxes, resources, schedule,
    wiring,
};
use crate::gateway::{self, Counters, Gateway, Services};
use aws_config::{
    BehaviorVersion, Region, SdkConfig, stalled_stream_protection::StalledStreamProtectionConfig,
    timeout::TimeoutConfig,
};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use axum::Router;
use edge::Runtime;
use std::{fmt, sync::Arc, time::Duration};
use template::Plan;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The key pair of one machine: it keeps nobody out, the loopback address does.
pub const ACCESS_KEY: &str = "lectern";
/// See [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "lectern-local";

/// How long work under way may take once the stack stops; what is cut off comes again.
const STOP_TIME: Duration = Duration::from_secs(10);

/// One run of the template. Storage outlives it.
pub struct Stack {
    /// The door to the services, for clients in this process and for the port.
    pub gateway: Gateway,
    plan: Arc<Plan>,
    functions: Arc<Functions>,
    pub(super) tasks: JoinSet<()>,
    pub(super) stop: CancellationToken,
}

impl fmt::Debug for Stack {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Stack").finish_non_exhaustive()
    }
}

impl Stack {
    /// Creates what the template declares, builds the functions, and lets messages, schedules, events and machines run.
    pub async fn launch(
        plan: Arc<Plan>,
        storage: &Storage,
        world: &World,
        aws_url: &str,
    ) -> Result<Self, HostError> {
        resources::create(&plan, storage).await?;
        let gateway = gateway(storage);
        let runtime = runtime(&gateway, world, aws_url);
        let functions = Arc::new(Functions::build(&plan, &runtime, world).await?);
        storage.tasks.connect(&functions);
        let mut stack =
            Self { gateway, plan, functions, tasks: JoinSet::new(), stop: CancellationToken::new() };
        stack.start_flow(storage, world);
        Ok(stack)
    }

    /// The HTTP API as the template routes it.
    pub fn router(&self) -> Router {
        http_api::router(Arc::clone(&self.plan), Arc::clone(&self.functions))
    }

    fn start_flow(&mut self, storage: &Storage, world: &World) {
        let Self { tasks, functions, plan, stop, gateway } = self;
        let (interference, counters) = (&world.interference, gateway.counters());
        for function in functions.all() {
            for event in function.plan.sqs_events() {
                event_source::start(tasks, &storage.queues, function, event, interference, counters, stop);
            }
            for schedule in function.plan.schedules() {
                schedule::start(tasks, function, schedule, world.pace, stop);
            }
        }
        outboxes::start_notifications(tasks, &storage.s3, &storage.queues, plan, interference, stop);
        outboxes::start_rules(tasks, &storage.machines, functions, interference, stop);
        let (machines, stop) = (storage.machines.clone(), stop.clone());
        tasks.spawn(async move { machines.run(stop.cancelled_owned()).await });
    }

    /// Stops taking work and lets what is under way end for a moment. What is cut off comes again.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_TIME, ended).await.is_err() {
            tracing::warn!("some work was cut off; it is taken up at the next start");
        }
        self.kill().await;
    }

    /// Drops everything that is under way, wherever it stands.
    pub async fn kill(mut self) {
        self.tasks.shutdown().await;
    }
}

pub(super) fn gateway(storage: &Storage) -> Gateway {
    let credentials = local_s3::Credentials { access_key: ACCESS_KEY.into(), secret_key: SECRET_KEY.into() };
    let (s3, queues, tables) = (Arc::clone(&storage.s3), storage.queues.clone(), storage.tables.clone());
    let metered = storage.tables.clone();
    let counters = Counters::default()
        .with_commits("objects", move || s3.commits())
        .with_commits("queues", move || queues.commits())
        .with_commits("register", move || tables.commits())
        .with_units(move || metered.units());
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
        secrets: gateway::json_service(storage.secrets.clone(), |secrets, request| async move {
            secrets.handle(request).await
        }),
        counters,
    })
}

/// What the functions are given: SDK clients that reach the services without a socket.
pub(super) fn runtime(gateway: &Gateway, world: &World, aws_url: &str) -> Runtime {
    Runtime {
        sdk: sdk(world.interference.http_client(gateway::http_client(gateway)), aws_url),
        variables: edge::Variables::default(),
        clock: Arc::clone(&world.clock),
        random: Arc::clone(&world.random),
        transport: Arc::clone(&world.transport),
        spans: edge::Spans::default(),
    }
}

/// What somebody signs with who is called by the stack's name, or by a name that begins with it.
pub(super) fn credentials(access_key: &str) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new(access_key, SECRET_KEY, None, None, "lectern"))
}

/// How SDK clients are set up that use `http_client` to reach the services.
pub fn sdk(http_client: aws_smithy_runtime_api::client::http::SharedHttpClient, aws_url: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(wiring::REGION))
        .endpoint_url(aws_url)
        .credentials_provider(credentials(ACCESS_KEY))
        .http_client(http_client)
        .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
            aws_smithy_async::rt::sleep::TokioSleep::new(),
        ))
        .timeout_config(TimeoutConfig::disabled())
        // It watches over sockets, and there are none.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}
