use super::answer::refusal;
use crate::{
    app::App,
    mischief::{Script, ScriptError},
};
use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use std::sync::Arc;

/// `POST /script`: one script of misbehaviour, for tests.
pub(super) async fn add(
    State(app): State<Arc<App>>,
    script: Result<Json<Script>, JsonRejection>,
) -> Response {
    let wrong = |message: &str| refusal(StatusCode::BAD_REQUEST, "malformed", message);
    let added = match script {
        Ok(Json(script)) => app.mischief.add(script),
        Err(rejection) => return wrong(&rejection.body_text()),
    };
    match added {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error @ (ScriptError::Status(_) | ScriptError::TooMany)) => wrong(&error.to_string()),
    }
}

/// `DELETE /script`: forgets all scripts.
pub(super) async fn clear(State(app): State<Arc<App>>) -> StatusCode {
    app.mischief.clear();
    StatusCode::NO_CONTENT
}
