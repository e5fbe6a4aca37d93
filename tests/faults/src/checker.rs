//! The invariants once everything has come to rest, written from their text alone: it reads tables, buckets, queues and
//! machines, and knows nothing of how functions decide.

use crate::{
    people::Acknowledged,
    register,
    results::{Kind, sha256},
    watch::is_final,
};
use bytes::Bytes;
use lectern::host::Storage;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where results are kept.
const RESULTS: &str = "lectern-results";
/// Where normalized documents are kept.
const NORMALIZED: &str = "lectern-normalized";
/// The machines, by name.
const MACHINES: [&str; 4] = ["transfer", "results", "overdue", "forget"];

/// What is left to do: empty once everything has drained.
pub async fn unfinished(storage: &Storage, items: &[Value]) -> Vec<String> {
    let mut left = Vec::new();
    for item in items {
        let (id, status) = (text(item, "document_id"), text(item, "status"));
        if !is_final(status) {
            left.push(format!("{id} is {status}"));
        } else if status == "deleted" && item["receipt"].is_null() {
            left.push(format!("{id} is deleted and has no receipt"));
        }
    }
    for queue in storage.queues.names() {
        if let Ok(attributes) = storage.queues.attributes(&queue).await {
            let messages = attributes.visible + attributes.in_flight + attributes.delayed;
            if messages > 0 {
                left.push(format!("{messages} messages lie in {queue}"));
            }
        }
    }
    for machine in MACHINES {
        let running = running(storage, machine).await;
        if running > 0 {
            left.push(format!("{running} executions of {machine} run"));
        }
    }
    left
}

async fn running(storage: &Storage, machine: &str) -> usize {
    let arn = format!("arn:aws:states:eu-central-1:000000000000:stateMachine:lectern-{machine}");
    let body = json!({ "stateMachineArn": arn, "statusFilter": "RUNNING" });
    let request = http::Request::post("/")
        .header("x-amz-target", "AWSStepFunctions.ListExecutions")
        .body(Bytes::from(body.to_string()))
        .expect("the request is well-formed");
    let answer = storage.machines.handle(request).await;
    let answer: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    answer["executions"].as_array().map_or(usize::MAX, Vec::len)
}

/// Everything in a bucket, by key: the latest version of each.
async fn objects(s3: &aws_sdk_s3::Client, bucket: &str, prefix: &str) -> BTreeMap<String, Bytes> {
    let mut objects = BTreeMap::new();
    let mut token = None;
    loop {
        let list = s3.list_objects_v2().bucket(bucket).prefix(prefix).set_continuation_token(token);
        let page = list.send().await.expect("a calm bucket can be listed");
        for key in page.contents().iter().filter_map(|object| object.key()) {
            let object =
                s3.get_object().bucket(bucket).key(key).send().await.expect("a listed object is there");
            let body = object.body.collect().await.expect("a calm object can be read");
            objects.insert(key.to_owned(), body.into_bytes());
        }
        token = page.next_continuation_token().map(str::to_owned);
        if token.is_none() {
            return objects;
        }
    }
}

/// What is wrong in the state of rest. `s3` must be undisturbed.
pub async fn violations(
    storage: &Storage,
    s3: &aws_sdk_s3::Client,
    acknowledged: &[Acknowledged],
) -> Vec<String> {
    let mut wrong = Vec::new();
    let items = register::items(storage).await;
    let normalized = objects(s3, NORMALIZED, "").await;
    let results = objects(s3, RESULTS, "results/").await;
    let refused = objects(s3, RESULTS, "refused/").await;
    for (key, content) in normalized.iter().chain(&results).chain(&refused) {
        let named = key.rsplit('/').next().unwrap_or_default().trim_end_matches(".json");
        if named != sha256(content) {
            wrong.push(format!("I4: {key} does not hold what its name says"));
        }
    }
    for upload in acknowledged {
        match items_of(&items, upload)[..] {
            [item] => judge(item, upload, acknowledged, &normalized, &results, &mut wrong),
            ref found => wrong.push(format!("I1: {} is {} documents", upload.key, found.len())),
        }
    }
    for item in &items {
        one_for_each_revision(item, &normalized, &mut wrong);
        if text(item, "status") == "deleted" {
            let id = text(item, "document_id");
            let kept = normalized.keys().chain(results.keys()).chain(refused.keys());
            let left = kept.filter(|key| key.contains(id)).count();
            let originals = objects(s3, crate::people::UPLOADS, text(item, "key")).await.len();
            if left + originals > 0 {
                wrong.push(format!(
                    "{id} is deleted and {left} results, {originals} originals are still there"
                ));
            }
        }
    }
    wrong
}

fn items_of<'a>(items: &'a [Value], upload: &Acknowledged) -> Vec<&'a Value> {
    let is_its = |item: &&Value| match &upload.document_id {
        Some(id) => text(item, "document_id") == id,
        None => text(item, "key") == upload.key,
    };
    items.iter().filter(is_its).collect()
}

/// One acknowledged upload against what became of it.
fn judge(
    item: &Value,
    upload: &Acknowledged,
    all: &[Acknowledged],
    normalized: &BTreeMap<String, Bytes>,
    results: &BTreeMap<String, Bytes>,
    wrong: &mut Vec<String>,
) {
    let status = text(item, "status");
    let current = text(&item["revision"], "id");
    if !is_final(status) {
        wrong.push(format!("I1: {} is still {status}", upload.key));
    }
    if status == "deleted" {
        return;
    }
    if let Some(version) = upload.version.as_deref().filter(|version| *version != current) {
        let closed =
            item["revisions"].as_array().into_iter().flatten().any(|closed| text(closed, "id") == version);
        // Of two versions that lie in the bucket before the first is looked at, the register may only ever meet the newer.
        let newer =
            all.iter().any(|other| other.key == upload.key && other.version.as_deref() == Some(current));
        if !closed && !newer {
            wrong.push(format!("I1: version {version} of {} is forgotten", upload.key));
        }
        return;
    }
    match (status, upload.valid) {
        ("ready", true) => ready(item, upload, normalized, results, wrong),
        ("failed", true) | ("rejected", false) => {}
        _ => wrong.push(format!("I1: {} (valid: {}) is {status}", upload.key, upload.valid)),
    }
}

/// What is published is what was proved, and says what the original said.
fn ready(
    item: &Value,
    upload: &Acknowledged,
    normalized: &BTreeMap<String, Bytes>,
    results: &BTreeMap<String, Bytes>,
    wrong: &mut Vec<String>,
) {
    let key = text(&item["normalized"], "key");
    let Some(document) = normalized.get(key) else {
        wrong.push(format!("I1: {} is ready and its document {key} is not there", upload.key));
        return;
    };
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    for violation in schema_check::document_violations(&document) {
        wrong.push(format!("I4: {} is against its schema: {violation}", upload.key));
    }
    let said = match upload.kind {
        Kind::LessonPlan => text(&document, "text").to_owned(),
        Kind::Video => document["transcript"].to_string(),
    };
    if !said.contains(&upload.word) {
        wrong.push(format!("I4: {} says {said:?}, not {}", upload.key, upload.word));
    }
    for file in item["result"]["files"].as_array().into_iter().flatten() {
        match results.get(text(file, "key")) {
            Some(content) if sha256(content) == text(file, "sha256") => {}
            _ => wrong.push(format!("I4: {} names a result that is not there as proved", upload.key)),
        }
    }
}

/// No revision has two normalized documents, and the one that the register names is among them.
fn one_for_each_revision(item: &Value, normalized: &BTreeMap<String, Bytes>, wrong: &mut Vec<String>) {
    let id = text(item, "document_id");
    let own = normalized.iter().filter(|(key, _)| key.contains(id));
    let mut revisions = BTreeSet::new();
    for (key, content) in own {
        let document: Value = serde_json::from_slice(content).unwrap_or_default();
        if !revisions.insert(text(&document, "revision").to_owned()) {
            wrong.push(format!("I2: {key} is a second document of one revision"));
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
