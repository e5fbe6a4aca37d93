//! What a teacher deletes is gone, here and at the processor.

use crate::{
    files,
    harness::{NORMALIZED, RESULTS, UPLOADS, stage},
    submissions::ready,
};
use reqwest::Method;
use serde_json::json;

pub(crate) async fn a_deleted_document_leaves_nothing_but_a_receipt() {
    let stage = stage().await;
    let (teacher, aws) = (stage.host.api("teacher").await, stage.host.aws().await);
    let id = teacher.submit("deleted.md", &files::markdown()).await;
    ready(stage, &id).await;
    let reference = aws.reference(&id).await;
    let places = [
        (UPLOADS, format!("uploads/{id}/")),
        (RESULTS, format!("results/{id}/")),
        (NORMALIZED, format!("normalized/{id}/")),
    ];
    let mut objects = 0;
    for (bucket, prefix) in &places {
        let versions = aws.versions(bucket, prefix).await;
        assert!(versions > 0, "{prefix}");
        objects += versions;
    }
    assert_eq!(stage.processor.job(Method::GET, &reference).await.1["status"], "finished");

    let path = format!("/api/documents/{id}");
    let (evaluator, notes) = (stage.host.api("evaluator").await, format!("{path}/notes"));
    for body in ["One.", "Another."] {
        let written = evaluator.post(&notes, &json!({ "body": body })).await;
        assert_eq!(written.status, 201, "{}", written.text);
    }
    assert_eq!(
        (aws.items_of_notes(&id).await, &evaluator.get(&notes).await.body["notes"][1]["body"]["value"]),
        (3, &"Another.".into()),
        "two notes and their edition"
    );

    let deleted = teacher.delete(&path).await;
    assert_eq!((deleted.status, &deleted.body["status"]), (202, &"deleted".into()), "{}", deleted.text);
    let document = teacher.until(&id, "has a receipt", |document| !document["receipt"].is_null()).await;
    assert_eq!(document["receipt"]["objects"].as_u64(), Some(objects as u64), "{document:#}");
    assert_eq!(document["receipt"]["jobs"], 1, "{document:#}");
    assert!(!document.to_string().contains("\"normalized\""), "{document:#}");
    for (bucket, prefix) in &places {
        assert_eq!(aws.versions(bucket, prefix).await, 0, "{prefix}");
    }
    assert_eq!(aws.items_of_notes(&id).await, 0);
    assert_eq!(evaluator.get(&notes).await.body["code"], "document-deleted");
    assert_eq!(stage.processor.job(Method::DELETE, &reference).await.0, 404);
    for part in ["normalized", "original", "media", "captions.vtt"] {
        let answer = teacher.get(&format!("{path}/{part}")).await;
        assert_eq!((answer.status, &answer.body["code"]), (410, &"document-deleted".into()), "{part}");
    }
}
