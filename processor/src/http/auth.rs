use super::answer::refusal;
use crate::app::App;
use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// Lets nobody through without the customer's bearer token.
pub(super) async fn require(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let token = shown
        .and_then(|value| value.split_at_checked(7))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"Bearer "));
    if token.is_some_and(|(_, token)| app.knows(token)) {
        return next.run(request).await;
    }
    let mut answer =
        refusal(StatusCode::UNAUTHORIZED, "unauthorized", "The bearer token is missing or wrong");
    answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    answer
}
