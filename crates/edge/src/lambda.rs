use crate::{Call, Handler, Misconfigured, Runtime, TransportError};
use document::Moment;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;
use std::sync::Arc;
use thiserror::Error;

/// Why a function did not start, or stopped.
#[derive(Debug, Error)]
pub enum RunError {
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("the Lambda runtime ended: {0}")]
    Lambda(#[from] lambda_runtime::Error),
    #[error("no async runtime: {0}")]
    Tokio(#[from] std::io::Error),
}

/// Runs a function under AWS Lambda: the whole of a function's `main`.
pub fn run<H, F>(build: impl FnOnce(Runtime) -> F) -> Result<(), RunError>
where
    H: Handler,
    F: Future<Output = Result<H, Misconfigured>>,
{
    on_tokio(async {
        let handler = Arc::new(build(Runtime::of_lambda().await?).await?);
        let service = service_fn(move |event: LambdaEvent<Value>| {
            let handler = Arc::clone(&handler);
            async move {
                let deadline = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
                let call = Call {
                    request_id: event.context.request_id.clone(),
                    deadline: Moment::from_millis(deadline),
                };
                handler.handle(event.payload, call).await.map_err(|error| Diagnostic {
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
    on_tokio(async {
        let router = build(Runtime::of_lambda().await?).await?;
        Ok(lambda_http::run(router).await?)
    })
}

fn on_tokio(work: impl Future<Output = Result<(), RunError>>) -> Result<(), RunError> {
    let level = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(level).without_time().init();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
