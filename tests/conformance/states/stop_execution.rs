use super::{Stage, wait, wait_for_token};
use crate::host::refusal;
use aws_sdk_sfn::types::{ExecutionStatus, HistoryEventType};
use serde_json::json;

#[tokio::test]
async fn stopping_says_why_and_when() {
    let stage = Stage::new(&[]);
    let arn = stage.start(&wait(9)).await;
    let stopped = stage
        .client()
        .stop_execution()
        .execution_arn(&arn)
        .error("Enough")
        .cause("of it")
        .send()
        .await
        .unwrap();
    let described = stage.describe(&arn).await;
    assert_eq!(
        (described.status(), described.stop_date()),
        (&ExecutionStatus::Aborted, Some(stopped.stop_date()))
    );
    assert_eq!((described.error(), described.cause()), (Some("Enough"), Some("of it")));
    let last =
        stage.client().get_execution_history().execution_arn(&arn).reverse_order(true).send().await.unwrap();
    let aborted = &last.events()[0];
    // AWS lets this event follow from none.
    assert_eq!((aborted.r#type(), aborted.previous_event_id()), (&HistoryEventType::ExecutionAborted, 0));
    stage.host.clock.advance(std::time::Duration::from_secs(1));
    let again = stage.client().stop_execution().execution_arn(&arn).send().await.unwrap();
    assert_eq!(again.stop_date(), stopped.stop_date());
}

#[tokio::test]
async fn stopping_voids_tokens() {
    let stage = Stage::new(&[]);
    let arn = stage.start(&json!({"A": wait_for_token()})).await;
    stage.settle().await;
    stage.client().stop_execution().execution_arn(&arn).send().await.unwrap();
    let late = stage.client().send_task_success().task_token(stage.token()).output("1").send().await;
    assert_eq!(refusal(late), "TaskTimedOut");
}

#[tokio::test]
async fn what_is_said_ends_at_its_limits() {
    let stage = Stage::new(&[]);
    let arn = stage.start(&wait(9)).await;
    let stop = |error: usize, cause: usize| {
        stage
            .client()
            .stop_execution()
            .execution_arn(&arn)
            .error("e".repeat(error))
            .cause("c".repeat(cause))
            .send()
    };
    assert_eq!(refusal(stop(257, 1).await), "ValidationException");
    assert_eq!(refusal(stop(1, 32_769).await), "ValidationException");
    assert!(stop(256, 32_768).await.is_ok());
    let nowhere = stage.client().stop_execution().execution_arn(format!("{arn}-else")).send().await;
    assert_eq!(refusal(nowhere), "ExecutionDoesNotExist");
}
