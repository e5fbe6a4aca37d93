//! Each limit of a request on both of its sides, and what a person is told when too much goes on.

use super::world::World;
use crate::{
    allowance::{REQUESTS_PER_SECOND_MAX, SAVED_SECONDS_MAX},
    app::BODY_BYTES_MAX,
    contents::{CAPTIONS_BYTES_MAX, INLINE_BYTES_MAX, PARSED_BYTES_MAX},
    crowd::REQUESTS_AT_ONCE_MAX,
    notes::NOTE_CHARS_MAX,
    operations::{CAUSE_BYTES_MAX, REDRIVEN_MAX},
    uploads::{ADDRESSES_MAX, COMPLETE_BYTES_MAX},
};
use axum::body::{Body, Bytes};
use futures::{FutureExt as _, stream};
use http::{Method, Request};
use serde_json::{Value, json};
use std::convert::Infallible;
use tower::ServiceExt as _;

const TEACHER: &str = "teacher@school-1";
const OPERATOR: &str = "operator@school-1";
const EVALUATOR: &str = "evaluator@school-1";
const PART_BYTES: usize = 8 * 1024 * 1024;

fn signed(world: &World, person: &str, method: Method, path: &str, body: Body) -> Request<Body> {
    let bearer = format!("Bearer {}", world.token(person));
    Request::builder().method(method).uri(path).header("authorization", bearer).body(body).unwrap()
}

/// JSON followed by spaces, so many bytes in all.
fn padded(json: &Value, bytes: usize) -> Body {
    let json = json.to_string();
    format!("{json}{}", " ".repeat(bytes - json.len())).into()
}

#[tokio::test]
async fn bodies_are_taken_up_to_their_length() {
    let world = World::new().await;
    let id = world.declare(TEACHER, "plan.docx").await;
    let complete = format!("/api/uploads/{id}/complete");
    let declare = json!({"file_name": "plan.docx", "size": 1});
    let no_parts = json!({"parts": []});
    for (path, json, limit, taken) in
        [("/api/uploads", &declare, BODY_BYTES_MAX, 201), (&complete, &no_parts, COMPLETE_BYTES_MAX, 409)]
    {
        for (bytes, expect) in [(limit - 1, taken), (limit, taken), (limit + 1, 413)] {
            let request = signed(&world, TEACHER, Method::POST, path, padded(json, bytes));
            let answer = world.send(request).await;
            assert_eq!(answer.status.as_u16(), expect, "{path} with {bytes} bytes: {answer:?}");
        }
    }
}

#[tokio::test]
async fn addresses_and_redrives_come_in_portions() {
    let world = World::new().await;
    for (parts, next) in
        [(ADDRESSES_MAX - 1, None), (ADDRESSES_MAX, None), (ADDRESSES_MAX + 1, Some(ADDRESSES_MAX + 1))]
    {
        let wish = json!({"file_name": "film.mp4", "size": parts * PART_BYTES});
        let begun = world.post(TEACHER, "/api/uploads", wish).await.json();
        assert_eq!(begun["parts"].as_array().unwrap().len(), parts.min(ADDRESSES_MAX));
        assert_eq!(begun["next"].as_u64(), next.map(|next| next as u64), "{parts}");
    }
    for (count, expect) in [(REDRIVEN_MAX - 1, 200), (REDRIVEN_MAX, 200), (REDRIVEN_MAX + 1, 422)] {
        let ids: Vec<_> = (0..count).map(|number| number.to_string()).collect();
        let answer = world.post(OPERATOR, "/api/operations/redrive", json!({"ids": ids})).await;
        assert_eq!(answer.status.as_u16(), expect, "{count}");
    }
    for (bytes, expect) in [(CAUSE_BYTES_MAX - 1, 200), (CAUSE_BYTES_MAX, 200), (CAUSE_BYTES_MAX + 1, 400)] {
        let cause = "c".repeat(bytes);
        let redrive = world.post(OPERATOR, "/api/operations/redrive", json!({"cause": cause})).await;
        let failed = world.get(OPERATOR, &format!("/api/operations/failed?cause={cause}")).await;
        assert_eq!((redrive.status.as_u16(), failed.status.as_u16()), (expect, expect), "{bytes}");
    }
}

/// What is answered in place of a normalized document of this text, and of its captions.
async fn contents(text: &str) -> (String, (u16, String)) {
    let world = World::new().await;
    let id = world.declare(TEACHER, "film.mp4").await;
    world.arrive(&id).await;
    world.normalize(&id, text).await;
    let normalized = world.get(TEACHER, &format!("/api/documents/{id}/normalized")).await;
    (normalized.text, world.get(TEACHER, &format!("/api/documents/{id}/captions.vtt")).await.problem())
}

#[tokio::test]
async fn what_is_long_is_answered_as_a_link() {
    let with_speech = |text: &str| {
        json!({"transcript": {"segments": [{"id": "s1", "start_ms": 0, "end_ms": 10, "text": text}]}})
            .to_string()
    };
    let short = with_speech("x");
    let of_length =
        |bytes: u64| format!("{short}{}", " ".repeat(usize::try_from(bytes).unwrap() - short.len()));
    for (bytes, in_place) in
        [(INLINE_BYTES_MAX - 1, true), (INLINE_BYTES_MAX, true), (INLINE_BYTES_MAX + 1, false)]
    {
        let text = of_length(bytes);
        assert_eq!(contents(&text).await.0 == text, in_place, "{bytes}");
    }
    let (taken, refused) = ((200, String::new()), (422, "captions-too-large".to_owned()));
    for (bytes, expect) in
        [(PARSED_BYTES_MAX - 1, &taken), (PARSED_BYTES_MAX, &taken), (PARSED_BYTES_MAX + 1, &refused)]
    {
        assert_eq!(&contents(&of_length(bytes)).await.1, expect, "{bytes}");
    }
    for (bytes, expect) in
        [(CAPTIONS_BYTES_MAX - 1, &taken), (CAPTIONS_BYTES_MAX, &taken), (CAPTIONS_BYTES_MAX + 1, &refused)]
    {
        assert_eq!(&contents(&speech_with_captions(bytes)).await.1, expect, "{bytes}");
    }
}

/// A normalized document whose captions have so many bytes: lines of forty letters or so, one every two seconds.
fn speech_with_captions(bytes: usize) -> String {
    let around_line = "\n00:00:00.000 --> 00:00:00.000\n\n".len();
    let in_cues = bytes - "WEBVTT\n".len();
    let count = in_cues.div_ceil(around_line + 40);
    let letters = in_cues - count * around_line;
    let segment = |index: usize| {
        let length = letters / count + usize::from(index < letters % count);
        json!({"id": "s", "start_ms": index * 2_000, "end_ms": index * 2_000 + 1_500, "text": "x".repeat(length)})
    };
    json!({"transcript": {"segments": (0..count).map(segment).collect::<Vec<_>>()}}).to_string()
}

/// Somebody else always writes first, or the table is throttled longer than the client tries.
#[tokio::test(start_paused = true)]
async fn contention_and_throttling_that_last_are_told_with_a_time_to_come_again() {
    for (operation, error) in [
        ("PutItem", "ConditionalCheckFailedException"),
        ("PutItem", "ProvisionedThroughputExceededException"),
        ("PutItem", "ThrottlingException"),
        ("GetItem", "ThrottlingException"),
        ("GetItem", "RequestLimitExceeded"),
    ] {
        let world = World::new().await;
        let id = world.declare(TEACHER, "plan.docx").await;
        world.aws.refuse(operation, error);
        let wish = json!({"file_name": "plan.docx", "size": 1});
        let answers = [
            world.post(TEACHER, "/api/uploads", wish).await,
            world.delete(TEACHER, &format!("/api/documents/{id}")).await,
            world.delete(TEACHER, &format!("/api/uploads/{id}")).await,
        ];
        for answer in answers {
            assert_eq!(answer.problem(), (503, "unavailable".to_owned()), "{operation}: {error}");
            assert_eq!(answer.headers["retry-after"], "5");
        }
    }
}

#[tokio::test]
async fn a_crowd_is_asked_to_come_again() {
    let world = World::new().await;
    let mut others = Vec::new();
    for number in 0..REQUESTS_AT_ONCE_MAX - 1 {
        let endless = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        let request =
            signed(&world, &format!("teacher{number}@school-1"), Method::POST, "/api/uploads", endless);
        let mut other = Box::pin(world.router.clone().oneshot(request));
        assert!((&mut other).now_or_never().is_none(), "it waits for its body");
        others.push(other);
    }
    assert_eq!(world.get(TEACHER, "/api/documents").await.status, 200, "the last place");
    let endless = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let request = signed(&world, TEACHER, Method::POST, "/api/uploads", endless);
    let mut last = Box::pin(world.router.clone().oneshot(request));
    assert!((&mut last).now_or_never().is_none());
    let refused = world.get(TEACHER, "/api/documents").await;
    assert_eq!(refused.problem(), (429, "too-many-requests".to_owned()));
    assert_eq!(refused.headers["retry-after"], "5");
    drop(last);
    assert_eq!(world.get(TEACHER, "/api/documents").await.status, 200);
}

#[tokio::test]
async fn notes_are_taken_up_to_their_length() {
    let world = World::new().await;
    let id = world.declare(TEACHER, "plan.md").await;
    let path = format!("/api/documents/{id}/notes");
    let write = async |body: String| world.post(EVALUATOR, &path, json!({"body": body})).await.problem();
    let (taken, wrong) = ((201, String::new()), (422, "field-wrong".to_owned()));
    for (chars, expect) in
        [(NOTE_CHARS_MAX - 1, &taken), (NOTE_CHARS_MAX, &taken), (NOTE_CHARS_MAX + 1, &wrong)]
    {
        assert_eq!(&write("ü".repeat(chars)).await, expect, "{chars}");
    }
    for odd in ["", " \n", "a\u{7}"] {
        assert_eq!(write(odd.to_owned()).await, wrong, "{odd:?}");
    }
}

#[tokio::test]
async fn a_person_has_an_allowance_of_requests() {
    let world = World::new().await;
    for _ in 0..REQUESTS_PER_SECOND_MAX * SAVED_SECONDS_MAX {
        assert_eq!(world.get(TEACHER, "/api/me").await.status, 200);
    }
    let refused = world.get(TEACHER, "/api/me").await;
    assert_eq!(refused.problem(), (429, "too-many-requests".to_owned()));
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(world.get(EVALUATOR, "/api/me").await.status, 200, "another person has their own");
    world.advance_a_second();
    assert_eq!(world.get(TEACHER, "/api/me").await.status, 200);
}
