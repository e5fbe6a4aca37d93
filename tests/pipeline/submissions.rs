//! What a processor may answer to a submission.

use crate::{
    bad_input::Told,
    files,
    harness::{Script, Stage, stage, states_entered},
    normalized::{self, list},
};
use aws_sdk_sfn::types::HistoryEvent;
use serde_json::{Value, json};

/// Hands in a file for which the processor has its script.
pub(crate) async fn submit(stage: &Stage, name: &str, script: Script) -> String {
    stage.processor.script(script).await;
    stage.host.api("teacher").await.submit(name, &files::markdown()).await
}

/// Waits until it is ready: with one normalized document that is as it should be.
pub(crate) async fn ready(stage: &Stage, id: &str) -> Value {
    let teacher = stage.host.api("teacher").await;
    let document = teacher.ready(id).await;
    normalized::check(&teacher.normalized(id).await, &document);
    stage.host.aws().await.assert_one_normalized(id).await;
    document
}

pub(crate) fn attempts(document: &Value) -> usize {
    list(document, "attempts").len()
}

pub(crate) async fn a_processor_that_is_away_gets_it_later() {
    let stage = stage().await;
    let script = Script::of("away-twice").with("answers", json!([503, 503]));
    let id = submit(stage, "away-twice.md", script).await;
    assert_eq!(attempts(&ready(stage, &id).await), 1, "it is the same attempt");
    let history = stage.host.aws().await.succeeded("transfer", &id).await;
    let states = states_entered(&history);
    assert_eq!(states.iter().filter(|state| **state == "Deliver").count(), 2, "{states:?}");
    assert_eq!(states.last(), Some(&"Delivered"), "{states:?}");
}

pub(crate) async fn a_throttling_processor_is_given_its_time() {
    const ASKED_SECONDS: u32 = 600;
    let stage = stage().await;
    let script = Script::of("throttled").with("answers", json!([429])).with("retry_after", ASKED_SECONDS);
    let id = submit(stage, "throttled.md", script).await;
    ready(stage, &id).await;
    let history = stage.host.aws().await.succeeded("transfer", &id).await;
    let waited = time_in(&history, "BackOff");
    let asked = f64::from(stage.seconds(ASKED_SECONDS));
    assert!((asked..asked * 4.0).contains(&waited), "waited {waited} s");
}

/// Seconds from the first entry into a state to the first exit.
fn time_in(history: &[HistoryEvent], state: &str) -> f64 {
    let entered = history
        .iter()
        .find(|event| event.state_entered_event_details().is_some_and(|details| details.name() == state));
    let exited = history
        .iter()
        .find(|event| event.state_exited_event_details().is_some_and(|details| details.name() == state));
    exited.unwrap().timestamp().as_secs_f64() - entered.unwrap().timestamp().as_secs_f64()
}

pub(crate) async fn a_refusal_is_final_and_has_a_reason() {
    let stage = stage().await;
    let script = Script::of("refused").with("answers", json!([400]));
    let id = submit(stage, "refused.md", script).await;
    let document = stage.host.api("teacher").await.finished(&id).await;
    let told = Told {
        code: "processor-refused",
        sentence: "The proofreader could not accept this file.",
        next_action: "Check that the file opens on your computer",
    };
    told.of_document(&document, "failed");
    assert!(stage.host.aws().await.executions("transfer", &id).await.is_empty(), "nothing is tried again");
}

pub(crate) async fn a_lost_answer_is_made_up_for() {
    let stage = stage().await;
    let script = Script::of("lost-answer").with("answers", json!(["lost"]));
    let id = submit(stage, "lost-answer.md", script).await;
    assert_eq!(attempts(&ready(stage, &id).await), 1, "the same reference was sent again");
}

pub(crate) async fn a_machine_that_is_stopped_fails_its_document_and_a_redrive_saves() {
    /// Six hours, which are minutes at the stage's pace: long enough to be stopped in.
    const WAIT_SECONDS: u64 = 6 * 3600;
    let stage = stage().await;
    let script = Script::of("stopped").with("answers", json!([429])).with("retry_after", WAIT_SECONDS);
    let id = submit(stage, "stopped.md", script).await;
    stage.host.aws().await.stop("transfer", &id).await;
    let document = stage.host.api("teacher").await.finished(&id).await;
    let told = Told {
        code: "machine-failed",
        sentence: "The recovery of this document ended with an error.",
        next_action: "the operator has been told",
    };
    told.of_document(&document, "failed");
    assert_eq!(document["failure"]["cause"], "machine-failed/ABORTED", "{document:#}");
    let operator = stage.host.api("operator").await;
    let redriven = operator.post("/api/operations/redrive", &json!({ "ids": [id] })).await;
    assert_eq!(redriven.body["redriven"], json!([id]), "{}", redriven.text);
    ready(stage, &id).await;
}
