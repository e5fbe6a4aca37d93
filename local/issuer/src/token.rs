//! Tokens for codes, for refresh tokens, and, because this is for development, for a name alone.

use crate::{
    Account,
    grants::Grant,
    issuer::{Inner, TOKEN_LIFE},
};
use axum::{
    Form, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// A token request (RFC 6749; the client is public and has no secret).
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
    #[serde(default)]
    refresh_token: String,
    #[serde(default)]
    username: String,
}

pub(crate) async fn token(State(issuer): State<Arc<Inner>>, Form(request): Form<Request>) -> Response {
    let grant = match request.grant_type.as_str() {
        "authorization_code" => of_code(&issuer, &request),
        "refresh_token" => of_refresh_token(&issuer, &request),
        "password" => of_name(&issuer, &request),
        _ => Err(("unsupported_grant_type", "grant_type is authorization_code, refresh_token or password")),
    };
    match grant {
        Ok(grant) => tokens(&issuer, grant),
        Err((error, description)) => {
            let body = json!({"error": error, "error_description": description});
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    }
}

type Granted = Result<Grant, (&'static str, &'static str)>;

fn of_code(issuer: &Inner, request: &Request) -> Granted {
    let wrong =
        ("invalid_grant", "the code is unknown, used, expired or bound to another request; sign in again");
    let grant = issuer.grants.redeem(&request.code, issuer.now()).ok_or(wrong)?;
    let met = |grant: &Grant| {
        let binding = grant.binding.as_ref();
        binding.is_some_and(|binding| binding.is_met_by(&request.redirect_uri, &request.code_verifier))
    };
    if grant.client_id == request.client_id && met(&grant) { Ok(grant) } else { Err(wrong) }
}

fn of_refresh_token(issuer: &Inner, request: &Request) -> Granted {
    let wrong = ("invalid_grant", "the refresh token is unknown, used or expired; sign in again");
    let grant = issuer.grants.redeem(&request.refresh_token, issuer.now()).ok_or(wrong)?;
    // A public client may leave its name out here.
    let same = request.client_id.is_empty() || grant.client_id == request.client_id;
    if same && grant.binding.is_none() { Ok(grant) } else { Err(wrong) }
}

/// No password is looked at: whoever reaches this issuer may be anybody.
fn of_name(issuer: &Inner, request: &Request) -> Granted {
    if !request.client_id.is_empty() && !issuer.is_client(&request.client_id) {
        return Err(("invalid_client", "client_id is not the one that this issuer makes tokens for"));
    }
    let known = "username is teacher, evaluator, operator, teacher-2, evaluator-2 or operator-2";
    let account = Account::named(&request.username).ok_or(("invalid_grant", known))?;
    Ok(Grant { account, client_id: issuer.client_id().to_owned(), binding: None, nonce: None })
}

fn tokens(issuer: &Inner, grant: Grant) -> Response {
    let account = grant.account;
    let id_token = issuer.id_token(account, grant.nonce.as_deref());
    let refresh_token = issuer.give(Grant { binding: None, nonce: None, ..grant });
    let body = json!({
        "access_token": issuer.access_token(account),
        "id_token": id_token,
        "refresh_token": refresh_token,
        "token_type": "Bearer",
        "expires_in": TOKEN_LIFE.as_secs(),
    });
    Json(body).into_response()
}
