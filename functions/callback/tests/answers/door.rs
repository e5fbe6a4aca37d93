//! The function with a desk in memory and a clock that stands still.

use async_trait::async_trait;
use axum::{
    body::Body,
    http::{Method, Request, Response, StatusCode},
};
use callback::{Desk, PATH};
use clock::{ManualClock, SeededRandom};
use contract::queue::ResultsMessage;
use edge::Trouble;
use jiff::Timestamp;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};
use tower::ServiceExt;
use webhook::{Receiver, Secret};

pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const REFERENCE: &str =
    "018f2f6e-7c1a-7000-8000-0123456789ab.0123456789ab.1.00000000000000000000000000000000";

/// A desk that knows one reference and keeps messages while it is open.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) closed: AtomicBool,
    pub(crate) kept: Mutex<Vec<ResultsMessage>>,
}

#[async_trait]
impl Desk for Memory {
    async fn has_issued(&self, reference: &str) -> Result<bool, Trouble> {
        Ok(reference == REFERENCE)
    }

    async fn hand_on(&self, message: &ResultsMessage) -> Result<(), Trouble> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(Trouble::passing("the queue is closed", "for the test"));
        }
        self.kept.lock().expect("no test panics while it holds the lock").push(message.clone());
        Ok(())
    }
}

pub(crate) fn secret() -> Secret {
    Secret::from_bytes(&[7; 32]).expect("32 bytes are a secret")
}

pub(crate) fn finished(reference: &str) -> String {
    format!(
        r#"{{"type":"job.finished","timestamp":"2027-01-15T08:00:00Z","data":{{"reference":"{reference}","job_id":"j","files":[]}}}}"#
    )
}

pub(crate) fn signed(body: &[u8]) -> Request<Body> {
    signed_by(&secret(), "msg_1", body)
}

pub(crate) fn signed_by(secret: &Secret, id: &str, body: &[u8]) -> Request<Body> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(PATH)
        .header("webhook-id", id)
        .header("webhook-timestamp", NOW.to_string())
        .header("webhook-signature", secret.sign(id, NOW, body));
    request.body(Body::from(body.to_vec())).expect("a request")
}

pub(crate) struct Door {
    pub(crate) desk: Arc<Memory>,
    pub(crate) clock: Arc<ManualClock>,
    router: axum::Router,
}

impl Door {
    pub(crate) fn new() -> Self {
        Self::believing(vec![secret()])
    }

    pub(crate) fn believing(secrets: Vec<Secret>) -> Self {
        let desk = Arc::new(Memory::default());
        let clock = Arc::new(ManualClock::at(Timestamp::from_second(NOW).expect("a moment")));
        let shared: Arc<dyn Desk> = Arc::<Memory>::clone(&desk);
        let keys = Arc::new(Receiver::new(secrets));
        let traces = edge::Traces::new(
            Arc::new(SeededRandom::new(1)),
            Arc::<ManualClock>::clone(&clock),
            edge::Spans::default(),
        );
        let router = callback::router(shared, keys, Arc::<ManualClock>::clone(&clock), traces);
        Self { desk, clock, router }
    }

    pub(crate) async fn knock(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.expect("a router answers")
    }

    pub(crate) async fn status(&self, request: Request<Body>) -> StatusCode {
        self.knock(request).await.status()
    }

    pub(crate) fn kept(&self) -> usize {
        self.desk.kept.lock().expect("no test panics while it holds the lock").len()
    }
}
