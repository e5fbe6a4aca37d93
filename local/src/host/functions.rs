use super::{HostError, World, stack};
use axum::Router;
use clock::Clock;
use edge::{Call, FunctionError, Handler, Misconfigured, Runtime, Spans};
use http::StatusCode;
use serde_json::Value;
use std::{collections::BTreeMap, fmt, sync::Arc};
use template::Plan;
use tokio::sync::Semaphore;
use tokio_util::task::AbortOnDropHandle;
use tower::ServiceExt;

/// An HTTP API ends a request after this long (API Gateway quotas for HTTP APIs).
const HTTP_TIME: std::time::Duration = std::time::Duration::from_secs(30);

/// The template's functions, linked into this process.
#[derive(Debug)]
pub(super) struct Functions {
    by_arn: BTreeMap<String, Arc<Function>>,
}

/// One function, ready to be called.
pub(super) struct Function {
    pub(super) plan: template::Function,
    code: Code,
    clock: Arc<dyn Clock>,
    random: Arc<dyn clock::Random>,
    spans: Spans,
    /// Places for invocations, if the template reserves them.
    places: Option<Arc<Semaphore>>,
}

enum Code {
    Events(Arc<dyn Handler>),
    Http(Router),
}

impl fmt::Debug for Function {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Function").field("name", &self.plan.name).finish_non_exhaustive()
    }
}

impl Functions {
    /// Builds every function of the plan, each with its own settings.
    pub(super) async fn build(plan: &Plan, runtime: &Runtime, world: &World) -> Result<Self, HostError> {
        let mut by_arn = BTreeMap::new();
        for function in &plan.functions {
            let name = [("AWS_LAMBDA_FUNCTION_NAME".to_owned(), function.name.clone())];
            let settings = function.environment.clone().into_iter().chain(name);
            let variables = edge::Variables::new(settings);
            // Each function signs what it asks for by its own name, as it does with its role on AWS.
            let sdk =
                runtime.sdk.clone().into_builder().credentials_provider(stack::credentials(&function.name));
            let unbuilt = |source| HostError::Function { name: function.name.clone(), source };
            let spans = Spans::new(&variables, &runtime.transport).map_err(unbuilt)?;
            let runtime = Runtime { variables, sdk: sdk.build(), spans: spans.clone(), ..runtime.clone() };
            let (clock, random) = (Arc::clone(&runtime.clock), Arc::clone(&runtime.random));
            let code = code(&function.code, runtime, world).await;
            let code = code.map_err(unbuilt)?;
            let Some(code) = code else {
                let problem =
                    format!("{}: no function has its code in {}", function.logical_id, function.code);
                return Err(HostError::Unrunnable(problem));
            };
            let places =
                function.reserved_concurrency.map(|places| Arc::new(Semaphore::new(places as usize)));
            let built = Function { plan: function.clone(), code, clock, random, spans, places };
            by_arn.insert(function.arn.clone(), Arc::new(built));
        }
        Ok(Self { by_arn })
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.by_arn.values()
    }

    /// By name or ARN.
    pub(super) fn find(&self, name_or_arn: &str) -> Option<&Arc<Function>> {
        let by_name = || self.by_arn.values().find(|function| function.plan.name == name_or_arn);
        self.by_arn.get(name_or_arn).or_else(by_name)
    }
}

async fn code(folder: &str, runtime: Runtime, world: &World) -> Result<Option<Code>, Misconfigured> {
    Ok(Some(match folder {
        "ingest" => Code::Events(Arc::new(ingest::build(runtime).await?)),
        "transfer" => Code::Events(Arc::new(transfer::build(runtime).await?)),
        "collect" => Code::Events(Arc::new(match &world.guard {
            Some(guard) => collect::build_with(runtime, guard.clone()).await?,
            None => collect::build(runtime).await?,
        })),
        "normalize" => Code::Events(Arc::new(normalize::build(runtime).await?)),
        "sweep" => Code::Events(Arc::new(sweep::build(runtime).await?)),
        "ask" => Code::Events(Arc::new(ask::build(runtime).await?)),
        "forget" => Code::Events(Arc::new(forget::build(runtime).await?)),
        "park" => Code::Events(Arc::new(park::build(runtime).await?)),
        "callback" => Code::Http(callback::build(runtime).await?),
        "api" => Code::Http(api::router(runtime).await?),
        _ => return Ok(None),
    }))
}

impl Function {
    /// Invokes the function as Lambda would: a panic and a time-out are errors, and the function goes on afterwards.
    pub(super) async fn invoke(&self, event: Value) -> Result<Value, FunctionError> {
        let Code::Events(handler) = &self.code else {
            return Err(error("Runtime.InvalidEntrypoint", "the function answers HTTP requests only"));
        };
        let _place = match &self.places {
            None => None,
            Some(places) => match Arc::clone(places).acquire_owned().await {
                Ok(place) => Some(place),
                Err(_) => return Err(error("Lambda.ServiceException", "the host is stopping")),
            },
        };
        let deadline = now(&*self.clock).after(self.plan.timeout);
        let call = Call { request_id: self.request_id(), deadline };
        let handler = Arc::clone(handler);
        let work = AbortOnDropHandle::new(tokio::spawn(async move { handler.handle(event, call).await }));
        let ended = tokio::time::timeout(self.plan.timeout, work).await;
        self.spans.hand_over().await;
        match ended {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(error("Runtime.ExitError", "the function panicked")),
            Err(_) => {
                let seconds = self.plan.timeout.as_secs();
                Err(error("Sandbox.Timedout", &format!("Task timed out after {seconds} seconds")))
            }
        }
    }

    /// Answers one HTTP request, at most as long as an HTTP API would wait.
    pub(super) async fn answer(&self, request: http::Request<axum::body::Body>) -> axum::response::Response {
        use axum::response::IntoResponse;
        let Code::Http(router) = &self.code else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let _place = match &self.places {
            None => None,
            Some(places) => match Arc::clone(places).try_acquire_owned() {
                Ok(place) => Some(place),
                Err(_) => return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")]).into_response(),
            },
        };
        let router = router.clone();
        let work = AbortOnDropHandle::new(tokio::spawn(async move { router.oneshot(request).await }));
        let ended = tokio::time::timeout(HTTP_TIME.min(self.plan.timeout), work).await;
        self.spans.hand_over().await;
        match ended {
            Ok(Ok(Ok(response))) => response,
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(_)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }

    fn request_id(&self) -> String {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        hex::encode(bytes)
    }
}

fn now(clock: &dyn Clock) -> edge::Moment {
    clock.now().into()
}

fn error(error_type: &str, message: &str) -> FunctionError {
    FunctionError { error_type: error_type.to_owned(), message: message.to_owned() }
}
