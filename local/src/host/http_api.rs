//! The HTTP API: routes as the template has them, each request to the function that the route names.

use super::functions::Functions;
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
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

/// Serves the routes at `origin`, and the development issuer beside them, until `stop`.
pub(super) async fn serve(
    listener: TcpListener,
    origin: String,
    api: Router,
    issuer: Router,
    stop: CancellationToken,
) {
    let router = Router::new().nest("/issuer", here_only(issuer)).fallback_service(at_origin(api, origin));
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

/// Who opens a page as `localhost` is sent on to the origin: the buckets take uploads from its pages only.
fn at_origin(pages: Router, origin: String) -> Router {
    pages.layer(middleware::from_fn(move |request: Request, next: Next| {
        let elsewhere = of_localhost(&request).then(|| format!("{origin}{}", request.uri()));
        async move {
            match elsewhere {
                Some(place) => Redirect::temporary(&place).into_response(),
                None => next.run(request).await,
            }
        }
    }))
}

fn of_localhost(request: &Request) -> bool {
    let says = |name, what: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains(what))
    };
    says(header::HOST, "localhost") && says(header::ACCEPT, "text/html")
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
    async fn a_page_opened_as_localhost_moves_to_the_origin_and_nothing_else_does() {
        let check = async |host: &str, accept: &str, expect: Option<&str>| {
            let pages = at_origin(
                Router::new().route("/reading", get(|| async { "a page" })),
                "http://127.0.0.1:8080".into(),
            );
            let request = Request::get("/reading?q=rivers").header("host", host).header("accept", accept);
            let answer = pages.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(
                answer.headers().get("location").map(|place| place.to_str().unwrap()),
                expect,
                "{host} {accept}"
            );
        };
        let page = "text/html,application/xhtml+xml,*/*;q=0.8";
        check("localhost:8080", page, Some("http://127.0.0.1:8080/reading?q=rivers")).await;
        check("127.0.0.1:8080", page, None).await;
        check("localhost:8080", "application/json", None).await;
    }

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
