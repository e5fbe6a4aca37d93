//! The HTTP API: routes as the template has them, each request to the function that the route names.

use super::functions::Functions;
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use std::{convert::Infallible, sync::Arc};
use template::Plan;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::limit::RequestBodyLimitLayer;

/// The largest body that an HTTP API takes (API Gateway quotas for HTTP APIs).
const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

#[derive(Clone)]
struct Api {
    functions: Arc<Functions>,
    plan: Arc<Plan>,
}

/// Serves the routes, and the development issuer beside them, until `stop`.
pub(super) async fn serve(
    listener: TcpListener,
    plan: Arc<Plan>,
    functions: Arc<Functions>,
    issuer: Router,
    stop: CancellationToken,
) {
    let api = Router::new()
        .fallback(answer)
        .with_state(Api { functions, plan })
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX));
    let router = Router::new().nest("/issuer", issuer).fallback_service(api);
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the HTTP API stopped");
    }
}

async fn answer(State(api): State<Api>, request: Request<Body>) -> Result<Response, Infallible> {
    let route = api.plan.route(request.method().as_str(), request.uri().path());
    let function = route.and_then(|route| api.functions.find(&route.function));
    Ok(match function {
        Some(function) => function.answer(request).await,
        None => {
            (StatusCode::NOT_FOUND, axum::Json(serde_json::json!({ "message": "Not Found" }))).into_response()
        }
    })
}
