//! A callback may come twice, early, late, forged or never. Each is an ordinary day.

use crate::{
    files,
    harness::{Processor, Script, stage, states_entered},
    normalized::list,
    submissions::{attempts, ready, submit},
};
use serde_json::{Value, json};

const ASKED: &str = "The proofreader has not answered in time; it is asked.";

fn says(document: &Value, note: &str) -> bool {
    list(document, "timeline").iter().any(|entry| entry["note"] == note)
}

pub(crate) async fn one_that_never_comes_is_asked_for() {
    let stage = stage().await;
    let id = submit(stage, "never.md", Script::of("never").with("callback", "never")).await;
    let document = ready(stage, &id).await;
    assert!(says(&document, ASKED), "{document:#}");
    let history = stage.host.aws().await.succeeded("overdue", &id).await;
    let states = states_entered(&history);
    assert!(states.contains(&"Ask") && states.contains(&"Fetch"), "{states:?}");
}

pub(crate) async fn one_with_a_bad_signature_changes_nothing() {
    let stage = stage().await;
    let id = submit(stage, "forged.md", Script::of("forged").with("callback", "forged")).await;
    let document = ready(stage, &id).await;
    assert!(says(&document, ASKED), "the forged callback counted: {document:#}");
    let first =
        submit(stage, "forgery-first.md", Script::of("forgery-first").with("callback", "forged-first")).await;
    let document = ready(stage, &first).await;
    assert!(!says(&document, ASKED), "the true callback was taken: {document:#}");
}

pub(crate) async fn one_that_comes_too_late_is_taken() {
    /// The host asks after an hour.
    const LATE_SECONDS: u32 = 72 * 60;
    let stage = stage().await;
    let never_says: Vec<u16> = vec![503; 500];
    let script =
        Script::of("late").with("callback", "late").with("delay_seconds", stage.seconds(LATE_SECONDS));
    let id = submit(stage, "late.md", script.with("asks", json!(never_says))).await;
    let document = ready(stage, &id).await;
    assert!(says(&document, ASKED), "{document:#}");
    assert_eq!(attempts(&document), 1);
}

/// Waits until whatever is on its way for the results queue has been worked through, and finds the document unchanged.
async fn stays(id: &str, document: &Value) {
    let stage = stage().await;
    stage.host.aws().await.until_empty("results").await;
    let now = stage.host.api("teacher").await.document(id).await;
    for name in ["status", "attempts", "result", "normalized", "failure"] {
        assert_eq!(now[name], document[name], "{name}: {now:#}");
    }
    stage.host.aws().await.assert_one_normalized(id).await;
}

pub(crate) async fn two_give_one_result() {
    let stage = stage().await;
    for way in ["twice", "twice-new-id"] {
        let name = format!("doubled-{way}.md");
        let id = submit(stage, &name, Script::of(&name).with("callback", way)).await;
        let document = ready(stage, &id).await;
        assert_eq!(attempts(&document), 1, "{document:#}");
        stays(&id, &document).await;
    }
}

pub(crate) async fn two_that_differ_leave_the_first() {
    let stage = stage().await;
    let script = Script::of("contradicted").with("callback", "different-second");
    let id = submit(stage, "contradicted.md", script).await;
    let teacher = stage.host.api("teacher").await;
    let note = "A second, different result arrived and was not used.";
    teacher.until(&id, "tells of the second result", |document| says(document, note)).await;
    stays(&id, &ready(stage, &id).await).await;
}

pub(crate) async fn one_before_the_answer_is_taken() {
    let stage = stage().await;
    let id = submit(stage, "early.md", Script::of("early").with("callback", "early")).await;
    let document = ready(stage, &id).await;
    assert_eq!(attempts(&document), 1, "{document:#}");
    stays(&id, &document).await;
}

pub(crate) async fn a_failure_after_success_changes_nothing() {
    let stage = stage().await;
    let teacher = stage.host.api("teacher").await;
    let id = teacher.submit("failed-after.md", &files::markdown()).await;
    let document = ready(stage, &id).await;
    let body = failure(&stage.host.aws().await.reference(&id).await);
    let answer = teacher.call_back_signed(&Processor::secret(), "msg-failed-after", body).await;
    assert_eq!(
        answer.status, 202,
        "it is rightly signed and about something that was asked: {}",
        answer.text
    );
    stays(&id, &document).await;
}

pub(crate) async fn a_failure_before_success_is_made_good() {
    let stage = stage().await;
    // Both come at once: whichever is worked through first, the document that was proved counts.
    let script = Script::of("contradictory").with("callback", "failed-after");
    let id = submit(stage, "contradictory.md", script).await;
    let teacher = stage.host.api("teacher").await;
    let document = teacher.until(&id, "is ready", |document| document["status"] == "ready").await;
    stays(&id, &document).await;
}

/// A callback that says that a job failed for good.
fn failure(reference: &str) -> Vec<u8> {
    let error = json!({ "code": "scripted", "message": "This failure is not true", "retryable": false });
    let data = json!({ "reference": reference, "job_id": "j", "error": error });
    json!({ "type": "job.failed", "timestamp": "2026-01-02T03:04:05Z", "data": data })
        .to_string()
        .into_bytes()
}

pub(crate) async fn a_failure_that_may_pass_is_tried_again() {
    let stage = stage().await;
    let script = Script::of("may-pass").with("callback", "failed-retryable");
    let id = submit(stage, "may-pass.md", script).await;
    assert_eq!(attempts(&ready(stage, &id).await), 2);
    stage.host.aws().await.succeeded("results", &id).await;
}

pub(crate) async fn strangers_are_refused() {
    let stage = stage().await;
    let teacher = stage.host.api("teacher").await;
    let id = teacher.submit("for-strangers.md", &files::markdown()).await;
    let document = ready(stage, &id).await;
    let body = failure(&stage.host.aws().await.reference(&id).await);
    let signature = "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=";
    let unsigned =
        [("webhook-id", "m1"), ("webhook-timestamp", "1000000000"), ("webhook-signature", signature)];
    for headers in [&unsigned[..], &unsigned[..2], &[]] {
        let answer = teacher.call_back(headers, body.clone()).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (401, &"callback-not-signed".into()),
            "{}",
            answer.text
        );
    }
    let flood = teacher.call_back(&unsigned, vec![b' '; 300 * 1024]).await;
    assert_eq!(flood.status, 413, "{}", flood.text);
    let other = webhook::Secret::from_bytes(&[7; 32]).unwrap();
    let forged = teacher.call_back_signed(&other, "msg-forged", body).await;
    assert_eq!(forged.status, 401, "{}", forged.text);
    let unknown =
        failure("018f2f6e-7c1a-7000-8000-0123456789ab.0123456789ab.1.00112233445566778899aabbccddeeff");
    let answer = teacher.call_back_signed(&Processor::secret(), "msg-unknown", unknown).await;
    assert_eq!((answer.status, &answer.body["code"]), (404, &"reference-unknown".into()), "{}", answer.text);
    assert_eq!(teacher.document(&id).await["version"], document["version"], "nothing changed");
}
