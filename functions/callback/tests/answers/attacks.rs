//! What people try who hold no secret, and what senders do who mean no harm and do it anyway.

use crate::door::{Door, NOW, REFERENCE, finished, secret, signed, signed_by};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Request, StatusCode},
};
use callback::{BODY_TIME, CALLBACKS_AT_ONCE_MAX};
use contract::{callback::CALLBACK_BYTES_MAX, queue::ResultsMessage};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use webhook::{SIGNATURES_MAX, Secret};

/// A request whose body notices that somebody reads it.
fn watched(mut request: Request<Body>) -> (Request<Body>, Arc<AtomicBool>) {
    let read = Arc::new(AtomicBool::new(false));
    let notice = Arc::clone(&read);
    let body = stream::once(async move {
        notice.store(true, Ordering::Relaxed);
        Ok::<_, Infallible>(Bytes::from_static(b"{}"))
    });
    *request.body_mut() = Body::from_stream(body);
    (request, read)
}

/// A signed callback whose body is complete after `time`, having come byte by byte.
fn dripping(time: Duration) -> Request<Body> {
    let bytes = finished(REFERENCE).into_bytes();
    let pause = time / u32::try_from(bytes.len()).expect("a callback is short");
    let mut request = signed(&bytes);
    let drip = stream::iter(bytes).then(move |byte| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Infallible>(Bytes::copy_from_slice(&[byte]))
    });
    *request.body_mut() = Body::from_stream(drip);
    request
}

/// Whether a signed callback with one header changed is refused before its body is read.
async fn is_refused_unread(name: &'static str, value: &[u8]) -> bool {
    let mut request = signed(finished(REFERENCE).as_bytes());
    request.headers_mut().insert(name, HeaderValue::from_bytes(value).expect("a header may hold it"));
    let (request, read) = watched(request);
    let status = Door::new().status(request).await;
    status == StatusCode::UNAUTHORIZED && !read.load(Ordering::Relaxed)
}

#[tokio::test]
async fn odd_headers_are_refused_before_any_of_the_body_is_read() {
    let wrong = format!("v1,{}= ", "A".repeat(43));
    let good = secret().sign("msg_1", NOW, finished(REFERENCE).as_bytes());
    let thousands = format!("{}{good}", wrong.repeat(5000));
    let one_too_many = format!("{}{good}", wrong.repeat(SIGNATURES_MAX));
    let signatures = [
        b"".as_slice(),
        b"v1",
        b"v1,",
        b"v1,\xFF",
        b"v2,AAAA",
        thousands.as_bytes(),
        one_too_many.as_bytes(),
    ];
    for value in signatures {
        assert!(is_refused_unread("webhook-signature", value).await, "{:.60}", value.escape_ascii());
    }
    let stale = (NOW - 301).to_string();
    let future = (NOW + 301).to_string();
    let timestamps = [
        "",
        "-1",
        "0",
        "soon",
        "+1800000000",
        " 1800000001",
        "1800000000.0",
        "1.8e9",
        "0x6b49d200",
        "1800000000,1800000000",
        "-9223372036854775808",
        "9223372036854775807",
        "9223372036854775808",
        stale.as_str(),
        future.as_str(),
    ];
    for value in timestamps.map(str::as_bytes).into_iter().chain([b"\xD9\xA1".as_slice(), b"180000000\xFF"]) {
        assert!(is_refused_unread("webhook-timestamp", value).await, "{}", value.escape_ascii());
    }
    for value in [b"".as_slice(), b"msg.1", b"msg 1", b"msg\t1", b"msg\xFF1", &[b'm'; 257]] {
        assert!(is_refused_unread("webhook-id", value).await, "{}", value.escape_ascii());
    }
}

#[tokio::test]
async fn a_header_that_is_there_twice_says_nothing() {
    let door = Door::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut request = signed(finished(REFERENCE).as_bytes());
        let again = request.headers()[name].clone();
        request.headers_mut().append(name, again);
        assert_eq!(door.status(request).await, StatusCode::UNAUTHORIZED, "{name}");
    }
    assert_eq!(door.kept(), 0);
}

#[tokio::test]
async fn signed_nonsense_is_malformed_however_deep_it_is() {
    let door = Door::new();
    let unknown_field =
        |value: &str| finished(REFERENCE).replace("\"data\"", &format!("\"more\":{value},\"data\""));
    let deep = "[".repeat(CALLBACK_BYTES_MAX);
    let unclosed = unknown_field(&"{\"a\":".repeat(40_000));
    for body in ["<html>", "{\"type\"", "\0", deep.as_str(), unclosed.as_str()] {
        assert_eq!(door.status(signed(body.as_bytes())).await, StatusCode::BAD_REQUEST, "{body:.40}");
    }
    assert_eq!(door.kept(), 0);
    let nested = unknown_field(&format!("{}{}", "[".repeat(100), "]".repeat(100)));
    assert_eq!(door.status(signed(nested.as_bytes())).await, StatusCode::ACCEPTED);
}

#[tokio::test(start_paused = true)]
async fn a_body_has_five_seconds_to_come() {
    let door = Door::new();
    let late = Duration::from_millis(300);
    assert_eq!(door.status(dripping(BODY_TIME.saturating_sub(late))).await, StatusCode::ACCEPTED);
    assert_eq!(door.status(dripping(BODY_TIME + late)).await, StatusCode::REQUEST_TIMEOUT);
    let mut never = signed(b"");
    *never.body_mut() = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let before = tokio::time::Instant::now();
    assert_eq!(door.status(never).await, StatusCode::REQUEST_TIMEOUT);
    assert!(before.elapsed() < BODY_TIME + late, "{:?}", before.elapsed());
    assert_eq!(door.kept(), 1);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_the_callback() {
    let door = Door::new();
    let mut request = signed(finished(REFERENCE).as_bytes());
    let half = Ok(Bytes::from_static(b"{\"type\""));
    let broken = stream::iter([half, Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))]);
    *request.body_mut() = Body::from_stream(broken);
    assert_eq!(door.status(request).await, StatusCode::BAD_REQUEST);
    assert_eq!(door.kept(), 0);
}

#[tokio::test(start_paused = true)]
async fn slow_senders_fill_the_places_for_a_while_and_others_are_asked_to_come_again() {
    let door = Arc::new(Door::new());
    let slow = |count: usize| {
        let senders = (0..count).map(|_| {
            let door = Arc::clone(&door);
            tokio::spawn(async move { door.status(dripping(Duration::from_hours(1))).await })
        });
        senders.collect::<Vec<_>>()
    };
    let senders = slow(CALLBACKS_AT_ONCE_MAX - 1);
    tokio::task::yield_now().await;
    assert_eq!(
        door.status(signed(finished(REFERENCE).as_bytes())).await,
        StatusCode::ACCEPTED,
        "the last place"
    );
    let last = slow(1);
    tokio::task::yield_now().await;
    let full = door.knock(signed(finished(REFERENCE).as_bytes())).await;
    assert_eq!(full.status(), StatusCode::TOO_MANY_REQUESTS);
    let retry_after: u64 = full.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    let (unsigned, _) = watched(Request::post(callback::PATH).body(Body::empty()).unwrap());
    assert_eq!(door.status(unsigned).await, StatusCode::UNAUTHORIZED, "whoever is refused takes no place");
    tokio::time::sleep(Duration::from_secs(retry_after)).await;
    assert_eq!(door.status(signed(finished(REFERENCE).as_bytes())).await, StatusCode::ACCEPTED);
    for sender in senders.into_iter().chain(last) {
        assert_eq!(sender.await.unwrap(), StatusCode::REQUEST_TIMEOUT);
    }
    assert_eq!(door.kept(), 2);
}

#[tokio::test]
async fn a_clock_that_is_wrong_closes_the_door_and_breaks_nothing() {
    let door = Door::new();
    for (hours, expect) in [(1, 401), (-1, 401), (0, 202)] {
        door.clock.set(Timestamp::from_second(NOW + hours * 3600).unwrap());
        let status = door.status(signed(finished(REFERENCE).as_bytes())).await;
        assert_eq!(status.as_u16(), expect, "{hours} h");
    }
    for moment in [Timestamp::MIN, Timestamp::MAX] {
        door.clock.set(moment);
        assert_eq!(door.status(signed(finished(REFERENCE).as_bytes())).await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn both_secrets_count_while_they_are_rotated_and_the_old_one_not_after() {
    let [old, new] = [1, 2].map(|fill| Secret::from_bytes(&[fill; 32]).unwrap());
    let body = finished(REFERENCE);
    let check = async |secrets: &[&Secret], signer: &Secret, expect: StatusCode| {
        let door = Door::believing(secrets.iter().copied().cloned().collect());
        assert_eq!(door.status(signed_by(signer, "msg_1", body.as_bytes())).await, expect);
    };
    check(&[&old], &new, StatusCode::UNAUTHORIZED).await;
    check(&[&new, &old], &old, StatusCode::ACCEPTED).await;
    check(&[&new, &old], &new, StatusCode::ACCEPTED).await;
    check(&[&new], &old, StatusCode::UNAUTHORIZED).await;
}

/// JSON inside JSON grows; the largest callback must still fit into a message.
#[tokio::test]
async fn the_largest_callback_fits_into_a_queue_message() {
    let door = Door::new();
    let body = finished(REFERENCE);
    // Line ends and quotes are what grows most of what JSON may hold unescaped; both double.
    let body = format!("{body}{}", "\n".repeat(CALLBACK_BYTES_MAX - body.len()));
    let id = "\"".repeat(webhook::ID_BYTES_MAX);
    assert_eq!(door.status(signed_by(&secret(), &id, body.as_bytes())).await, StatusCode::ACCEPTED);
    let kept = door.desk.kept.lock().unwrap();
    let [message @ ResultsMessage::Received { .. }] = kept.as_slice() else {
        panic!("{} messages", kept.len())
    };
    let bytes = serde_json::to_string(message).unwrap().len();
    assert!((2 * CALLBACK_BYTES_MAX..edge::MESSAGE_BYTES_MAX).contains(&bytes), "{bytes}");
}
