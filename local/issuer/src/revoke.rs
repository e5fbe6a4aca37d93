//! Taking a refresh token back before it ends (RFC 7009).

use crate::issuer::Inner;
use axum::{Form, extract::State};
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;

/// What is to be taken back. A hint of its kind is passed over: access tokens end by themselves within the hour.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    token: String,
}

/// 200 for a token that nobody knows too (section 2.2): it is as useless as the caller wants it to be. Whoever has a token
/// may end it, so the client's name is not asked for.
pub(crate) async fn revoke(State(issuer): State<Arc<Inner>>, Form(request): Form<Request>) -> StatusCode {
    issuer.grants.revoke(&request.token, issuer.now());
    StatusCode::OK
}
