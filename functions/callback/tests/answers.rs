//! What senders of callbacks are told, and what reaches the results queue.

use async_trait::async_trait;
use axum::{
    body::Body,
    http::{Method, Request, Response, StatusCode},
};
use callback::{Desk, PATH};
use clock::ManualClock;
use contract::queue::ResultsMessage;
use edge::Trouble;
use jiff::Timestamp;
use proptest::prelude::*;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};
use tower::ServiceExt;
use webhook::{Receiver, Secret};

const NOW: i64 = 1_800_000_000;
const REFERENCE: &str =
    "018f2f6e-7c1a-7000-8000-0123456789ab.0123456789ab.1.00000000000000000000000000000000";
const BYTES_MAX: usize = 256 * 1024;

/// A desk that knows one reference and keeps messages while it is open.
#[derive(Debug, Default)]
struct Memory {
    closed: AtomicBool,
    kept: Mutex<Vec<ResultsMessage>>,
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

fn secret() -> Secret {
    Secret::from_bytes(&[7; 32]).expect("32 bytes are a secret")
}

fn finished(reference: &str) -> String {
    format!(
        r#"{{"type":"job.finished","timestamp":"2027-01-15T08:00:00Z","data":{{"reference":"{reference}","job_id":"j","files":[]}}}}"#
    )
}

fn signed(body: &[u8]) -> Request<Body> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(PATH)
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", NOW.to_string())
        .header("webhook-signature", secret().sign("msg_1", NOW, body));
    request.body(Body::from(body.to_vec())).expect("a request")
}

struct Door {
    desk: Arc<Memory>,
    router: axum::Router,
}

impl Door {
    fn new() -> Self {
        let desk = Arc::new(Memory::default());
        let clock = ManualClock::at(Timestamp::from_second(NOW).expect("a moment"));
        let shared: Arc<dyn Desk> = Arc::<Memory>::clone(&desk);
        Self { desk, router: callback::router(shared, Receiver::new(vec![secret()]), Arc::new(clock)) }
    }

    async fn knock(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.expect("a router answers")
    }

    async fn status(&self, request: Request<Body>) -> StatusCode {
        self.knock(request).await.status()
    }

    fn kept(&self) -> usize {
        self.desk.kept.lock().expect("no test panics while it holds the lock").len()
    }
}

#[tokio::test]
async fn a_signed_callback_about_a_known_reference_is_kept_byte_for_byte() {
    let door = Door::new();
    let body = finished(REFERENCE).replace(',', " ,\n ");
    assert_eq!(door.status(signed(body.as_bytes())).await, StatusCode::ACCEPTED);
    let kept = door.desk.kept.lock().unwrap();
    assert_eq!(*kept, [ResultsMessage::Received { webhook_id: "msg_1".to_owned(), body }]);
}

#[tokio::test]
async fn what_is_not_signed_is_not_believed() {
    let door = Door::new();
    let body = finished(REFERENCE);
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut request = signed(body.as_bytes());
        request.headers_mut().remove(name);
        assert_eq!(door.status(request).await, StatusCode::UNAUTHORIZED, "{name}");
    }
    let mut changed = signed(body.as_bytes());
    *changed.body_mut() = Body::from(body.replace("\"j\"", "\"k\""));
    assert_eq!(door.status(changed).await, StatusCode::UNAUTHORIZED);
    assert_eq!(door.kept(), 0);
}

#[tokio::test]
async fn malformed_callbacks_are_refused_for_good() {
    let door = Door::new();
    let failed = finished(REFERENCE).replace("job.finished", "job.failed");
    let file = r#"{"role":"r","name":"n","media_type":"m","size":1,"sha256":"s","url":"u"}"#;
    let many = finished(REFERENCE).replace("[]", &format!("[{}]", vec![file; 33].join(",")));
    for body in
        ["", "{}", "[]", "null", &failed, &many, &finished(REFERENCE).replace("job.finished", "job.started")]
    {
        let response = door.knock(signed(body.as_bytes())).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
    assert_eq!(door.status(signed(b"\xFF")).await, StatusCode::BAD_REQUEST);
    assert_eq!(door.kept(), 0);
}

#[tokio::test]
async fn references_that_were_never_given_out_are_unknown() {
    let door = Door::new();
    for reference in ["", "x", &REFERENCE.replace(".1.", ".2."), &REFERENCE.to_uppercase()] {
        assert_eq!(
            door.status(signed(finished(reference).as_bytes())).await,
            StatusCode::NOT_FOUND,
            "{reference}"
        );
    }
    assert_eq!(door.kept(), 0);
}

#[tokio::test]
async fn what_the_queue_refuses_is_asked_for_again() {
    let door = Door::new();
    door.desk.closed.store(true, Ordering::Relaxed);
    let response = door.knock(signed(finished(REFERENCE).as_bytes())).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key("retry-after"));
    door.desk.closed.store(false, Ordering::Relaxed);
    assert_eq!(door.status(signed(finished(REFERENCE).as_bytes())).await, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn bodies_are_taken_up_to_256_kib() {
    let door = Door::new();
    let sized = |bytes: usize| {
        let body = finished(REFERENCE);
        format!("{body}{}", " ".repeat(bytes - body.len()))
    };
    assert_eq!(door.status(signed(sized(BYTES_MAX).as_bytes())).await, StatusCode::ACCEPTED);
    assert_eq!(door.status(signed(sized(BYTES_MAX + 1).as_bytes())).await, StatusCode::PAYLOAD_TOO_LARGE);
    let mut announced = signed(finished(REFERENCE).as_bytes());
    announced.headers_mut().insert("content-length", (BYTES_MAX + 1).into());
    assert_eq!(door.status(announced).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(door.kept(), 1);
}

proptest! {
    /// A stranger is never told to go elsewhere or to stop asking, and nothing of it is kept.
    #[test]
    fn strangers_change_nothing(
        body in proptest::collection::vec(any::<u8>(), 0..200),
        signature in "[ -~]{0,100}", timestamp in "[0-9-]{0,20}", id in "[ -~]{0,20}",
    ) {
        let request = Request::builder().method(Method::POST).uri(PATH).header("webhook-id", id)
            .header("webhook-timestamp", timestamp).header("webhook-signature", signature).body(Body::from(body)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let door = Door::new();
        prop_assert_eq!(runtime.block_on(door.status(request)), StatusCode::UNAUTHORIZED);
        prop_assert_eq!(door.kept(), 0);
    }
}
