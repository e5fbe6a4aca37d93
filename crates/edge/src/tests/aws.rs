use crate::{Runtime, Transport, TransportError, Variables};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
        },
        orchestrator::{HttpRequest, HttpResponse},
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use clock::{ManualClock, SeededRandom};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    fmt,
    sync::{Arc, Mutex},
};

type Say = dyn Fn(&str, usize) -> (u16, Value) + Send + Sync;

/// An AWS that answers each operation as it is told, with how often that one was called before, and notes the calls.
#[derive(Clone)]
pub(super) struct Aws {
    say: Arc<Say>,
    /// Operations with their bodies.
    calls: Arc<Mutex<Vec<(String, Value)>>>,
}

impl fmt::Debug for Aws {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Aws")
    }
}

impl Aws {
    pub(super) fn new(say: impl Fn(&str, usize) -> (u16, Value) + Send + Sync + 'static) -> Self {
        Self { say: Arc::new(say), calls: Arc::default() }
    }

    /// How often an operation was called.
    pub(super) fn calls(&self, operation: &str) -> usize {
        let calls = self.calls.lock().expect("no test panics while it holds the lock");
        calls.iter().filter(|(called, _)| called == operation).count()
    }

    /// What an operation was called with, in order.
    pub(super) fn bodies(&self, operation: &str) -> Vec<Value> {
        let calls = self.calls.lock().expect("no test panics while it holds the lock");
        calls.iter().filter(|(called, _)| called == operation).map(|(_, body)| body.clone()).collect()
    }

    pub(super) fn runtime(&self) -> Runtime {
        let connector = SharedHttpConnector::new(self.clone());
        let client =
            http_client_fn(move |_: &HttpConnectorSettings, _: &RuntimeComponents| connector.clone());
        let credentials = Credentials::new("id", "secret", None, None, "tests");
        Runtime {
            sdk: SdkConfig::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("eu-central-1"))
                .endpoint_url("http://127.0.0.1:4566")
                .credentials_provider(SharedCredentialsProvider::new(credentials))
                .http_client(client)
                .build(),
            variables: Variables::new([("DOCUMENTS_TABLE".to_owned(), "documents".to_owned())]),
            clock: Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)),
            random: Arc::new(SeededRandom::new(1)),
            transport: Arc::new(Nowhere),
            spans: crate::Spans::default(),
        }
    }
}

impl HttpConnector for Aws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body =
            request.body().bytes().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
        let before = self.calls(&operation);
        self.calls.lock().expect("no test panics while it holds the lock").push((operation.clone(), body));
        let (status, body) = (self.say)(&operation, before);
        let status = StatusCode::try_from(status).expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body.to_string()))))
    }
}

/// How DynamoDB refuses.
pub(super) fn refusal(error: &str) -> (u16, Value) {
    (400, json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{error}"), "message": "refused"}))
}

#[derive(Debug)]
struct Nowhere;

#[async_trait::async_trait]
impl Transport for Nowhere {
    async fn send(&self, _: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        Err(TransportError { host: String::new(), reason: "there is no world".to_owned() })
    }
}
