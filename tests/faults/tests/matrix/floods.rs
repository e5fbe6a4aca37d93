//! Floods and limits: 47 to 52.

use crate::{
    callbacks::{Awaited, awaited, knock, now, secret, signed, state},
    case::{Case, Ends, case},
    story::{ended, put, ready_after},
};
use axum::body::Body;
use faults::{Acknowledged, Behaviour, Fault, Handout, Simulation, When, people::UPLOADS};
use futures::{future::join_all, stream};
use jiff::SignedDuration;
use serde_json::json;
use std::time::Duration;

/// Uploads that come at once here; the benchmark lets ten thousand come.
const UPLOADS_AT_ONCE: usize = 100;
/// What the template lets be sent at once: five batches of ten.
const SENT_AT_ONCE_MAX: usize = 50;
/// Places that the template reserves for callbacks.
const PLACES: usize = 20;
/// After this long a new secret is believed (`SECRET_DOUBT_TIME` of the functions).
const SEEN_TIME: Duration = Duration::from_secs(30);
/// After this long an old one is not (`SECRET_KEPT_TIME`).
const FORGOTTEN_TIME: Duration = Duration::from_mins(5);

const BODY_MAX: &str = "crates/contract/src/callback.rs CALLBACK_BYTES_MAX";
const TOLERANCE: &str = "crates/webhook/src/receiver.rs TOLERANCE_SECONDS";
const SECRETS: &str = "functions/callback/src/keys.rs fn others";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case!(47, f47_many_uploads_at_once, Ends::Once, ["infra/template.yaml MaximumConcurrency: 5"]),
        case!(
            48,
            f48_slow_senders_lose_their_places,
            Ends::Refused,
            [
                "functions/callback/src/lib.rs BODY_TIME",
                "infra/template.yaml ReservedConcurrentExecutions: !If [CallbacksHaveTheirOwn"
            ]
        ),
        case!(
            48,
            f48_a_valid_callback_survives_a_flood,
            Ends::Once,
            ["local/src/host/functions.rs TOO_MANY_REQUESTS"]
        ),
        case!(49, f49_callbacks_at_their_limit, Ends::Refused, [BODY_MAX]),
        case!(49, f49_ids_at_their_limit, Ends::Refused, ["crates/webhook/src/header.rs ID_BYTES_MAX"]),
        case!(49, f49_uploads_at_their_limit, Ends::Error, ["functions/ingest/src/lib.rs upload_bytes_max"]),
        case!(
            49,
            f49_file_names_at_their_limit,
            Ends::Refused,
            ["functions/api/src/uploads/declare.rs FILE_NAME_BYTES_MAX"]
        ),
        case!(50, f50_an_hour_ahead, Ends::Once, ["crates/document/src/timing.rs deadline_max"]),
        case!(50, f50_an_hour_back, Ends::Once, ["crates/document/src/timing.rs deadline_max"]),
        case!(50, f50_signatures_fail_closed, Ends::Refused, [TOLERANCE]),
        case!(
            51,
            f51_a_secret_is_rotated,
            Ends::Once,
            [SECRETS, "crates/webhook/src/receiver.rs self.secrets.iter()"]
        ),
        case!(52, f52_results_start_nothing, Ends::Once, ["infra/template.yaml NotificationConfiguration"]),
    ]
}

async fn f47_many_uploads_at_once(simulation: &Simulation) {
    let slow = Fault::Slow(Duration::from_secs(2));
    let times = u32::try_from(UPLOADS_AT_ONCE).unwrap_or(u32::MAX);
    simulation.faults.script_times("processor POST", When::Before, 0, times, slow);
    let handouts: Vec<_> = (0..UPLOADS_AT_ONCE as u64).map(Handout::plan).collect();
    let uploads = join_all(handouts.iter().map(|handout| put(simulation, handout))).await;
    assert!(simulation.drain().await);
    let items = simulation.items().await;
    let ready = items.iter().filter(|item| item["status"] == "ready").count();
    assert_eq!(
        (ready, items.len(), simulation.processor.jobs()),
        (uploads.len(), uploads.len(), uploads.len())
    );
    let at_once = simulation.network.at_once_max();
    assert!((10..=SENT_AT_ONCE_MAX).contains(&at_once), "{at_once} were sent at once");
}

/// Sends a callback whose body never ends.
async fn dawdle(simulation: &Simulation, number: usize) -> u16 {
    let (id, at) = (format!("msg_{number}"), now(simulation));
    let signature = secret().sign(&id, at, b"");
    let at = at.to_string();
    let headers = [(webhook::ID, id.as_str()), (webhook::TIMESTAMP, &at), (webhook::SIGNATURE, &signature)];
    let body = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
    knock(simulation, &headers, body).await
}

async fn f48_slow_senders_lose_their_places(simulation: &Simulation) {
    let awaited = awaited(simulation, 1).await;
    let before = state(simulation).await;
    let (began, senders) = (simulation.clock.elapsed(), 0..300);
    let answers = join_all(senders.map(|number| dawdle(simulation, number))).await;
    let count = |status: u16| answers.iter().filter(|answer| **answer == status).count();
    assert_eq!((count(408), count(429)), (PLACES, 300 - PLACES));
    assert!(
        simulation.clock.elapsed().saturating_sub(began) < Duration::from_secs(6),
        "none of them holds its place for long"
    );
    assert_eq!(state(simulation).await, before);
    ready_after(simulation, &awaited.upload, 1).await;
}

async fn f48_a_valid_callback_survives_a_flood(simulation: &Simulation) {
    let Awaited { upload, body, .. } = awaited(simulation, 1).await;
    let flood = async {
        for wave in 0..4 {
            join_all((0..100).map(|number| dawdle(simulation, wave * 100 + number))).await;
        }
    };
    let valid = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let refused = signed(simulation, "msg_valid", now(simulation), &body).await;
        assert_eq!(refused, 429, "there is no place for it now");
        simulation.processor.call_back("msg_valid", &body).await;
    };
    tokio::join!(flood, valid);
    let document = ready_after(simulation, &upload, 1).await;
    assert!(
        simulation.clock.elapsed() < Duration::from_mins(30),
        "it came through without being asked for: {document:#}"
    );
}

async fn f49_callbacks_at_their_limit(simulation: &Simulation) {
    const LIMIT: usize = 256 * 1024;
    let awaited = awaited(simulation, 1).await;
    let before = state(simulation).await;
    let padded = |bytes: usize| {
        let mut body = awaited.body.clone();
        body.resize(bytes, b' ');
        body
    };
    let at = now(simulation);
    assert_eq!(signed(simulation, "msg_1", at, &padded(LIMIT + 1)).await, 413);
    // Nor is one that does not say how long it is.
    let (body, id) = (padded(LIMIT + 1), "msg_2");
    let signature = secret().sign(id, at, &body);
    let timestamp = at.to_string();
    let headers = [(webhook::ID, id), (webhook::TIMESTAMP, &timestamp), (webhook::SIGNATURE, &signature)];
    let pieces = body.chunks(1000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
    assert_eq!(knock(simulation, &headers, Body::from_stream(stream::iter(pieces))).await, 413);
    assert_eq!(state(simulation).await, before);
    for bytes in [LIMIT - 1, LIMIT] {
        assert_eq!(signed(simulation, "msg_3", at, &padded(bytes)).await, 202, "{bytes}");
    }
    ready_after(simulation, &awaited.upload, 1).await;
}

async fn f49_ids_at_their_limit(simulation: &Simulation) {
    const LIMIT: usize = 256;
    let awaited = awaited(simulation, 1).await;
    let at = now(simulation);
    let before = state(simulation).await;
    for bytes in [0, LIMIT + 1] {
        assert_eq!(signed(simulation, &"i".repeat(bytes), at, &awaited.body).await, 401, "{bytes}");
    }
    assert_eq!(state(simulation).await, before);
    for bytes in [1, LIMIT - 1, LIMIT] {
        assert_eq!(signed(simulation, &"i".repeat(bytes), at, &awaited.body).await, 202, "{bytes}");
    }
    ready_after(simulation, &awaited.upload, 1).await;
}

/// A plan of so many bytes.
fn sized(number: u64, bytes: usize, valid: bool) -> Handout {
    let mut handout = Handout { valid, ..Handout::plan(number) };
    handout.content.resize(bytes, b'\n');
    handout
}

/// Announces an upload, and cancels it if it was allowed; the status of the answer to the announcement.
async fn announced(simulation: &Simulation, name: &str, size: usize) -> u16 {
    let wanted = json!({ "file_name": name, "size": size });
    let answer = simulation.people.ask("teacher", "POST", "/api/uploads", Some(wanted)).await;
    let answer = answer.expect("it is answered");
    if let Some(id) = answer.body["document_id"].as_str() {
        let cancelled = simulation.people.ask("teacher", "DELETE", &format!("/api/uploads/{id}"), None).await;
        assert!(cancelled.is_some_and(|answer| answer.status < 300));
    }
    answer.status
}

async fn f49_uploads_at_their_limit(simulation: &Simulation) {
    const LIMIT: usize = 1000;
    simulation
        .configure(|plan| {
            for function in &mut plan.functions {
                function.environment.insert("UPLOAD_BYTES_MAX".to_owned(), LIMIT.to_string());
            }
        })
        .await;
    for (number, bytes, status) in [(1, LIMIT - 1, "ready"), (2, LIMIT, "ready"), (3, LIMIT + 1, "rejected")]
    {
        let upload = put(simulation, &sized(number, bytes, status == "ready")).await;
        let document = ended(simulation, &upload, status).await;
        let code = document["failure"]["code"].as_str();
        assert_eq!(code, (status == "rejected").then_some("file-too-large"), "{bytes}");
    }
    let announce = async |size: usize| announced(simulation, "plan.md", size).await;
    let known = simulation.items().await.len();
    assert!((400..500).contains(&announce(LIMIT + 1).await));
    assert!((400..500).contains(&announce(0).await));
    assert_eq!(simulation.items().await.len(), known);
    assert_eq!(announce(LIMIT).await, 201);
}

async fn f49_file_names_at_their_limit(simulation: &Simulation) {
    let announce = async |bytes: usize| {
        let name = format!("{}.md", "n".repeat(bytes - 3));
        announced(simulation, &name, 10).await
    };
    assert!((400..500).contains(&announce(256).await));
    assert_eq!(simulation.items().await.len(), 0);
    assert_eq!((announce(254).await, announce(255).await), (201, 201));
}

/// Three plans in three places while the clock is wrong; each comes through once.
async fn with_the_clock_off(simulation: &Simulation, by: SignedDuration) {
    simulation.processor.next(Behaviour::Late(Duration::from_mins(30)));
    let mut uploads: Vec<Acknowledged> = vec![put(simulation, &Handout::plan(1)).await];
    tokio::time::sleep(Duration::from_mins(1)).await;
    uploads.push(put(simulation, &Handout::plan(2)).await);
    simulation.clock.step(by);
    uploads.push(put(simulation, &Handout::video(3)).await);
    tokio::time::sleep(Duration::from_mins(10)).await;
    simulation.clock.correct();
    tokio::time::sleep(Duration::from_mins(1)).await;
    simulation.clock.step(-by);
    tokio::time::sleep(Duration::from_mins(40)).await;
    simulation.clock.correct();
    for upload in &uploads {
        ended(simulation, upload, "ready").await;
    }
    assert_eq!(simulation.processor.jobs(), uploads.len(), "one job for each");
}

async fn f50_an_hour_ahead(simulation: &Simulation) {
    with_the_clock_off(simulation, SignedDuration::from_hours(1)).await;
}

async fn f50_an_hour_back(simulation: &Simulation) {
    with_the_clock_off(simulation, SignedDuration::from_hours(-1)).await;
}

async fn f50_signatures_fail_closed(simulation: &Simulation) {
    let awaited = awaited(simulation, 1).await;
    let before = state(simulation).await;
    let at = now(simulation);
    for hours in [1, -1] {
        simulation.clock.step(SignedDuration::from_hours(hours));
        assert_eq!(signed(simulation, "msg_1", at, &awaited.body).await, 401, "{hours} h off");
        simulation.clock.correct();
    }
    assert_eq!(state(simulation).await, before);
    assert_eq!(signed(simulation, "msg_1", at, &awaited.body).await, 202);
    ready_after(simulation, &awaited.upload, 1).await;
}

async fn f51_a_secret_is_rotated(simulation: &Simulation) {
    let old = faults::processor::SECRET;
    let new = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let key = |text: &str| webhook::Secret::parse(text).expect("it is a secret");
    // An operator puts a new value; nothing is started anew.
    let accept = async |secrets: String| {
        let (name, arn) = simulation.secret("callback-secrets");
        simulation.storage.secrets.put(local_secrets::SecretSpec { name, arn, text: secrets });
        tokio::time::sleep(SEEN_TIME).await;
    };
    let knock_with = async |secret: &str, awaited: &Awaited| {
        let at = now(simulation);
        let signature = key(secret).sign("msg_1", at, &awaited.body);
        let at = at.to_string();
        let headers = [(webhook::ID, "msg_1"), (webhook::TIMESTAMP, &at), (webhook::SIGNATURE, &signature)];
        knock(simulation, &headers, awaited.body.clone()).await
    };
    let first = awaited(simulation, 1).await;
    assert_eq!(knock_with(new, &first).await, 401, "nobody was told of it yet");
    accept(format!("{new},{old}")).await;
    let second = awaited(simulation, 2).await;
    assert_eq!(knock_with(old, &first).await, 202);
    assert_eq!(knock_with(new, &second).await, 202);
    // The processor signs with both while it rotates; its callback is believed by whichever is still known.
    simulation.processor.sign_with(vec![key(new), key(old)]);
    accept(new.to_owned()).await;
    tokio::time::sleep(FORGOTTEN_TIME).await;
    let third = awaited(simulation, 3).await;
    let before = state(simulation).await;
    assert_eq!(knock_with(old, &third).await, 401, "the old one has expired");
    assert_eq!(state(simulation).await, before);
    simulation.processor.call_back("msg_both", &third.body).await;
    for awaited in [&first, &second, &third] {
        ready_after(simulation, &awaited.upload, 3).await;
    }
    assert_eq!(simulation.network.asked(&http::Method::GET).len(), 0, "none of them had to be asked for");
}

async fn f52_results_start_nothing(simulation: &Simulation) {
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    let met = |point: &str| simulation.faults.passages(point);
    assert_eq!(
        (met("notify lectern-uploads"), met("invoke lectern-ingest")),
        (1, 1),
        "its own arrival, and nothing else"
    );
    for bucket in ["lectern-results", "lectern-normalized"] {
        let put = simulation.people.s3().put_object().bucket(bucket).key(&upload.key);
        put.body(Handout::plan(2).content.into()).send().await.expect("the bucket takes it");
        let delete = simulation.people.s3().delete_object().bucket(bucket).key(&upload.key);
        tokio::time::sleep(Duration::from_mins(1)).await;
        delete.send().await.expect("it is there");
    }
    assert_eq!(
        (met("notify lectern-uploads"), met("invoke lectern-ingest")),
        (1, 1),
        "outputs announce nothing"
    );
    // What Lectern made, handed in by a copy: a key that is nobody's starts nothing either.
    let key = document["normalized"]["key"].as_str().unwrap_or_default();
    let copy = simulation.people.s3().copy_object().copy_source(format!("lectern-normalized/{key}"));
    copy.bucket(UPLOADS).key(key).send().await.expect("the bucket takes it");
    assert!(simulation.drain().await);
    assert_eq!(met("invoke lectern-ingest"), 2, "it was looked at");
    assert_eq!(simulation.items().await, [document], "and passed over");
    assert_eq!(simulation.processor.jobs(), 1);
}
