//! Objects put straight into the bucket: the key says where they belong, and the newest version counts.

use crate::{
    bad_input::{EMPTY, TOO_LARGE, UNSUPPORTED},
    files,
    harness::{Api, Host, NARROW_BYTES_MAX, calm, eventually, narrow},
    normalized::{self, list},
};
use serde_json::Value;

/// Waits until a document's current revision is this version, and it is ready.
async fn ready_with(api: &Api, id: &str, version: &str) -> Value {
    let wished = |document: &Value| document["revision"] == version && document["status"] == "ready";
    api.until(id, &format!("is ready with {version}"), wished).await
}

async fn text(api: &Api, id: &str) -> String {
    api.normalized(id).await["text"].as_str().unwrap().to_owned()
}

pub(crate) async fn an_object_becomes_a_document() {
    let host = calm().await;
    let metadata = [("teacher", "teacher-by-hand"), ("title", "A plan by hand")];
    let version = host.aws().await.put("inbox/school-1/2026/by-hand.md", &files::markdown(), &metadata).await;
    let evaluator = host.api("evaluator").await;
    let id = evaluator.found("by-hand.md").await;
    let document = ready_with(&evaluator, &id, &version).await;
    normalized::check(&evaluator.normalized(&id).await, &document);
    assert_eq!(document["school"], "school-1");
    assert_eq!(
        (&document["teacher"], &document["title"]),
        (&"teacher-by-hand".into(), &"A plan by hand".into())
    );
    assert_eq!(document["teacher_unverified"], true, "anybody may have written it: {document:#}");
}

pub(crate) async fn a_folder_marker_is_passed_over() {
    let host = calm().await;
    let (aws, marker) = (host.aws().await, "inbox/school-1/a-folder/");
    aws.put(marker, b"", &[]).await;
    aws.put("inbox/school-1/a-folder/after-the-marker.md", &files::markdown(), &[]).await;
    let evaluator = host.api("evaluator").await;
    let id = evaluator.found("after-the-marker.md").await;
    evaluator.ready(&id).await;
    aws.until_empty("uploads").await;
    assert_eq!(aws.documents_with_key(marker).await, 0);
}

pub(crate) async fn the_same_key_again_is_a_newer_revision() {
    let host = calm().await;
    let (aws, key) = (host.aws().await, "inbox/school-1/put-twice.md");
    let operator = host.api("operator").await;
    let first = aws.put(key, &files::markdown_about("clouds"), &[]).await;
    let id = operator.found("put-twice.md").await;
    ready_with(&operator, &id, &first).await;
    assert!(text(&operator, &id).await.contains("works on clouds"));
    let second = aws.put(key, &files::markdown_about("glaciers"), &[]).await;
    let document = ready_with(&operator, &id, &second).await;
    assert!(text(&operator, &id).await.contains("works on glaciers"));
    let closed = list(&document["operation"], "revisions");
    assert_eq!(closed.len(), 1, "{document:#}");
    assert_eq!((&closed[0]["id"], &closed[0]["outcome"]), (&first.into(), &"superseded".into()));
    assert_eq!(operator.search("put-twice.md").await.len(), 1, "it is one document");
}

pub(crate) async fn of_two_at_once_the_newest_wins() {
    let host = calm().await;
    let (aws, key) = (host.aws().await, "inbox/school-1/overwritten.md");
    let operator = host.api("operator").await;
    let mut versions = Vec::new();
    for subject in ["springs", "lakes", "oceans"] {
        versions.push(aws.put(key, &files::markdown_about(subject), &[]).await);
    }
    let id = operator.found("overwritten.md").await;
    ready_with(&operator, &id, &versions[2]).await;
    assert!(text(&operator, &id).await.contains("works on oceans"));
    let superseded = eventually("both older versions are superseded", async || {
        let document = operator.document(&id).await;
        let closed = list(&document["operation"], "revisions").to_vec();
        if closed.len() == 2 { Ok(closed) } else { Err(format!("{document:#}")) }
    });
    for closed in superseded.await {
        assert!(versions[..2].iter().any(|version| closed["id"] == **version), "{closed}");
        assert_eq!(closed["outcome"], "superseded");
    }
    assert_eq!(operator.document(&id).await["revision"], *versions[2], "nothing older takes its place");
}

async fn rejected(host: &Host, key: &str, bytes: &[u8]) -> Value {
    host.aws().await.put(key, bytes, &[]).await;
    let evaluator = host.api("evaluator").await;
    let id = evaluator.found(key.rsplit('/').next().unwrap()).await;
    evaluator.finished(&id).await
}

pub(crate) async fn what_cannot_be_taken_is_rejected() {
    let host = calm().await;
    let empty = rejected(host, "inbox/school-1/nothing-in-it.docx", b"").await;
    EMPTY.of_document(&empty, "rejected");
    let program = rejected(host, "inbox/school-1/game.exe", b"MZ\x90\0").await;
    UNSUPPORTED.of_document(&program, "rejected");
}

pub(crate) async fn one_over_the_limit_is_rejected() {
    let bytes = vec![b'a'; NARROW_BYTES_MAX + 1];
    let document = rejected(narrow().await, "inbox/school-1/too-large.txt", &bytes).await;
    TOO_LARGE.of_document(&document, "rejected");
}
