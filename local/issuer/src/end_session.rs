//! Signing out at the issuer (OpenID Connect RP-Initiated Logout 1.0).
//!
//! There is no session to end: whoever comes again is asked again who they are. So there is nothing to ask either, and people
//! go straight back.

use crate::{
    authorize::is_loopback,
    issuer::Inner,
    page::{refused, signed_out},
};
use axum::{
    Form,
    extract::{Query, State},
    response::{Html, IntoResponse as _, Redirect, Response},
};
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use url::Url;

/// What an application says of it. A hint of who signs out is passed over, as is what the standard does not know.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    client_id: String,
    post_logout_redirect_uri: Option<String>,
    #[serde(default)]
    state: String,
}

pub(crate) async fn asked(State(issuer): State<Arc<Inner>>, Query(wish): Query<Wish>) -> Response {
    answer(&issuer, &wish)
}

pub(crate) async fn posted(State(issuer): State<Arc<Inner>>, Form(wish): Form<Wish>) -> Response {
    answer(&issuer, &wish)
}

fn answer(issuer: &Inner, wish: &Wish) -> Response {
    let Some(back) = &wish.post_logout_redirect_uri else { return Html(signed_out()).into_response() };
    let refusal = |wrong| (StatusCode::BAD_REQUEST, Html(refused(wrong))).into_response();
    if !issuer.is_client(&wish.client_id) {
        return refusal("client_id is not the one that this issuer makes tokens for");
    }
    let Some(mut back) = Url::parse(back).ok().filter(is_loopback) else {
        return refusal("post_logout_redirect_uri is not an http address on this machine");
    };
    if !wish.state.is_empty() {
        back.query_pairs_mut().append_pair("state", &wish.state);
    }
    Redirect::to(back.as_str()).into_response()
}
