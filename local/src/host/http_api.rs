//! The HTTP API: routes as the template has them, each request to the function that the route names.

use super::functions::Functions;
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use std::{convert::Infallible, net::SocketAddr, sync::Arc};
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

/// The routes, each leading to its function.
pub(super) fn router(plan: Arc<Plan>, functions: Arc<Functions>) -> Router {
    Router::new()
        .fallback(answer)
        .with_state(Api { functions, plan })
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
}

/// Serves the routes, and the development issuer beside them, until `stop`.
pub(super) async fn serve(listener: TcpListener, api: Router, issuer: Router, stop: CancellationToken) {
    let router = Router::new().nest("/issuer", here_only(issuer)).fallback_service(api);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the HTTP API stopped");
    }
}

/// The development issuer signs anybody in as anybody, so it answers callers on this machine only, whatever address the
/// host listens on.
fn here_only(issuer: Router) -> Router {
    issuer.layer(middleware::from_fn(
        |peer: ConnectInfo<SocketAddr>, request: Request, next: Next| async move {
            if peer.ip().to_canonical().is_loopback() {
                next.run(request).await
            } else {
                StatusCode::FORBIDDEN.into_response()
            }
        },
    ))
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn only_callers_on_this_machine_sign_in() {
        let check = async |peer: &str, expect: StatusCode| {
            let issuer = here_only(Router::new().route("/", get(|| async { "signed in" })));
            let mut request = Request::new(Body::empty());
            request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
            assert_eq!(issuer.oneshot(request).await.unwrap().status(), expect, "{peer}");
        };
        check("127.0.0.1:5000", StatusCode::OK).await;
        check("[::1]:5000", StatusCode::OK).await;
        check("[::ffff:127.0.0.1]:5000", StatusCode::OK).await;
        check("192.0.2.7:5000", StatusCode::FORBIDDEN).await;
        check("[::ffff:192.0.2.7]:5000", StatusCode::FORBIDDEN).await;
    }
}
