//! What people do besides handing in and reading: each of it takes rights that nothing else takes.

use crate::{
    files,
    harness::{UPLOADS, calm},
};
use serde_json::json;

pub(crate) async fn the_overview_tells_of_queues_and_machines() {
    let overview = calm().await.api("operator").await.get("/api/operations/overview").await;
    assert_eq!(overview.status, 200, "{}", overview.text);
    let count = |name: &str| overview.body[name].as_array().map(Vec::len);
    assert_eq!((count("queues"), count("machines")), (Some(5), Some(4)), "{:#}", overview.body);
}

pub(crate) async fn a_note_is_changed_and_removed() {
    let host = calm().await;
    let (teacher, evaluator) = (host.api("teacher").await, host.api("evaluator").await);
    let id = teacher.submit("with-notes.md", &files::markdown()).await;
    teacher.ready(&id).await;
    let notes = format!("/api/documents/{id}/notes");
    let written = evaluator.post(&notes, &json!({ "body": "At first." })).await;
    assert_eq!(written.status, 201, "{}", written.text);
    let note =
        format!("{notes}/{}", evaluator.get(&notes).await.body["notes"][0]["note_id"].as_str().unwrap());
    let version = &written.body["version"];
    let changed = evaluator.put(&note, &json!({ "body": "Then.", "version": version })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(evaluator.get(&notes).await.body["notes"][0]["body"]["value"], "Then.");
    let removed = evaluator.delete(&note).await;
    assert!(removed.status < 300, "{}", removed.text);
    assert_eq!(host.aws().await.items_of_notes(&id).await, 1, "their edition stays");
}

pub(crate) async fn an_upload_is_gone_on_with_or_cancelled() {
    let host = calm().await;
    let (teacher, aws) = (host.api("teacher").await, host.aws().await);
    let declared = teacher.declare("never-sent.md", 100).await;
    assert_eq!(declared.status, 201, "{}", declared.text);
    let id = declared.body["document_id"].as_str().unwrap();
    let upload = format!("/api/uploads/{id}");
    let progress = teacher.get(&upload).await;
    assert_eq!(progress.status, 200, "{}", progress.text);
    let cancelled = teacher.delete(&upload).await;
    assert!(cancelled.status < 300, "{}", cancelled.text);
    assert!(aws.keys(UPLOADS, &format!("uploads/{id}/")).await.is_empty());
}
