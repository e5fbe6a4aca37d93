use super::{Stage, call, wait, wait_for_token};
use crate::host::refusal;
use aws_sdk_sfn::types::{HistoryEvent, HistoryEventType};
use serde_json::json;

async fn events(stage: &Stage, arn: &str) -> Vec<HistoryEvent> {
    let history = stage.client().get_execution_history().execution_arn(arn).send().await;
    history.expect("it has a history").events().to_vec()
}

#[tokio::test]
async fn a_task_with_a_token_is_scheduled_started_submitted_and_ended() {
    let stage = Stage::new(&[]);
    let arn = stage.start(&json!({"A": wait_for_token()})).await;
    stage.settle().await;
    stage.client().send_task_success().task_token(stage.token()).output("7").send().await.unwrap();
    let events = events(&stage, &arn).await;
    let kinds: Vec<_> = events.iter().map(HistoryEvent::r#type).collect();
    let expected = [
        HistoryEventType::ExecutionStarted,
        HistoryEventType::TaskStateEntered,
        HistoryEventType::TaskScheduled,
        HistoryEventType::TaskStarted,
        HistoryEventType::TaskSubmitted,
        HistoryEventType::TaskSucceeded,
        HistoryEventType::TaskStateExited,
        HistoryEventType::ExecutionSucceeded,
    ];
    assert_eq!(kinds, expected.iter().collect::<Vec<_>>());
    let links: Vec<_> = events.iter().map(|event| (event.id(), event.previous_event_id())).collect();
    assert_eq!(links, [(1, 0), (2, 0), (3, 2), (4, 3), (5, 4), (6, 5), (7, 6), (8, 7)]);
    let scheduled = events[2].task_scheduled_event_details().unwrap();
    assert_eq!((scheduled.resource_type(), scheduled.resource()), ("sqs", "sendMessage.waitForTaskToken"));
    assert_eq!((scheduled.timeout_in_seconds(), scheduled.heartbeat_in_seconds()), (Some(600), Some(60)));
    assert!(scheduled.parameters().contains(&stage.token()));
    let submitted = events[4].task_submitted_event_details().unwrap();
    assert!(submitted.output().unwrap().contains("m-1") && !submitted.output_details().unwrap().truncated());
    let succeeded = events[7].execution_succeeded_event_details().unwrap();
    assert_eq!(succeeded.output(), Some("7"));
}

#[tokio::test]
async fn variables_and_inputs_are_shown_unless_they_are_not_wanted() {
    let stage = Stage::new(&[Ok(json!(1))]);
    let mut assigning = call();
    assigning["Assign"] = json!({"x": "{% [1, 2] %}"});
    let arn = stage.start(&json!({ "A": assigning })).await;
    stage.settle().await;
    let exited = |events: &[HistoryEvent]| {
        let exited =
            events.iter().find(|event| *event.r#type() == HistoryEventType::TaskStateExited).unwrap();
        exited.state_exited_event_details().unwrap().clone()
    };
    let shown = exited(&events(&stage, &arn).await);
    assert_eq!(shown.assigned_variables().unwrap().get("x").map(String::as_str), Some("[1,2]"));
    let bare = stage.client().get_execution_history().execution_arn(&arn).include_execution_data(false);
    let bare = bare.send().await.unwrap();
    assert_eq!((exited(bare.events()).output(), exited(bare.events()).name()), (None, "A"));
    assert_eq!(bare.events()[0].execution_started_event_details().unwrap().input(), None);
}

#[tokio::test]
async fn pages_go_both_ways() {
    let stage = Stage::new(&[Ok(json!(1))]);
    let arn = stage.start(&json!({"A": call()})).await;
    stage.settle().await;
    let ids = async |reverse: bool| {
        let pages =
            stage.client().get_execution_history().execution_arn(&arn).max_results(3).reverse_order(reverse);
        let mut pages = pages.into_paginator().send();
        let mut ids = Vec::new();
        while let Some(page) = pages.next().await {
            ids.extend(page.unwrap().events().iter().map(HistoryEvent::id));
        }
        ids
    };
    assert_eq!(ids(false).await, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(ids(true).await, [7, 6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn pages_and_tokens_end_at_their_limits() {
    let stage = Stage::new(&[]);
    let arn = stage.start(&wait(9)).await;
    let history = || stage.client().get_execution_history().execution_arn(&arn);
    for size in [0, 999, 1_000] {
        assert!(history().max_results(size).send().await.is_ok(), "{size}");
    }
    assert_eq!(refusal(history().max_results(1_001).send().await), "ValidationException");
    assert_eq!(refusal(history().next_token("t".repeat(1_024)).send().await), "InvalidToken");
    assert_eq!(refusal(history().next_token("t".repeat(1_025)).send().await), "ValidationException");
    let nowhere = stage.client().get_execution_history().execution_arn(format!("{arn}-else")).send().await;
    assert_eq!(refusal(nowhere), "ExecutionDoesNotExist");
}

#[tokio::test]
async fn an_execution_ends_with_its_history() {
    let stage = Stage::new(&[]);
    let arn =
        stage.start(&json!({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}})).await;
    let described = stage.describe(&arn).await;
    assert_eq!(described.error(), Some("States.Runtime"));
    assert_eq!(described.redrive_status_reason(), Some("Execution history event limit exceeded"));
    let last = stage.client().get_execution_history().execution_arn(&arn).reverse_order(true).max_results(1);
    let last = last.send().await.unwrap();
    assert_eq!(
        (last.events()[0].id(), last.events()[0].r#type()),
        (25_000, &HistoryEventType::ExecutionFailed)
    );
}
