//! What senders of callbacks are told, and what reaches the results queue.

mod attacks;
mod door;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use callback::PATH;
use contract::{
    callback::{CALLBACK_BYTES_MAX, CALLBACK_FILES_MAX},
    queue::ResultsMessage,
};
use door::{Door, REFERENCE, finished, signed};
use proptest::prelude::*;
use std::sync::atomic::Ordering;

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
    let files = vec![file; CALLBACK_FILES_MAX + 1].join(",");
    let many = finished(REFERENCE).replace("[]", &format!("[{files}]"));
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
    for (bytes, expect) in [
        (CALLBACK_BYTES_MAX - 1, StatusCode::ACCEPTED),
        (CALLBACK_BYTES_MAX, StatusCode::ACCEPTED),
        (CALLBACK_BYTES_MAX + 1, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(door.status(signed(sized(bytes).as_bytes())).await, expect, "{bytes}");
        let mut announced = signed(finished(REFERENCE).as_bytes());
        announced.headers_mut().insert("content-length", bytes.into());
        assert_eq!(door.status(announced).await, expect, "announced: {bytes}");
    }
    assert_eq!(door.kept(), 4);
    let mut unsigned = Request::post(PATH).body(Body::empty()).unwrap();
    unsigned.headers_mut().insert("content-length", (CALLBACK_BYTES_MAX + 1).into());
    assert_eq!(door.status(unsigned).await, StatusCode::PAYLOAD_TOO_LARGE, "whoever sends it");
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
