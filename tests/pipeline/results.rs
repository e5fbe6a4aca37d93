//! What comes back may be wrong: it is asked for again, and never published.

use crate::{
    bad_input::Told,
    harness::{Script, stage, states_entered},
    submissions::{attempts, ready, submit},
};
use serde_json::json;

pub(crate) async fn a_wrong_hash_is_asked_for_again() {
    let stage = stage().await;
    let script = Script::of("wrong-once").with("files", "wrong-hash").with("role", "text");
    let id = submit(stage, "wrong-once.md", script).await;
    let document = ready(stage, &id).await;
    assert_eq!(attempts(&document), 2, "{document:#}");
    assert_eq!(document["result"]["attempt"], 2);
    let history = stage.host.aws().await.succeeded("results", &id).await;
    assert!(states_entered(&history).contains(&"AskAgain"));
}

pub(crate) async fn always_wrong_fails_and_a_redrive_saves() {
    let stage = stage().await;
    let script = Script::of("always-wrong").with("files", "wrong-hash").with("times", 3);
    let id = submit(stage, "always-wrong.md", script).await;
    let document = stage.host.api("teacher").await.finished(&id).await;
    let told = Told {
        code: "results-wrong",
        sentence: "What the proofreader sent back was not right.",
        next_action: "the operator can send it again",
    };
    told.of_document(&document, "failed");
    assert_eq!(attempts(&document), 3, "{document:#}");
    let operator = stage.host.api("operator").await;
    let redriven = operator.post("/api/operations/redrive", &json!({ "ids": [id] })).await;
    assert_eq!(redriven.body["redriven"], json!([id]), "{}", redriven.text);
    let document = ready(stage, &id).await;
    assert_eq!(attempts(&document), 4, "{document:#}");
    assert!(document["failure"].is_null(), "{document:#}");
}

pub(crate) async fn a_missing_role_is_asked_for_again() {
    let stage = stage().await;
    let script = Script::of("role-missing").with("files", "missing").with("role", "annotations");
    let id = submit(stage, "role-missing.md", script).await;
    assert_eq!(attempts(&ready(stage, &id).await), 2);
}

pub(crate) async fn an_unreachable_file_is_fetched_again() {
    let stage = stage().await;
    let script = Script::of("unreachable").with("files", "server-error").with("fetches", 2);
    let id = submit(stage, "unreachable.md", script).await;
    let document = ready(stage, &id).await;
    assert_eq!(attempts(&document), 1, "only the fetching is repeated: {document:#}");
    let history = stage.host.aws().await.succeeded("results", &id).await;
    let states = states_entered(&history);
    assert!(states.contains(&"Fetch") && states.last() == Some(&"Returned"), "{states:?}");
}
