use super::aws::Aws;
use crate::auth::test_tokens::{Issuer, NOW};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use axum::Router;
use clock::{Clock, ManualClock, SeededRandom};
use document::{Document, DocumentId, Event, Moment, Normalized};
use edge::{Pipeline, Runtime, Transport, TransportError, Variables};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};
use tower::ServiceExt as _;

const ISSUER: &str = "https://issuer.example";

/// An issuer that answers, is asked, rotates its keys and goes away.
#[derive(Debug)]
pub(crate) struct FakeIssuer {
    issuer: String,
    keys: Mutex<Option<Vec<Value>>>,
    asked: AtomicU32,
}

impl FakeIssuer {
    pub(crate) fn with(issuer: &str, keys: Vec<Value>) -> Self {
        Self { issuer: issuer.to_owned(), keys: Mutex::new(Some(keys)), asked: AtomicU32::new(0) }
    }

    pub(crate) fn publish(&self, keys: Vec<Value>) {
        *self.keys.lock().unwrap() = Some(keys);
    }

    pub(crate) fn go_away(&self) {
        *self.keys.lock().unwrap() = None;
    }

    pub(crate) fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }
}

#[async_trait::async_trait]
impl Transport for FakeIssuer {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let Some(keys) = self.keys.lock().unwrap().clone() else {
            return Err(TransportError { host: "issuer.example".to_owned(), reason: "away".to_owned() });
        };
        let body = match request.url().path() {
            "/.well-known/openid-configuration" => {
                let at = |path: &str| format!("{}/{path}", self.issuer);
                json!({"issuer": self.issuer, "jwks_uri": at("keys"), "authorization_endpoint": at("authorize"),
                    "token_endpoint": at("token"), "revocation_endpoint": at("revoke"), "end_session_endpoint": at("logout")})
            }
            "/keys" => json!({"keys": keys}),
            other => panic!("nobody asks for {other}"),
        };
        Ok(http::Response::new(body.to_string()).into())
    }
}

/// The API with everything around it.
pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) pipeline: Pipeline,
    clock: Arc<ManualClock>,
    pub(crate) router: Router,
    signer: Issuer,
    pub(crate) issuer: Arc<FakeIssuer>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Status and the problem's code.
    pub(crate) fn problem(&self) -> (u16, String) {
        (self.status.as_u16(), self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let aws = Aws::new();
        let signer = Issuer::new();
        let settings = [
            ("DOCUMENTS_TABLE", "documents"),
            ("NOTES_TABLE", "notes"),
            ("UPLOADS_BUCKET", "uploads"),
            ("RESULTS_BUCKET", "results"),
            ("NORMALIZED_BUCKET", "normalized"),
            ("UPLOADS_QUEUE_URL", "https://sqs.example/uploads"),
            ("LESSON_PLANS_QUEUE_URL", "https://sqs.example/lesson-plans"),
            ("VIDEOS_QUEUE_URL", "https://sqs.example/videos"),
            ("NORMALIZATION_QUEUE_URL", "https://sqs.example/normalization"),
            ("RESULTS_QUEUE_URL", "https://sqs.example/results"),
            ("UPLOADS_DEAD_QUEUE_URL", "https://sqs.example/uploads-dead"),
            ("LESSON_PLANS_DEAD_QUEUE_URL", "https://sqs.example/lesson-plans-dead"),
            ("VIDEOS_DEAD_QUEUE_URL", "https://sqs.example/videos-dead"),
            ("RESULTS_DEAD_QUEUE_URL", "https://sqs.example/results-dead"),
            ("NORMALIZATION_DEAD_QUEUE_URL", "https://sqs.example/normalization-dead"),
            ("TRANSFER_MACHINE_ARN", "arn:aws:states:eu-central-1:0:stateMachine:transfer"),
            ("RESULTS_MACHINE_ARN", "arn:aws:states:eu-central-1:0:stateMachine:results"),
            ("OVERDUE_MACHINE_ARN", "arn:aws:states:eu-central-1:0:stateMachine:overdue"),
            ("FORGET_MACHINE_ARN", "arn:aws:states:eu-central-1:0:stateMachine:forget"),
            ("OIDC_ISSUER", ISSUER),
            ("OIDC_CLIENT_ID", "lectern"),
        ];
        let issuer = Arc::new(FakeIssuer::with(ISSUER, vec![signer.jwk("k1")]));
        let clock = Arc::new(ManualClock::at(Moment::from_millis(NOW * 1000).timestamp()));
        let credentials = Credentials::new("id", "secret", None, None, "tests");
        let runtime = Runtime {
            sdk: SdkConfig::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("eu-central-1"))
                .endpoint_url("http://127.0.0.1:4566")
                .credentials_provider(SharedCredentialsProvider::new(credentials))
                .http_client(aws.client())
                .build(),
            variables: Variables::new(settings.map(|(name, value)| (name.to_owned(), value.to_owned()))),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: Arc::new(SeededRandom::new(1)),
            transport: Arc::clone(&issuer) as Arc<dyn Transport>,
            spans: edge::Spans::default(),
        };
        let pipeline = Pipeline::new(&runtime).unwrap();
        let router = crate::router(runtime).await.unwrap();
        Self { aws, pipeline, clock, router, signer, issuer }
    }

    /// A token of `<role>@<school>`, whose subject is the same text.
    pub(crate) fn token(&self, person: &str) -> String {
        let (role, school) = person.split_once('@').unwrap();
        self.signer.sign(&json!({
            "iss": ISSUER, "sub": person, "username": role, "exp": NOW + 3600, "token_use": "access", "client_id": "lectern",
            "cognito:groups": [role.trim_end_matches(char::is_numeric), format!("school:{school}")],
        }))
    }

    pub(crate) async fn send(&self, request: Request<axum::body::Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answered { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn call(&self, person: &str, method: Method, path: &str, body: Value) -> Answered {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token(person)));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn get(&self, person: &str, path: &str) -> Answered {
        self.call(person, Method::GET, path, Value::Null).await
    }

    pub(crate) async fn post(&self, person: &str, path: &str, body: Value) -> Answered {
        self.call(person, Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, person: &str, path: &str, body: Value) -> Answered {
        self.call(person, Method::PUT, path, body).await
    }

    pub(crate) async fn delete(&self, person: &str, path: &str) -> Answered {
        self.call(person, Method::DELETE, path, Value::Null).await
    }

    pub(crate) fn advance_a_second(&self) {
        self.clock.advance(std::time::Duration::from_secs(1));
    }

    /// Announces an upload and gives its id.
    pub(crate) async fn declare(&self, person: &str, file_name: &str) -> String {
        let answer = self.post(person, "/api/uploads", json!({"file_name": file_name, "size": 10})).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["document_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn document(&self, id: &str) -> Document {
        self.pipeline.register.read(id.parse().unwrap()).await.unwrap().unwrap()
    }

    /// Lets something happen to a document, as another function would.
    pub(crate) async fn happen(&self, id: &str, event: Event) {
        let id: DocumentId = id.parse().unwrap();
        let verdict = self.pipeline.apply(id, &event).await.unwrap();
        assert!(verdict.change.is_some(), "{verdict:?}");
    }

    /// The announced object arrives and is found good.
    pub(crate) async fn arrive(&self, id: &str) {
        let document = self.document(id).await;
        let arrival = document::Arrival {
            document_id: document.document_id,
            key: document.key.clone(),
            origin: document::Origin::Upload,
            revision: document::Revision {
                id: "v1".to_owned(),
                sequencer: document::Sequencer("01".to_owned()),
            },
            size: document.size,
            media_type: document.media_type.clone(),
            kind: document.kind,
            inspection: Ok(()),
        };
        self.happen(id, Event::Arrived(Box::new(arrival))).await;
    }

    /// The document is claimed and the processor refuses it.
    pub(crate) async fn fail(&self, id: &str, failure: document::Failure) {
        self.arrive(id).await;
        let work = self.document(id).await.work(1);
        let claimed = Event::Claimed { work: work.clone(), function: "transfer".to_owned(), nonce: [7; 16] };
        self.happen(id, claimed).await;
        self.happen(id, Event::Refused { work, failure }).await;
    }
    /// A document that has arrived is sent, comes back and becomes this text, which is stored under the key that is given.
    pub(crate) async fn normalize(&self, id: &str, text: &str) -> String {
        let key = document::normalized_key(id.parse().unwrap(), &hex::encode(Sha256::digest(text)));
        self.aws.put(&key, text.as_bytes());
        let work = self.document(id).await.work(1);
        let claimed = Event::Claimed { work: work.clone(), function: "transfer".to_owned(), nonce: [1; 16] };
        self.happen(id, claimed).await;
        let reference = self.document(id).await.attempts[0].reference.clone();
        self.happen(id, Event::Accepted { work: work.clone(), job_id: None, sha256: None }).await;
        self.happen(id, Event::ResultsProved { reference, machine: None, files: Vec::new() }).await;
        let (size, summary) = (u64::try_from(text.len()).unwrap(), BTreeMap::new());
        let normalized = Normalized { key: key.clone(), size, summary };
        self.happen(id, Event::Normalized { work, normalized }).await;
        key
    }
}
