use crate::{Call, Handler, Misconfigured, Runtime, Variables, measure};
use axum::{
    extract::Request,
    middleware::{self, Next},
};
use document::Moment;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use metrics_cloudwatch_embedded::Collector;
use serde_json::Value;
use std::sync::Arc;
use thiserror::Error;
use tracing::Instrument as _;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::MakeWriter,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// The setting with the levels that are logged, by target: `info,edge=debug`. Without it, what has the level `info`.
/// Release builds have nothing of the level `trace`.
const LOG_SETTING: &str = "RUST_LOG";

/// Why a function did not start, or stopped.
#[derive(Debug, Error)]
pub enum RunError {
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
    #[error("the Lambda runtime ended: {0}")]
    Lambda(#[from] lambda_runtime::Error),
    #[error("the metrics cannot be collected: {0}")]
    Metrics(Box<dyn std::error::Error + Send + Sync>),
    #[error("no async runtime: {0}")]
    Tokio(#[from] std::io::Error),
}

/// Runs a function under AWS Lambda: the whole of a function's `main`.
pub fn run<H, F>(build: impl FnOnce(Runtime) -> F) -> Result<(), RunError>
where
    H: Handler,
    F: Future<Output = Result<H, Misconfigured>>,
{
    on_tokio(async |variables| {
        let runtime = Runtime::of_lambda(variables)?;
        let measured = listen(&runtime)?;
        let spans = runtime.spans.clone();
        let handler = Arc::new(build(runtime).await?);
        let service = service_fn(move |event: LambdaEvent<Value>| {
            let (handler, spans) = (Arc::clone(&handler), spans.clone());
            async move {
                let deadline = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
                let call = Call {
                    request_id: event.context.request_id.clone(),
                    deadline: Moment::from_millis(deadline),
                };
                let span = tracing::info_span!("invocation", request_id = call.request_id);
                let answer = handler.handle(event.payload, call).instrument(span).await;
                report(measured);
                spans.hand_over().await;
                answer.map_err(|error| Diagnostic {
                    error_type: error.error_type,
                    error_message: error.message,
                })
            }
        });
        Ok(lambda_runtime::run(service).await?)
    })
}

/// Runs a router under AWS Lambda behind an HTTP API: the whole of such a function's `main`.
pub fn run_http<F>(build: impl FnOnce(Runtime) -> F) -> Result<(), RunError>
where
    F: Future<Output = Result<axum::Router, Misconfigured>>,
{
    on_tokio(async |variables| {
        let runtime = Runtime::of_lambda(variables)?;
        let measured = listen(&runtime)?;
        let spans = runtime.spans.clone();
        let reporting = move |request: Request, next: Next| {
            let spans = spans.clone();
            async move {
                let answer = next.run(request).await;
                report(measured);
                spans.hand_over().await;
                answer
            }
        };
        Ok(lambda_http::run(build(runtime).await?.layer(middleware::from_fn(reporting))).await?)
    })
}

/// Every function's metrics say of which stack they are.
fn listen(runtime: &Runtime) -> Result<&'static Collector, RunError> {
    measure::listen(runtime.variables.required("STACK_NAME")?).map_err(RunError::Metrics)
}

/// Writes what an invocation measured, before Lambda freezes the process.
fn report(measured: &Collector) {
    if let Err(error) = measured.flush(std::io::stdout().lock()) {
        tracing::warn!(%error, "the metrics of this invocation are lost");
    }
}

fn on_tokio(work: impl AsyncFnOnce(Variables) -> Result<(), RunError>) -> Result<(), RunError> {
    let variables = Variables::of_process();
    log(variables.optional(LOG_SETTING), std::io::stdout).init();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work(variables))
}

/// One JSON object a line, with the spans that it was written in. Lambda notes the time of every line.
fn log<W>(levels: Option<&str>, writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let levels: Option<Targets> = levels.and_then(|levels| levels.parse().ok());
    let levels = levels.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).without_time();
    tracing_subscriber::registry().with(levels).with(lines.with_writer(writer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Spans, Traces};
    use clock::{ManualClock, SeededRandom};
    use std::{io, sync::Mutex};

    /// What was logged.
    #[derive(Clone, Debug, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_line_about_a_document_names_it_and_the_invocation() {
        let written = Written::default();
        let writer = written.clone();
        let _logging = tracing::subscriber::set_default(log(None, move || writer.clone()));
        let clock = Arc::new(ManualClock::at(jiff::Timestamp::UNIX_EPOCH));
        let traces = Traces::new(Arc::new(SeededRandom::new(1)), clock, Spans::default());
        let id = "018f2f6e-7c1a-7000-8000-0123456789ab";
        let work = traces.on(id.parse().unwrap(), None, async { tracing::warn!(status = "ready", "moved") });
        work.instrument(tracing::info_span!("invocation", request_id = "r-1")).await;
        let line: Value = serde_json::from_slice(&written.0.lock().unwrap()).unwrap();
        assert_eq!((&line["message"], &line["status"]), (&"moved".into(), &"ready".into()), "{line}");
        assert_eq!(line["span"]["document_id"], id);
        assert_eq!(line["spans"][0]["request_id"], "r-1");
    }
}
