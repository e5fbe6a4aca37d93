//! `SendTaskSuccess`, `SendTaskFailure` and `SendTaskHeartbeat`.

use super::{Stage, wait_for_token};
use crate::host::refusal;
use aws_sdk_sfn::types::{ExecutionStatus, HistoryEventType};
use serde_json::json;

async fn waiting() -> (Stage, String, String) {
    let stage = Stage::new(&[]);
    let arn = stage.start(&json!({"A": wait_for_token()})).await;
    stage.settle().await;
    let token = stage.token();
    (stage, arn, token)
}

#[tokio::test]
async fn a_token_is_answered_once() {
    let (stage, arn, token) = waiting().await;
    let succeed = || stage.client().send_task_success().task_token(&token).output(r#"{"ok":1}"#).send();
    succeed().await.unwrap();
    assert_eq!(stage.describe(&arn).await.output(), Some(r#"{"ok":1}"#));
    assert_eq!(refusal(succeed().await), "TaskTimedOut");
    assert_eq!(refusal(stage.client().send_task_heartbeat().task_token(&token).send().await), "TaskTimedOut");
}

#[tokio::test]
async fn a_failure_may_say_nothing() {
    let (stage, arn, token) = waiting().await;
    stage.client().send_task_failure().task_token(&token).send().await.unwrap();
    let described = stage.describe(&arn).await;
    assert_eq!(
        (described.status(), described.error(), described.cause()),
        (&ExecutionStatus::Failed, None, None)
    );
    let history = stage.client().get_execution_history().execution_arn(&arn).send().await.unwrap();
    let failed =
        history.events().iter().find(|event| *event.r#type() == HistoryEventType::TaskFailed).unwrap();
    let failed = failed.task_failed_event_details().unwrap();
    assert_eq!((failed.error(), failed.cause(), failed.resource_type()), (None, None, "sqs"));
}

#[tokio::test]
async fn signs_of_life_keep_a_task_waiting_up_to_its_time_out() {
    let (stage, arn, token) = waiting().await;
    for _ in 0..10 {
        stage.pass(59).await;
        stage.client().send_task_heartbeat().task_token(&token).send().await.unwrap();
    }
    stage.pass(9).await;
    assert_eq!(stage.describe(&arn).await.status(), &ExecutionStatus::Running);
    stage.pass(1).await;
    assert_eq!(stage.describe(&arn).await.error(), Some("States.Timeout"));
    let (stage, arn, _) = waiting().await;
    stage.pass(60).await;
    // A missing sign of life is reported as a time-out too.
    assert_eq!(stage.describe(&arn).await.error(), Some("States.Timeout"));
}

#[tokio::test]
async fn tokens_that_never_were_are_told_from_rubbish() {
    let (stage, _, token) = waiting().await;
    let beat = |token: String| stage.client().send_task_heartbeat().task_token(token).send();
    assert_eq!(refusal(beat("0".repeat(64)).await), "TaskDoesNotExist");
    assert_eq!(refusal(beat("rubbish".to_owned()).await), "InvalidToken");
    assert_eq!(refusal(beat("t".repeat(2_048)).await), "InvalidToken");
    assert_eq!(refusal(beat("t".repeat(2_049)).await), "ValidationException");
    beat(token).await.unwrap();
}

#[tokio::test]
async fn answers_end_at_their_limits() {
    let (stage, _, token) = waiting().await;
    let fail = |error: usize, cause: usize| {
        let failure = stage.client().send_task_failure().task_token(&token);
        failure.error("e".repeat(error)).cause("c".repeat(cause)).send()
    };
    assert_eq!(refusal(fail(257, 1).await), "ValidationException");
    assert_eq!(refusal(fail(1, 32_769).await), "ValidationException");
    let succeed =
        |output: String| stage.client().send_task_success().task_token(&token).output(output).send();
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    assert_eq!(refusal(succeed("{".to_owned()).await), "InvalidOutput");
    assert_eq!(refusal(succeed(text(262_145)).await), "ValidationException");
    assert_eq!(refusal(succeed(format!("\"{}\"", "é".repeat(131_072))).await), "InvalidOutput");
    succeed(text(262_144)).await.unwrap();
    let (stage, arn, token) = waiting().await;
    let failure = stage.client().send_task_failure().task_token(&token);
    failure.error("e".repeat(256)).cause("c".repeat(32_768)).send().await.unwrap();
    assert_eq!(stage.describe(&arn).await.cause().map(str::len), Some(32_768));
}
