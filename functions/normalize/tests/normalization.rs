//! From a message on the normalization queue to a document that can be read.

mod support;

use clock::{ManualClock, SeededRandom};
use edge::{Call, Handler, Moment, Runtime, Variables};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use support::{Cloud, item};

const ID: &str = "018f2f6e-7c1a-7000-8000-0123456789ab";
const TEXT: &[u8] = b"# Fractions\n\nPupils recieve a worksheet.\n";
const ANNOTATIONS: &[u8] = br#"{"matches":[{"message":"Spelling","offset":20,"length":7,"replacements":[{"value":"receive"}],
    "context":{"text":"Pupils recieve a","offset":7,"length":7},"rule":{"id":"R","issueType":"misspelling"}}]}"#;
const NOW: &str = "2026-01-02T03:04:05.006Z";

fn result_file(role: &str, media_type: &str, bytes: &[u8]) -> Value {
    let sha256 = hex::encode(Sha256::digest(bytes));
    json!({"role": role, "name": role, "key": format!("results/{ID}/1/{role}/{sha256}"), "sha256": sha256,
           "media_type": media_type, "size": bytes.len()})
}

/// A returned lesson plan, with `text` as what lies in the bucket.
fn returned(cloud: &Cloud, text: &[u8]) -> Value {
    let files = [
        result_file("text", "text/markdown", TEXT),
        result_file("annotations", "application/json", ANNOTATIONS),
    ];
    for (file, bytes) in files.iter().zip([text, ANNOTATIONS]) {
        let path = format!("/results-bucket/{}", file["key"].as_str().expect("a key"));
        cloud.kept().objects.insert(path, bytes.to_vec());
    }
    json!({
        "document_id": ID, "version": 4, "teacher_unverified": false, "kind": "lesson_plan", "title": "Fractions",
        "file_name": "plan.docx", "media_type": "application/msword", "size": 9, "key": "uploads/x", "uploaded_at": NOW,
        "revision": {"id": "v1", "sequencer": "00"}, "status": "returned", "status_at": NOW,
        "attempts": [{"number": 1, "reference": "r", "job_id": "job-9"}], "redriven_after": 0, "cycle": 0, "nudges": 0,
        "result": {"attempt": 1, "files": files}, "timeline": []
    })
}

struct Host {
    cloud: Cloud,
    function: normalize::Normalize,
}

impl Host {
    async fn new(cloud: Cloud) -> Self {
        let settings = [
            ("DOCUMENTS_TABLE", "documents"),
            ("RESULTS_BUCKET", "results-bucket"),
            ("NORMALIZED_BUCKET", "normalized-bucket"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let runtime = Runtime {
            sdk: cloud.sdk(),
            variables: Variables::new(settings),
            clock: Arc::new(ManualClock::at(NOW.parse().expect("a moment"))),
            random: Arc::new(SeededRandom::new(1)),
            transport: Arc::new(reqwest::Client::new()),
            spans: edge::Spans::default(),
        };
        Self { cloud, function: normalize::build(runtime).await.expect("all settings are there") }
    }

    /// Delivers one message; says whether it failed.
    async fn deliver(&self, body: &Value) -> bool {
        let record =
            json!({"messageId": "m", "body": body.to_string(), "attributes": {}, "messageAttributes": {}});
        let deadline: Moment = "2026-01-02T03:06:05.006Z".parse().expect("a moment");
        let call = Call { request_id: "call".to_owned(), deadline };
        let answer =
            self.function.handle(json!({"Records": [record]}), call).await.expect("batches have answers");
        !answer["batchItemFailures"].as_array().expect("a list").is_empty()
    }

    fn status(&self) -> String {
        let kept = self.cloud.kept();
        kept.item.as_ref().and_then(|item| item["status"]["S"].as_str()).unwrap_or_default().to_owned()
    }

    fn normalized(&self) -> Vec<(String, Vec<u8>)> {
        let kept = self.cloud.kept();
        let objects = kept.objects.iter().filter(|(path, _)| path.starts_with("/normalized-bucket/"));
        objects.map(|(path, bytes)| (path.clone(), bytes.clone())).collect()
    }
}

async fn host(text: &[u8]) -> Host {
    let cloud = Cloud::default();
    let document = returned(&cloud, text);
    cloud.kept().item = Some(item(&document));
    Host::new(cloud).await
}

fn message() -> Value {
    json!({"document_id": ID, "revision": "v1", "attempt": 1})
}

#[tokio::test]
async fn proved_results_become_ready() {
    let host = host(TEXT).await;
    let mut message = message();
    message["task_token"] = json!("token");
    assert!(!host.deliver(&message).await);
    assert_eq!(host.status(), "ready");
    let normalized = host.normalized();
    let [(path, bytes)] = normalized.as_slice() else { panic!("one document is written") };
    assert_eq!(
        *path,
        format!("/normalized-bucket/normalized/{ID}/{}.json", hex::encode(Sha256::digest(bytes)))
    );
    let document: Value = serde_json::from_slice(bytes).unwrap();
    schema_check::assert_document(&document);
    assert_eq!(document["annotations"][0]["target"]["quote"]["exact"], "recieve");
    assert_eq!(document["provenance"]["job_id"], "job-9");
    let kept = host.cloud.kept();
    let register = &kept.item.as_ref().unwrap()["normalized"]["M"];
    assert_eq!(register["summary"]["M"]["words"]["N"], "5");
    assert_eq!(register["size"]["N"], bytes.len().to_string());
    assert_eq!(kept.reports[0]["taskToken"], "token");
}

#[tokio::test]
async fn a_repeated_message_changes_nothing() {
    let host = host(TEXT).await;
    assert!(!host.deliver(&message()).await);
    let before = (host.normalized(), host.cloud.kept().item.clone());
    assert!(!host.deliver(&message()).await);
    assert_eq!((host.normalized(), host.cloud.kept().item.clone()), before);
}

#[tokio::test]
async fn results_that_changed_since_they_were_proved_fail_the_document() {
    let host = host(b"# Fractions\n\nPupils receive a worksheet.\n").await;
    assert!(!host.deliver(&message()).await);
    assert_eq!(host.status(), "failed");
    assert_eq!(host.cloud.kept().item.as_ref().unwrap()["cause"]["S"], "results-unreadable/file-changed");
    assert!(host.normalized().is_empty());
}

#[tokio::test]
async fn a_writer_that_loses_deletes_what_it_wrote() {
    let host = host(TEXT).await;
    let mut superseded = returned(&host.cloud, TEXT);
    superseded["version"] = json!(5);
    superseded["status"] = json!("queued");
    superseded["revision"]["id"] = json!("v2");
    superseded["result"] = Value::Null;
    host.cloud.kept().quicker = Some(item(&superseded));
    assert!(!host.deliver(&message()).await);
    assert_eq!(host.status(), "queued");
    assert!(host.normalized().is_empty());
}

#[tokio::test]
async fn what_the_winner_wrote_stays() {
    let host = host(TEXT).await;
    let before = host.cloud.kept().item.clone();
    assert!(!host.deliver(&message()).await);
    let ready = host.cloud.kept().item.clone();
    host.cloud.kept().item = before;
    host.cloud.kept().quicker = ready;
    assert!(!host.deliver(&message()).await);
    assert_eq!((host.status().as_str(), host.normalized().len()), ("ready", 1));
}

#[tokio::test]
async fn messages_that_are_for_nobody_are_done_and_broken_ones_are_not() {
    let host = host(TEXT).await;
    for (name, value) in [("revision", json!("v0")), ("attempt", json!(2))] {
        let mut stale = message();
        stale[name] = value;
        assert!(!host.deliver(&stale).await);
    }
    assert_eq!((host.status().as_str(), host.normalized().len()), ("returned", 0));
    assert!(host.deliver(&json!({"document_id": "x"})).await);
    host.cloud.kept().objects.clear();
    assert!(host.deliver(&message()).await);
    assert_eq!(host.status(), "returned");
    host.cloud.kept().item = None;
    assert!(!host.deliver(&message()).await);
}
