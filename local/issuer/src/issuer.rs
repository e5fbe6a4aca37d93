use crate::{
    Account, KeyError, authorize, end_session,
    grants::{Grant, Grants},
    key::Key,
    revoke, token,
};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clock::{Clock, Random};
use http::{HeaderValue, StatusCode, header};
use jsonwebtoken::{Algorithm, Header};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc, time::Duration};
use url::Url;

/// How long a token lives, as Cognito's do.
pub(crate) const TOKEN_LIFE: Duration = Duration::from_hours(1);
/// Longest body taken, in bytes: a form of a few fields.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// Where the signing key lives.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// In this directory, made at the first start.
    Directory(&'a Path),
    /// Nowhere: each start has its own.
    Memory,
}

/// The development issuer.
#[derive(Clone, Debug)]
pub struct Issuer(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    url: String,
    client_id: String,
    key: Key,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    pub(crate) grants: Grants,
}

impl Issuer {
    /// Opens the issuer that is reached at `issuer_url` (no slash at the end) and makes tokens for `client_id`.
    pub fn open(
        place: Place<'_>,
        issuer_url: &str,
        client_id: &str,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, KeyError> {
        let key = match place {
            Place::Directory(directory) => Key::kept_in(directory)?,
            Place::Memory => Key::fresh()?,
        };
        let (url, client_id) = (issuer_url.trim_end_matches('/').to_owned(), client_id.to_owned());
        Ok(Self(Arc::new(Inner { url, client_id, key, clock, random, grants: Grants::default() })))
    }

    /// The routes, relative to `issuer_url`.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks.json", get(keys))
            .route("/authorize", get(authorize::page).post(authorize::choose))
            .route("/end-session", get(end_session::asked).post(end_session::posted))
            .route("/revoke", post(revoke::revoke))
            .route("/token", post(token::token))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .layer(middleware::from_fn_with_state(Arc::clone(&self.0), here_only))
            .layer(middleware::map_response(guard))
            .with_state(Arc::clone(&self.0))
    }

    /// An access token for an account, without asking anybody: for tests and the command line of the same process.
    /// `None` if there is no such account.
    pub fn token_for(&self, username: &str) -> Option<String> {
        Account::named(username).map(|account| self.0.access_token(account))
    }
}

impl Inner {
    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    pub(crate) fn is_client(&self, client_id: &str) -> bool {
        client_id == self.client_id
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) fn give(&self, grant: Grant) -> String {
        self.grants.give(grant, self.now(), &*self.random)
    }

    /// The claims of a Cognito access token.
    pub(crate) fn access_token(&self, account: Account) -> String {
        self.sign(
            account,
            "access",
            &json!({"client_id": self.client_id, "scope": "openid", "username": account.username, "version": 2}),
        )
    }

    /// The claims of a Cognito id token, for applications that want to show who signed in. The API does not take it.
    pub(crate) fn id_token(&self, account: Account, nonce: Option<&str>) -> String {
        let mut own = json!({"aud": self.client_id, "cognito:username": account.username});
        if let Some(nonce) = nonce {
            own["nonce"] = nonce.into();
        }
        self.sign(account, "id", &own)
    }

    fn sign(&self, account: Account, token_use: &str, own: &Value) -> String {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        let now = self.now().as_second();
        let mut claims = json!({
            "iss": self.url,
            "sub": account.subject(),
            "cognito:groups": account.groups(),
            "token_use": token_use,
            "auth_time": now,
            "iat": now,
            "exp": now.saturating_add_unsigned(TOKEN_LIFE.as_secs()),
            "jti": URL_SAFE_NO_PAD.encode(bytes),
        });
        if let (Some(claims), Some(own)) = (claims.as_object_mut(), own.as_object()) {
            claims.extend(own.clone());
        }
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.key.id.clone());
        jsonwebtoken::encode(&header, &claims, &self.key.signing)
            .expect("a key that was read as a key of this curve signs")
    }
}

/// Serves requests for this machine's own names only: a page elsewhere whose name was pointed at this machine would
/// otherwise be handed tokens by the reader's browser.
async fn here_only(State(issuer): State<Arc<Inner>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    let asked = host.and_then(|host| Url::parse(&format!("http://{host}/")).ok());
    let own = Url::parse(&issuer.url).ok();
    let is_own = |asked: &Url| own.as_ref().is_some_and(|own| own.host() == asked.host());
    match (host, asked) {
        (None, _) => next.run(request).await,
        (_, Some(asked)) if authorize::is_loopback(&asked) || is_own(&asked) => next.run(request).await,
        _ => StatusCode::MISDIRECTED_REQUEST.into_response(),
    }
}

async fn discovery(State(issuer): State<Arc<Inner>>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", issuer.url);
    Json(json!({
        "issuer": issuer.url,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "revocation_endpoint": at("/revoke"),
        "end_session_endpoint": at("/end-session"),
        "jwks_uri": at("/jwks.json"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token", "password"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": ["openid"],
        // No name of the standard: whoever shows a sign-in can say what it is.
        "development": true,
    }))
}

async fn keys(State(issuer): State<Arc<Inner>>) -> Json<Value> {
    Json(json!({"keys": [issuer.key.published]}))
}

/// Nothing here is kept by anybody, framed by another page or runs anything.
async fn guard(mut response: Response) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}
