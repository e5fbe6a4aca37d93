//! Forgery and attack: 38 to 46.

use crate::{
    callbacks::{awaited, knock, now, secret, signed, state},
    case::{Case, Ends, case},
    story::{attempts, ended, hand_in, notes, put, ready_after},
};
use axum::body::Body;
use faults::{Acknowledged, Alarms, Behaviour, Handout, Simulation, Wrong, processor::FILES_HOST};
use futures::{StreamExt as _, stream};
use http::Method;
use serde_json::{Value, json};
use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

const NO_MATCH: &str = "crates/webhook/src/receiver.rs matched.ok_or(Rejection::NoMatch)";
const SIGNATURES: &str = "crates/webhook/src/header.rs SIGNATURES_MAX";
const TOLERANCE: &str = "crates/webhook/src/receiver.rs TOLERANCE_SECONDS";
const HAS_ISSUED: &str = "functions/callback/src/lib.rs has_issued";
const POLICY: &str = "functions/collect/src/guard/policy.rs fn permit";
const JUDGED: &str = "functions/collect/src/guard/mod.rs fn judged";

pub(crate) fn cases() -> Vec<Case> {
    [callbacks(), addresses(), people()].concat()
}

fn callbacks() -> Vec<Case> {
    vec![
        case!(38, f38_signatures_that_prove_nothing, Ends::Refused, [NO_MATCH]),
        case!(38, f38_the_secret_of_another, Ends::Refused, [NO_MATCH]),
        case!(38, f38_thousands_of_signatures, Ends::Refused, [SIGNATURES]),
        case!(
            39,
            f39_timestamps_that_prove_nothing,
            Ends::Refused,
            [TOLERANCE, "crates/webhook/src/header.rs seconds.to_string() != text"]
        ),
        case!(40, f40_a_changed_byte, Ends::Refused, [NO_MATCH]),
        case!(40, f40_a_dot_in_an_id, Ends::Refused, ["crates/webhook/src/header.rs *b != b'.'"]),
        case!(41, f41_references_that_nobody_gave_out, Ends::Refused, [HAS_ISSUED]),
        case!(
            42,
            f42_a_callback_is_replayed,
            Ends::Once,
            ["functions/collect/src/receipt.rs fn is_same", TOLERANCE]
        ),
    ]
}

fn addresses() -> Vec<Case> {
    vec![
        case!(43, f43_addresses_that_are_not_the_processors, Ends::Error, [POLICY]),
        case!(
            43,
            f43_names_that_lead_into_a_network,
            Ends::Error,
            [JUDGED, "functions/collect/src/guard/address.rs fn is_public"]
        ),
        case!(43, f43_a_name_that_changes_its_mind, Ends::Once, [JUDGED]),
        case!(
            43,
            f43_redirects_to_the_inside,
            Ends::Once,
            ["functions/collect/src/guard/mod.rs self.policy.permit(next.as_str())?"]
        ),
        case!(
            43,
            f43_redirects_without_end,
            Ends::Once,
            ["functions/collect/src/guard/mod.rs REDIRECTS_MAX"]
        ),
    ]
}

fn people() -> Vec<Case> {
    vec![
        case!(
            44,
            f44_odd_keys_come_back_as_they_went,
            Ends::Once,
            ["crates/edge/src/notification.rs fn created"]
        ),
        case!(44, f44_a_key_that_is_too_long, Ends::Refused, ["local/s3/Cargo.toml s3s"]),
        case!(44, f44_keys_that_are_nobodys, Ends::Refused, ["crates/document/src/identity.rs Place::of"]),
        case!(
            45,
            f45_scripts_are_inert,
            Ends::Once,
            [
                "functions/collect/src/vault.rs INERT_MEDIA_TYPE",
                "functions/api/src/app.rs X_CONTENT_TYPE_OPTIONS"
            ]
        ),
        case!(45, f45_files_that_could_run, Ends::Error, ["crates/document/src/file_type.rs fn of_name"]),
        case!(46, f46_another_schools_document, Ends::Refused, ["functions/api/src/app.rs fn find"]),
    ]
}

async fn f38_signatures_that_prove_nothing(simulation: &Simulation) {
    let awaited = awaited(simulation, 1).await;
    let before = state(simulation).await;
    let (id, at) = ("msg_1", now(simulation));
    let right = secret().sign(id, at, &awaited.body);
    let at = at.to_string();
    let cut = &right[..right.len() - 4];
    let other_version = right.replace("v1,", "v2,");
    let no_version = right.replace("v1,", "");
    let upper = right.replace("v1,", "V1,");
    for signature in ["", " ", "v1,", "v1,AAAA", "v1,not base64!", cut, &other_version, &no_version, &upper] {
        let headers = [(webhook::ID, id), (webhook::TIMESTAMP, &at), (webhook::SIGNATURE, signature)];
        assert_eq!(knock(simulation, &headers, awaited.body.clone()).await, 401, "{signature}");
    }
    let whole = [(webhook::ID, id), (webhook::TIMESTAMP, at.as_str()), (webhook::SIGNATURE, right.as_str())];
    for missing in 0..whole.len() {
        let headers: Vec<_> =
            whole.iter().enumerate().filter(|(n, _)| *n != missing).map(|(_, h)| *h).collect();
        assert_eq!(knock(simulation, &headers, awaited.body.clone()).await, 401, "{headers:?}");
        let twice = [whole.as_slice(), &whole[missing..=missing]].concat();
        assert_eq!(knock(simulation, &twice, awaited.body.clone()).await, 401, "{twice:?}");
    }
    assert_eq!(state(simulation).await, before);
    assert_eq!(knock(simulation, &whole, awaited.body.clone()).await, 202, "the same, rightly signed");
    ready_after(simulation, &awaited.upload, 1).await;
}

async fn f38_the_secret_of_another(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Forges);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    // The forged callback counted for nothing: the processor had to be asked.
    assert_eq!(notes(&document, "has not answered in time"), 1, "{document:#}");
}

async fn f38_thousands_of_signatures(simulation: &Simulation) {
    let awaited = awaited(simulation, 1).await;
    let before = state(simulation).await;
    let (id, at) = ("msg_1", now(simulation));
    let right = secret().sign(id, at, &awaited.body);
    let at = at.to_string();
    let wrong = webhook::Secret::from_bytes(&[9; 32]).expect("it is a secret").sign(id, 1, b"");
    for count in [webhook::SIGNATURES_MAX, 5_000] {
        let signatures = format!("{}{right}", format!("{wrong} ").repeat(count));
        let headers =
            [(webhook::ID, id), (webhook::TIMESTAMP, at.as_str()), (webhook::SIGNATURE, signatures.as_str())];
        let polled = Arc::new(AtomicU32::new(0));
        let count_polls = Arc::clone(&polled);
        let body = awaited.body.clone();
        let body = stream::once(async move { Ok::<_, std::io::Error>(body) }).inspect(move |_| {
            count_polls.fetch_add(1, Ordering::SeqCst);
        });
        assert_eq!(knock(simulation, &headers, Body::from_stream(body)).await, 401, "{count} wrong ones");
        assert_eq!(polled.load(Ordering::SeqCst), 0, "its body is not even read");
    }
    assert_eq!(state(simulation).await, before);
    let signatures = format!("{}{right}", format!("{wrong} ").repeat(webhook::SIGNATURES_MAX - 1));
    let headers =
        [(webhook::ID, id), (webhook::TIMESTAMP, at.as_str()), (webhook::SIGNATURE, signatures.as_str())];
    assert_eq!(knock(simulation, &headers, awaited.body.clone()).await, 202, "as many as are read");
    ready_after(simulation, &awaited.upload, 1).await;
}

async fn f39_timestamps_that_prove_nothing(simulation: &Simulation) {
    let awaited = awaited(simulation, 1).await;
    let before = state(simulation).await;
    let at = now(simulation);
    for timestamp in [at - 301, at + 301, 0, -1, i64::MIN, i64::MAX] {
        assert_eq!(signed(simulation, "msg_1", timestamp, &awaited.body).await, 401, "{timestamp}");
    }
    let right = secret().sign("msg_1", at, &awaited.body);
    let spelled = [
        format!("+{at}"),
        format!("0{at}"),
        format!("{at}.0"),
        format!("{at}e0"),
        format!("{at:x}"),
        "99999999999999999999".to_owned(),
        "now".to_owned(),
        String::new(),
    ];
    for timestamp in &spelled {
        let headers = [(webhook::ID, "msg_1"), (webhook::TIMESTAMP, timestamp), (webhook::SIGNATURE, &right)];
        assert_eq!(knock(simulation, &headers, awaited.body.clone()).await, 401, "{timestamp}");
    }
    assert_eq!(state(simulation).await, before);
    for timestamp in [at - 300, at + 300] {
        assert_eq!(signed(simulation, "msg_1", timestamp, &awaited.body).await, 202, "at the very edge");
    }
    ready_after(simulation, &awaited.upload, 1).await;
}

async fn f40_a_changed_byte(simulation: &Simulation) {
    let awaited = awaited(simulation, 1).await;
    let before = state(simulation).await;
    let at = now(simulation);
    let signature = secret().sign("msg_1", at, &awaited.body);
    let at = at.to_string();
    let headers =
        [(webhook::ID, "msg_1"), (webhook::TIMESTAMP, at.as_str()), (webhook::SIGNATURE, signature.as_str())];
    for index in (0..awaited.body.len()).step_by(97) {
        let mut body = awaited.body.clone();
        body[index] ^= 1;
        assert_eq!(knock(simulation, &headers, body).await, 401, "byte {index}");
    }
    for body in [
        [awaited.body.as_slice(), b" "].concat(),
        awaited.body[..awaited.body.len() - 1].to_vec(),
        Vec::new(),
    ] {
        assert_eq!(knock(simulation, &headers, body).await, 401, "longer or shorter");
    }
    let other_id = [("webhook-id", "msg_2"), headers[1], headers[2]];
    assert_eq!(knock(simulation, &other_id, awaited.body.clone()).await, 401, "another id");
    assert_eq!(state(simulation).await, before);
    assert_eq!(knock(simulation, &headers, awaited.body.clone()).await, 202);
    ready_after(simulation, &awaited.upload, 1).await;
}

async fn f40_a_dot_in_an_id(simulation: &Simulation) {
    let awaited = awaited(simulation, 1).await;
    let before = state(simulation).await;
    let at = now(simulation);
    for id in ["msg.1", ".", "msg_1.", "a b", "\u{e9}"] {
        assert_eq!(signed(simulation, id, at, &awaited.body).await, 401, "{id}");
    }
    // What was signed as one message cannot be sent as another whose parts are cut elsewhere.
    let moved = [format!("{at}.").as_bytes(), &awaited.body].concat();
    let signature = secret().sign("msg_1", at, &moved);
    let (id, at) = (format!("msg_1.{at}"), at.to_string());
    let headers = [(webhook::ID, id.as_str()), (webhook::TIMESTAMP, &at), (webhook::SIGNATURE, &signature)];
    assert_eq!(knock(simulation, &headers, awaited.body.clone()).await, 401);
    assert_eq!(state(simulation).await, before);
    ready_after(simulation, &awaited.upload, 1).await;
}

async fn f41_references_that_nobody_gave_out(simulation: &Simulation) {
    let alarms = Alarms::listen();
    let (one, other) = (awaited(simulation, 1).await, awaited(simulation, 2).await);
    let before = state(simulation).await;
    let parts = |reference: &str| reference.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (own, foreign) = (parts(&one.reference), parts(&other.reference));
    let references = [
        format!("{}.{}.1.{}", own[0], own[1], "0".repeat(32)),
        format!("{}.{}.1.{}", own[0], own[1], foreign[3]),
        format!("{}.{}.1.{}", own[0], foreign[1], foreign[3]),
        format!("{}.{}.2.{}", own[0], own[1], own[3]),
        format!("00000000-0000-7000-8000-000000000000.{}.1.{}", own[1], own[3]),
        "nobody".to_owned(),
    ];
    for reference in &references {
        let body = String::from_utf8_lossy(&one.body).replace(&one.reference, reference);
        assert_eq!(signed(simulation, "msg_1", now(simulation), body.as_bytes()).await, 404, "{reference}");
    }
    assert_eq!(alarms.count("a signed callback names an unknown reference"), references.len());
    assert_eq!(state(simulation).await, before);
    ready_after(simulation, &one.upload, 2).await;
    ended(simulation, &other.upload, "ready").await;
}

async fn f42_a_callback_is_replayed(simulation: &Simulation) {
    let awaited = awaited(simulation, 1).await;
    let at = now(simulation);
    assert_eq!(signed(simulation, "msg_1", at, &awaited.body).await, 202);
    tokio::time::sleep(Duration::from_mins(2)).await;
    let document = simulation.document(&awaited.upload).await;
    assert_eq!(document["status"], "ready", "{document:#}");
    for _ in 0..5 {
        assert_eq!(signed(simulation, "msg_1", at, &awaited.body).await, 202);
    }
    assert_eq!(ended(simulation, &awaited.upload, "ready").await, document, "a replay has no second effect");
    assert_eq!(signed(simulation, "msg_1", at, &awaited.body).await, 401, "and is not even believed later");
    assert_eq!(ready_after(simulation, &awaited.upload, 1).await, document);
}

/// Hands in a plan whose first three results lie at `url`, and gives the failure that it ends with.
async fn points_to(simulation: &Simulation, number: u64, url: &'static str) -> Value {
    for _ in 0..3 {
        simulation.processor.next(Behaviour::PointsTo(url));
    }
    let upload = put(simulation, &Handout::plan(number)).await;
    let document = ended(simulation, &upload, "failed").await;
    assert_eq!(attempts(&document), 3, "{url}");
    document["failure"].clone()
}

async fn f43_addresses_that_are_not_the_processors(simulation: &Simulation) {
    let urls = [
        "https://169.254.169.254/latest/meta-data/{}",
        "https://[::ffff:169.254.169.254]/{}",
        "https://[fd00:ec2::254]/{}",
        "https://2852039166/{}",
        "https://0x7f.1/{}",
        "https://localhost/{}",
        "http://files.processor.test/{}",
        "https://files.processor.test:8443/{}",
        "https://files.processor.test@10.0.0.1/{}",
        "https://files.processor.test.example.org/{}",
        "file:///etc/passwd?{}",
        "ftp://files.processor.test/{}",
        "data:text/plain,{}",
        "{}",
    ];
    for (number, url) in (1..).zip(urls) {
        let failure = points_to(simulation, number, url).await;
        assert_eq!(failure["cause"], "results-wrong/address-refused", "{url}: {failure}");
    }
    assert_eq!(simulation.network.connected(), Vec::new(), "no connection was made");
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("it is an address")
}

async fn f43_names_that_lead_into_a_network(simulation: &Simulation) {
    let alarms = Alarms::listen();
    let inside = [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "fd00::1",
    ];
    // Each attempt looks at most twice; one address inside is enough.
    for _ in 0..3 {
        for inside in inside {
            simulation.network.name(FILES_HOST, &[address("93.184.215.14"), address(inside)]);
        }
    }
    for number in 0..4 {
        let upload = put(simulation, &Handout::plan(number)).await;
        let document = ended(simulation, &upload, "failed").await;
        assert_eq!(document["failure"]["cause"], "results-wrong/address-private", "{document:#}");
    }
    assert_eq!(simulation.network.connected(), Vec::new(), "no connection was made");
    assert!(alarms.count("leads into a network") >= 12);
}

/// A plan comes through once so many attempts were in vain, without a connection to anybody but the processor.
async fn in_vain(simulation: &Simulation, vain: usize, word: &str) {
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, vain + 1).await;
    assert_eq!(attempts(&document), vain + 1);
    assert_eq!(notes(&document, word), vain, "{document:#}");
    let files = address("93.184.215.14");
    assert!(simulation.network.connected().iter().all(|to| to.ip() == files && to.port() == 443));
}

async fn f43_a_name_that_changes_its_mind(simulation: &Simulation) {
    simulation.network.name(FILES_HOST, &[address("93.184.215.14")]);
    simulation.network.name(FILES_HOST, &[address("169.254.169.254")]);
    in_vain(simulation, 1, "leads into a private network").await;
}

async fn f43_redirects_to_the_inside(simulation: &Simulation) {
    simulation.network.redirect("https://169.254.169.254/latest/meta-data/");
    simulation.network.redirect("http://127.0.0.1:8080/");
    in_vain(simulation, 2, "its address is not one that we fetch from").await;
}

async fn f43_redirects_without_end(simulation: &Simulation) {
    // Both files are fetched at once, and the first to follow its fourth gives up.
    for _ in 0..7 {
        simulation.network.redirect("/again");
    }
    in_vain(simulation, 1, "its address leads from one place to the next").await;
}

/// Puts a plan at a key, once; `None` if the bucket refuses it.
async fn put_once(simulation: &Simulation, key: &str, handout: &Handout) -> Option<Acknowledged> {
    let put = simulation.people.s3().put_object().bucket(faults::people::UPLOADS).key(key);
    let answer = put.body(handout.content.clone().into()).send().await.ok()?;
    let Handout { word, valid, kind, .. } = handout.clone();
    Some(Acknowledged {
        key: key.to_owned(),
        version: answer.version_id,
        document_id: None,
        word,
        valid,
        kind,
    })
}

async fn f44_odd_keys_come_back_as_they_went(simulation: &Simulation) {
    let long = format!("inbox/school-1/{}dplan.md", "d/".repeat(500));
    assert_eq!(long.len(), 1023);
    let keys = [
        "inbox/school-1/../../../etc/plan.md",
        "inbox/school-1/./plan.md",
        "inbox/school-1//plan.md",
        "inbox/school-1/caf\u{e9}.md",
        "inbox/school-1/cafe\u{301}.md",
        "inbox/school-1/\u{202e}dm.nalp.md",
        "inbox/school-1/a+b c%2Fd%00.md",
        "inbox/school-1/plan.exe\u{a0}.md",
        "inbox/school-1/\u{1f469}\u{200d}\u{1f3eb}.md",
        &long,
    ];
    for (number, key) in (0..).zip(keys) {
        let upload = put_once(simulation, key, &Handout::plan(number)).await;
        let upload = simulation.acknowledged(upload.expect(key));
        let document = ended(simulation, &upload, "ready").await;
        assert_eq!(document["key"], key, "it is neither decoded twice nor normalised");
        assert_eq!(document["file_name"], key.rsplit('/').next().unwrap_or_default());
    }
    assert_eq!(simulation.items().await.len(), keys.len(), "a document for each");
}

async fn f44_a_key_that_is_too_long(simulation: &Simulation) {
    let before = state(simulation).await;
    let key = format!("inbox/school-1/{}.md", "x".repeat(1024));
    assert!(put_once(simulation, &key, &Handout::plan(1)).await.is_none());
    assert_eq!(state(simulation).await, before);
}

async fn f44_keys_that_are_nobodys(simulation: &Simulation) {
    let keys = [
        "plan.md",
        "inbox/plan.md",
        "inbox//plan.md",
        "../inbox/school-1/plan.md",
        "uploads/00000000-0000-7000-8000-000000000000/plan.md",
        "uploads/../inbox/school-1/plan.md",
        "results/plan.md",
        "normalized/plan.md",
    ];
    for key in keys {
        put_once(simulation, key, &Handout::plan(1)).await.expect("S3 takes any key");
    }
    assert!(simulation.drain().await);
    assert_eq!(simulation.items().await, Vec::<Value>::new(), "none of them becomes a document");
    assert_eq!(simulation.processor.jobs(), 0);
}

async fn f45_scripts_are_inert(simulation: &Simulation) {
    let name = "<img src=x onerror=alert(1)>=cmd|' 'a1.md";
    simulation.processor.next(Behaviour::Returns(Wrong::Script));
    let upload = hand_in(simulation, &Handout { name: name.to_owned(), ..Handout::plan(1) }).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(document["file_name"], name, "data, and nothing but");
    let id = document["document_id"].as_str().unwrap_or_default();
    for path in ["", "/timeline", "/normalized"] {
        let path = format!("/api/documents/{id}{path}");
        let answer = simulation.people.ask("teacher", "GET", &path, None).await.expect("it is answered");
        let header =
            |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(header("content-type").as_deref(), Some("application/json"), "{path}");
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
        let text = answer.body["text"].to_string();
        assert!(!text.contains("alert") && !text.contains("<script"), "{path}: {text}");
    }
    for file in document["result"]["files"].as_array().expect("it has results") {
        let head = simulation
            .people
            .s3()
            .head_object()
            .bucket("lectern-results")
            .key(file["key"].as_str().unwrap_or(""));
        let head = head.send().await.expect("it is there");
        assert_eq!(head.content_type(), Some("application/octet-stream"), "no browser runs it: {file}");
    }
}

async fn f45_files_that_could_run(simulation: &Simulation) {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    let csv = b"=HYPERLINK(\"http://x\")\n".to_vec();
    for (name, content) in
        [("plan.svg", svg.clone()), ("plan.csv", csv), ("plan.pdf", svg.clone()), ("plan.docx", svg)]
    {
        let handout = Handout { name: name.to_owned(), content, valid: false, ..Handout::plan(1) };
        let document = ended(simulation, &put(simulation, &handout).await, "rejected").await;
        let code = document["failure"]["code"].as_str().unwrap_or_default();
        assert!(["file-type-unsupported", "file-type-mismatch"].contains(&code), "{name}: {code}");
    }
    assert_eq!(simulation.processor.jobs(), 0);
}

async fn f46_another_schools_document(simulation: &Simulation) {
    let upload = hand_in(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    let before = state(simulation).await;
    let id = document["document_id"].as_str().unwrap_or_default();
    let parts = json!({ "parts": [{ "number": 1, "etag": "x" }] });
    for who in ["teacher-2", "evaluator-2", "operator-2"] {
        for path in ["", "/timeline", "/normalized", "/original", "/captions.vtt"] {
            let path = format!("/api/documents/{id}{path}");
            let answer = simulation.people.ask(who, "GET", &path, None).await.expect("it is answered");
            assert_eq!(answer.status, 404, "{who} {path}");
        }
        let list = simulation.people.ask(who, "GET", "/api/documents", None).await.expect("it is answered");
        assert_eq!(list.body["documents"], json!([]), "{who}");
    }
    let ask = |who, method, path: String, body| async move {
        simulation.people.ask(who, method, &path, body).await
    };
    let forbidden = [
        ask("operator-2", "DELETE", format!("/api/documents/{id}"), None).await,
        ask("teacher-2", "DELETE", format!("/api/documents/{id}"), None).await,
        ask("teacher-2", "GET", format!("/api/uploads/{id}"), None).await,
        ask("teacher-2", "POST", format!("/api/uploads/{id}/complete"), Some(parts)).await,
        ask("teacher-2", "DELETE", format!("/api/uploads/{id}"), None).await,
    ];
    for (number, answer) in forbidden.into_iter().enumerate() {
        assert_eq!(answer.map(|answer| answer.status), Some(404), "request {number}");
    }
    let ids = json!({ "ids": [id] });
    let redriven = ask("operator-2", "POST", "/api/operations/redrive".to_owned(), Some(ids)).await;
    assert_eq!(redriven.expect("it is answered").body["redriven"], json!([]));
    assert_eq!(state(simulation).await, before);
    assert_eq!(simulation.network.asked(&Method::DELETE).len(), 0);
}
