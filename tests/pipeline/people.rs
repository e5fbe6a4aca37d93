//! Who sees what: what one may not see does not exist.

use crate::{
    files,
    harness::{Answer, Api, calm},
};
use serde_json::json;

const PARTS: [&str; 5] = ["", "/timeline", "/normalized", "/original", "/captions.vtt"];

fn check(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{}", answer.text);
}

/// Everything about a document is hidden from this person.
async fn hidden(api: &Api, id: &str) {
    for part in PARTS {
        check(&api.get(&format!("/api/documents/{id}{part}")).await, 404, "not-found");
    }
    check(&api.delete(&format!("/api/documents/{id}")).await, 404, "not-found");
    check(&api.get(&format!("/api/uploads/{id}")).await, 404, "not-found");
    let listed = api.get("/api/documents").await;
    assert!(!listed.text.contains(id), "{}", listed.text);
}

pub(crate) async fn another_school_sees_nothing() {
    let host = calm().await;
    let teacher = host.api("teacher").await;
    let id = teacher.submit("of-school-1.md", &files::markdown()).await;
    teacher.ready(&id).await;
    for account in ["teacher-2", "evaluator-2", "operator-2"] {
        hidden(&host.api(account).await, &id).await;
    }
    let theirs = host.api("operator-2").await;
    let redrive = theirs.post("/api/operations/redrive", &json!({ "ids": [id] })).await;
    assert_eq!(redrive.body["skipped"][0]["why"], "there is no such document", "{}", redrive.text);
    for account in ["evaluator", "operator"] {
        let api = host.api(account).await;
        assert_eq!(api.document(&id).await["status"], "ready", "{account}");
        assert_eq!(api.normalized(&id).await["document_id"], *id, "{account}");
    }
}

pub(crate) async fn another_teacher_of_the_school_sees_nothing() {
    let host = calm().await;
    let metadata = [("teacher", "a-colleague")];
    host.aws().await.put("inbox/school-1/of-a-colleague.md", &files::markdown(), &metadata).await;
    let evaluator = host.api("evaluator").await;
    let id = evaluator.found("of-a-colleague.md").await;
    evaluator.ready(&id).await;
    hidden(&host.api("teacher").await, &id).await;
}

pub(crate) async fn nobody_is_let_in_without_a_token() {
    let host = calm().await;
    let teacher = host.api("teacher").await;
    let id = teacher.submit("for-nobody.md", &files::markdown()).await;
    let stranger = Api::without_token(&host.api_url);
    let paths = PARTS.map(|part| format!("/api/documents/{id}{part}"));
    for path in paths.iter().map(String::as_str).chain(["/api/documents", "/api/operations/overview"]) {
        check(&stranger.get(path).await, 401, "sign-in-required");
        check(&stranger.clone().with_token("e30.e30.e30").get(path).await, 401, "token-invalid");
    }
    check(&stranger.declare("plan.md", 10).await, 401, "sign-in-required");
    teacher.ready(&id).await;
}

pub(crate) async fn only_operators_redrive() {
    let host = calm().await;
    for account in ["teacher", "evaluator"] {
        let api = host.api(account).await;
        let redrive = api.post("/api/operations/redrive", &json!({ "ids": [] })).await;
        check(&redrive, 403, "role-required");
        check(&api.get("/api/operations/failed").await, 403, "role-required");
    }
    check(&host.api("evaluator").await.declare("plan.md", 10).await, 403, "role-required");
}
