use crate::{Account, Issuer, Place};
use axum::body::Body;
use clock::{Clock, ManualClock, SeededRandom};
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tower::ServiceExt as _;
use url::{Url, form_urlencoded};

const NOW: i64 = 1_767_323_045;
const BACK: &str = "http://127.0.0.1:8080/signed-in?page=1";
const VERIFIER: &str = "a verifier that is long enough to be one in earnest";
/// SHA-256 of the verifier, base64url.
const CHALLENGE: &str = "4ohmXsVZPTleGpfnPsOCLvMxFJyT0mBENX9_74yH-oA";

struct World {
    issuer: Issuer,
    clock: Arc<ManualClock>,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at(jiff::Timestamp::from_second(NOW).unwrap()));
        let time = Arc::clone(&clock) as Arc<dyn Clock>;
        let url = "http://127.0.0.1:8080/issuer";
        let random = Arc::new(SeededRandom::new(1));
        Self { issuer: Issuer::open(Place::Memory, url, "lectern", time, random).unwrap(), clock }
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, http::HeaderMap, String) {
        let (parts, body) = self.issuer.router().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let (status, _, text) = self.send(Request::get(path).body(Body::empty()).unwrap()).await;
        (status, text)
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, http::HeaderMap, String) {
        let form = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(form.body(Body::from(encoded(fields))).unwrap()).await
    }

    async fn token(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let (status, _, text) = self.post("/token", fields).await;
        (status.as_u16(), serde_json::from_str(&text).unwrap())
    }

    /// Verifies a token with the published key and gives its claims.
    async fn read(&self, token: &str) -> Value {
        let (_, keys) = self.get("/jwks.json").await;
        let keys: JwkSet = serde_json::from_str(&keys).unwrap();
        let header = jsonwebtoken::decode_header(token).unwrap();
        let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        (validation.validate_exp, validation.validate_aud) = (false, false);
        jsonwebtoken::decode(token, &key, &validation).unwrap().claims
    }

    /// Signs somebody in and gives the code.
    async fn code(&self) -> String {
        let fields: Vec<_> = wish().into_iter().chain([("account", "evaluator")]).collect();
        let (status, headers, text) = self.post("/authorize", &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        let back = Url::parse(headers["location"].to_str().unwrap()).unwrap();
        let pairs: Vec<_> = back.query_pairs().into_owned().collect();
        assert_eq!(pairs[0], ("page".to_owned(), "1".to_owned()));
        assert_eq!(pairs[2], ("state".to_owned(), "s&\"<t".to_owned()));
        pairs[1].1.clone()
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A sound request for a sign-in.
fn wish() -> Vec<(&'static str, &'static str)> {
    vec![
        ("response_type", "code"),
        ("client_id", "lectern"),
        ("redirect_uri", BACK),
        ("state", "s&\"<t"),
        ("nonce", "n1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

fn exchange(code: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", "lectern"),
        ("code", code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ]
}

#[tokio::test]
async fn the_discovery_document_leads_to_everything() {
    let (_, text) = World::new().get("/.well-known/openid-configuration").await;
    let discovery: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(discovery["issuer"], "http://127.0.0.1:8080/issuer");
    assert_eq!(discovery["jwks_uri"], "http://127.0.0.1:8080/issuer/jwks.json");
    assert_eq!(discovery["token_endpoint"], "http://127.0.0.1:8080/issuer/token");
    assert_eq!(discovery["revocation_endpoint"], "http://127.0.0.1:8080/issuer/revoke");
    assert_eq!(discovery["end_session_endpoint"], "http://127.0.0.1:8080/issuer/end-session");
}

#[tokio::test]
async fn the_private_half_of_the_key_stays_inside() {
    let (_, keys) = World::new().get("/jwks.json").await;
    let keys: Value = serde_json::from_str(&keys).unwrap();
    let key = &keys["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
        (&json!("EC"), &json!("P-256"), &json!("ES256"), &json!("sig"))
    );
    assert_eq!(key.get("d"), None);
}

#[tokio::test]
async fn somebody_signs_in_on_the_page() {
    let world = World::new();
    let (status, page) = world.get(&format!("/authorize?{}", encoded(&wish()))).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("development sign-in") && page.contains("value=\"operator-2\""));
    assert!(page.contains("value=\"s&amp;&quot;&lt;t\"") && !page.contains("s&\"<t"));

    let (status, tokens) = world.token(&exchange(&world.code().await)).await;
    assert_eq!(status, 200, "{tokens}");
    let claims = world.read(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(claims["iss"], "http://127.0.0.1:8080/issuer");
    assert_eq!(claims["sub"], Account::named("evaluator").unwrap().subject());
    assert_eq!(claims["cognito:groups"], json!(["evaluator", "school:school-1"]));
    assert_eq!((&claims["token_use"], &claims["client_id"]), (&json!("access"), &json!("lectern")));
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(NOW), &json!(NOW + 3600)));
    assert_eq!(claims["username"], "evaluator");
    let id = world.read(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!((&id["token_use"], &id["aud"], &id["nonce"]), (&json!("id"), &json!("lectern"), &json!("n1")));
}

/// What Cognito's manual has in an access token ("Understanding the access token"): no `aud`, and nothing that a person could
/// have written. Whoever is taken in by more here would be turned away on AWS.
#[tokio::test]
async fn an_access_token_says_nothing_that_cognitos_would_not() {
    let world = World::new();
    let claims = world.read(&world.issuer.token_for("teacher").unwrap()).await;
    let cognito = "auth_time client_id cognito:groups device_key event_id exp iat iss jti origin_jti scope sub token_use username version";
    let cognito: Vec<_> = cognito.split(' ').collect();
    for claim in claims.as_object().unwrap().keys() {
        assert!(cognito.contains(&claim.as_str()), "{claim}");
    }
    assert_eq!(claims["version"], 2);
}

#[tokio::test]
async fn a_code_is_good_once_in_time_and_for_who_asked() {
    let world = World::new();
    let code = world.code().await;
    assert_eq!(world.token(&exchange(&code)).await.0, 200);
    assert_eq!(world.token(&exchange(&code)).await.1["error"], "invalid_grant");
    for (field, value) in [
        ("client_id", "another"),
        ("redirect_uri", "http://127.0.0.1:8080/"),
        ("code_verifier", "guessed"),
        ("code", "guessed"),
    ] {
        let code = world.code().await;
        let mut fields = exchange(&code);
        fields.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value;
        assert_eq!(world.token(&fields).await.1["error"], "invalid_grant", "{field}");
    }
    let code = world.code().await;
    world.clock.advance(Duration::from_mins(5));
    assert_eq!(world.token(&exchange(&code)).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_the_next() {
    let world = World::new();
    let (_, first) = world.token(&[("grant_type", "password"), ("username", "teacher-2")]).await;
    let refresh = first["refresh_token"].as_str().unwrap();
    let fields = [("grant_type", "refresh_token"), ("client_id", "lectern"), ("refresh_token", refresh)];
    let (status, second) = world.token(&fields).await;
    assert_eq!(status, 200);
    let claims = world.read(second["access_token"].as_str().unwrap()).await;
    assert_eq!(claims["cognito:groups"], json!(["teacher", "school:school-2"]));
    assert_eq!(world.token(&fields).await.1["error"], "invalid_grant");
    let code = world.code().await;
    let misused = [("grant_type", "refresh_token"), ("refresh_token", code.as_str())];
    assert_eq!(world.token(&misused).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_that_was_taken_back_is_worth_nothing() {
    let world = World::new();
    let (_, tokens) = world.token(&[("grant_type", "password"), ("username", "teacher")]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    // Once it is gone, and again: both are as it should be.
    for token in [refresh, refresh, "guessed"] {
        let (status, _, text) = world.post("/revoke", &[("token", token), ("client_id", "lectern")]).await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, ""), "{token}");
    }
    let fields = [("grant_type", "refresh_token"), ("client_id", "lectern"), ("refresh_token", refresh)];
    assert_eq!(world.token(&fields).await.1["error"], "invalid_grant");
    assert!(world.post("/revoke", &[("client_id", "lectern")]).await.0.is_client_error());
}

#[tokio::test]
async fn a_sign_in_that_is_not_sound_leads_nowhere() {
    let world = World::new();
    for (field, value) in [
        ("client_id", "another"),
        ("redirect_uri", "https://example.org/"),
        ("redirect_uri", ""),
        ("response_type", "token"),
        ("code_challenge", ""),
        ("code_challenge_method", "plain"),
        ("account", "somebody"),
    ] {
        let mut fields: Vec<_> = wish().into_iter().chain([("account", "teacher")]).collect();
        fields.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value;
        let (status, headers, _) = world.post("/authorize", &fields).await;
        assert_eq!((status, headers.get("location")), (StatusCode::BAD_REQUEST, None), "{field}={value}");
    }
}

#[tokio::test]
async fn command_lines_sign_in_by_name() {
    let world = World::new();
    let password = ("grant_type", "password");
    let (_, tokens) = world.token(&[password, ("username", "operator")]).await;
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let of_process = world.issuer.token_for("operator").unwrap();
    let (one, other) =
        (world.read(tokens["access_token"].as_str().unwrap()).await, world.read(&of_process).await);
    assert_eq!(one["sub"], other["sub"]);
    assert_ne!(one["jti"], other["jti"]);
    assert_eq!(world.issuer.token_for("somebody"), None);
    assert_eq!(world.token(&[password, ("username", "somebody")]).await.1["error"], "invalid_grant");
    let other_client = [password, ("username", "operator"), ("client_id", "another")];
    assert_eq!(world.token(&other_client).await.1["error"], "invalid_client");
    assert_eq!(world.token(&[("grant_type", "magic")]).await.1["error"], "unsupported_grant_type");
}

#[tokio::test]
async fn a_name_that_was_pointed_at_this_machine_is_not_served() {
    let world = World::new();
    let check = async |host: &str, expect: u16| {
        let request = Request::get("/jwks.json").header("host", host).body(Body::empty()).unwrap();
        assert_eq!(world.send(request).await.0.as_u16(), expect, "{host}");
    };
    check("127.0.0.1:8080", 200).await;
    check("localhost:8080", 200).await;
    check("[::1]:8080", 200).await;
    check("rebound.example.org:8080", 421).await;
    check("rebound.example.org", 421).await;
}

#[tokio::test]
async fn signing_out_leads_back_to_this_machine_only() {
    let world = World::new();
    let out = async |client_id: &str, back: &str| {
        let fields = [
            ("client_id", client_id),
            ("post_logout_redirect_uri", back),
            ("state", "s&t"),
            ("logout_uri", "https://example.org/"),
        ];
        let asked = format!("/end-session?{}", encoded(&fields));
        let asked = world.send(Request::get(asked).body(Body::empty()).unwrap()).await;
        let posted = world.post("/end-session", &fields).await;
        assert_eq!((asked.0, asked.1.get("location")), (posted.0, posted.1.get("location")));
        (asked.0.as_u16(), asked.1.get("location").map(|back| back.to_str().unwrap().to_owned()))
    };
    let back = Some("http://127.0.0.1:8080/?state=s%26t".to_owned());
    assert_eq!(out("lectern", "http://127.0.0.1:8080/").await, (303, back));
    for (client_id, back) in [
        ("another", "http://127.0.0.1:8080/"),
        ("lectern", "https://example.org/"),
        ("lectern", "javascript:1"),
    ] {
        assert_eq!(out(client_id, back).await, (400, None), "{client_id} {back}");
    }
    let (status, page) = world.get("/end-session").await;
    assert!(status == StatusCode::OK && page.contains("You are signed out"), "{page}");
}
