//! Signing in: what a page needs to know before anybody has, and who it was afterwards.

use crate::{
    Code, Problem,
    app::Api,
    auth::{Person, Role},
    notes::NOTE_CHARS_MAX,
    openapi::{Asked, Away},
    uploads::{LESSON_CHARS_MAX, TITLE_CHARS_MAX},
};
use axum::{Json, extract::State};
use document::{FileType, Kind, Moment};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// `GET /api/sign-in`: where people sign in (OpenID Connect, authorization code with PKCE), and what is taken from them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignIn {
    pub issuer: String,
    pub client_id: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    /// Where the issuer takes a refresh token back, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// Where the issuer ends its own session, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    pub scope: &'static str,
    /// Whether the issuer is one for development, which asks for no password.
    pub development: bool,
    pub limits: Limits,
    pub file_types: Vec<TakenType>,
}

/// What a page can check before it sends anything.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Limits {
    pub upload_bytes_max: u64,
    pub title_chars_max: usize,
    /// Of subject and grade, each.
    pub lesson_chars_max: usize,
    pub note_chars_max: usize,
}

/// A type of file that is taken.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct TakenType {
    /// Lower case, without the dot.
    pub extension: &'static str,
    pub media_type: &'static str,
    pub kind: Kind,
}

/// Needs no token.
#[utoipa::path(
    get, path = "/api/sign-in", operation_id = "signIn", tag = "people", security(()),
    responses((status = 200, body = SignIn, description = "Where people sign in"), Away)
)]
pub(crate) async fn sign_in(State(api): State<Arc<Api>>) -> Result<Json<SignIn>, Problem> {
    let endpoints = api.keys.endpoints().await.map_err(|error| {
        tracing::warn!(%error, "the issuer's addresses cannot be read");
        Problem::new(Code::SignInUnavailable)
    })?;
    let (Some(authorization_endpoint), Some(token_endpoint)) =
        (endpoints.authorization_endpoint, endpoints.token_endpoint)
    else {
        tracing::warn!("the issuer names no address for signing in");
        return Err(Code::SignInUnavailable.into());
    };
    let taken = |(extension, file_type): (&'static str, FileType)| TakenType {
        extension,
        media_type: file_type.media_type(),
        kind: file_type.kind(),
    };
    Ok(Json(SignIn {
        issuer: api.expected.issuer.clone(),
        client_id: api.expected.client_id.clone(),
        authorization_endpoint,
        token_endpoint,
        revocation_endpoint: endpoints.revocation_endpoint,
        end_session_endpoint: endpoints.end_session_endpoint,
        scope: "openid",
        development: endpoints.development,
        limits: Limits {
            upload_bytes_max: api.upload_bytes_max,
            title_chars_max: TITLE_CHARS_MAX,
            lesson_chars_max: LESSON_CHARS_MAX,
            note_chars_max: NOTE_CHARS_MAX,
        },
        file_types: FileType::EXTENSIONS.into_iter().map(taken).collect(),
    }))
}

/// `GET /api/me`: who asks, as their token says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Me {
    pub subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    pub school: String,
    pub roles: Vec<Role>,
    /// When the token ends.
    pub expires_at: Moment,
}

#[utoipa::path(
    get, path = "/api/me", operation_id = "me", tag = "people",
    responses((status = 200, body = Me, description = "Who asks"), Asked)
)]
pub(crate) async fn me(person: Person) -> Json<Me> {
    let (roles, expires_at) = (person.roles().to_vec(), person.expires_at);
    Json(Me { subject: person.subject, username: person.username, school: person.school, roles, expires_at })
}
