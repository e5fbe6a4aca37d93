//! The processor's API over HTTP/1.1 and HTTP/2.

mod answer;
mod auth;
mod files;
mod jobs;
mod receive;
mod script;
mod serve;
mod submit;

pub(crate) use serve::serve;

use crate::app::App;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use std::sync::Arc;

/// Every route. Results need no token of the customer: their addresses are unguessable.
pub(crate) fn router(app: Arc<App>) -> Router {
    let mut guarded = Router::new()
        .route("/jobs", post(submit::submit).layer(DefaultBodyLimit::disable()))
        .route("/jobs/{reference}", get(jobs::status).delete(jobs::forget));
    if app.scriptable {
        guarded = guarded.route("/script", post(script::add).delete(script::clear));
    }
    guarded
        .layer(middleware::from_fn_with_state(app.clone(), auth::require))
        .route("/files/{token}/{name}", get(files::serve))
        .route("/healthz", get(async || "ok\n"))
        .fallback(async || {
            answer::refusal(axum::http::StatusCode::NOT_FOUND, "not-found", "There is nothing here")
        })
        .with_state(app)
}
