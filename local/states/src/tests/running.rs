//! Executions that run: calls, waits, retries, tokens, events.

use super::world::{World, invoke, sent, token_in, wait_for_token};
use crate::{ListExecutions, StartExecution};
use clock::Pace;
use serde_json::{Value, json};

#[tokio::test]
async fn a_function_is_invoked_and_its_answer_is_the_output() {
    let world = World::new();
    let started = world.start(&json!({"A": invoke(&json!({}))}), json!({"n": 1})).await;
    let call = world.call().await;
    assert_eq!((call.to.as_str(), &call.arguments), ("ask", &json!({"n": 1})));
    call.answer(json!({"ok": true}));
    let ended = world.ended(&started.arn).await;
    assert_eq!((ended.status.as_str(), ended.output.as_deref()), ("SUCCEEDED", Some(r#"{"ok":true}"#)));
    assert_eq!(ended.stopped, Some(world.now()));
}

#[tokio::test]
async fn a_failed_call_is_retried_when_its_time_has_come() {
    let world = World::new();
    let retry = json!({"Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 30}]});
    let started = world.start(&json!({"A": invoke(&retry)}), json!({})).await;
    world.call().await.fail("Busy");
    world.happened(&started.arn, "TaskFailed", 1).await;
    world.pass(29);
    assert!(world.no_call().await);
    world.pass(1);
    world.call().await.answer(json!(2));
    assert_eq!(world.ended(&started.arn).await.output.as_deref(), Some("2"));
}

#[tokio::test]
async fn an_error_that_nothing_catches_fails_the_execution() {
    let world = World::new();
    let started = world.start(&json!({"A": invoke(&json!({}))}), json!({})).await;
    world.call().await.fail("Refused");
    let ended = world.ended(&started.arn).await;
    assert_eq!(
        (ended.status.as_str(), ended.error.as_deref(), ended.cause.as_deref()),
        ("FAILED", Some("Refused"), Some("{}"))
    );
}

#[tokio::test]
async fn a_function_that_panics_ends_as_unknown() {
    let world = World::new();
    let started = world.start(&json!({"A": invoke(&json!({}))}), json!({})).await;
    drop(world.call().await);
    assert_eq!(world.ended(&started.arn).await.error.as_deref(), Some("Lambda.Unknown"));
}

#[tokio::test]
async fn waits_end_when_the_clock_says_so_and_at_the_pace_of_the_host() {
    let world = World::at_pace(Pace::times(60));
    let states = json!({"A": {"Type": "Wait", "Seconds": 3600, "Next": "B"}, "B": {"Type": "Succeed"}});
    let started = world.start(&states, json!({})).await;
    world.pass(59);
    assert_eq!(world.service.describe_execution(&started.arn).await.unwrap().status, "RUNNING");
    world.pass(1);
    assert_eq!(world.ended(&started.arn).await.status, "SUCCEEDED");
}

#[tokio::test]
async fn a_token_is_answered_once() {
    let world = World::new();
    let started = world.start(&json!({"A": wait_for_token(&json!({}))}), json!({})).await;
    let call = world.call().await;
    let token = token_in(&call);
    call.answer(sent());
    world.happened(&started.arn, "TaskSubmitted", 1).await;
    world.service.send_task_heartbeat(&token).await.unwrap();
    world.service.send_task_success(&token, json!({"done": 1})).await.unwrap();
    let again = world.service.send_task_success(&token, json!({"done": 2})).await.unwrap_err();
    assert_eq!(again.code(), "TaskTimedOut");
    assert_eq!(world.ended(&started.arn).await.output.as_deref(), Some(r#"{"done":1}"#));
}

#[tokio::test]
async fn a_token_may_be_answered_before_its_message_is_known_to_be_sent() {
    let world = World::new();
    let started = world
        .start(
            &json!({"A": wait_for_token(&json!({"Next": "B", "End": false})), "B": invoke(&json!({}))}),
            json!({}),
        )
        .await;
    let call = world.call().await;
    world.service.send_task_success(&token_in(&call), json!(1)).await.unwrap();
    call.answer(sent());
    world.call().await.answer(json!(2));
    assert_eq!(world.ended(&started.arn).await.output.as_deref(), Some("2"));
    assert!(!world.kinds(&started.arn).await.contains(&"TaskSubmitted".to_owned()));
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_told_so() {
    let world = World::new();
    let started = world.start(&json!({"A": wait_for_token(&json!({"TimeoutSeconds": 60}))}), json!({})).await;
    let call = world.call().await;
    let token = token_in(&call);
    call.answer(sent());
    // The clock alone moves: nothing has fired the time-out before the answer comes.
    world.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(world.service.send_task_success(&token, json!(1)).await.unwrap_err().code(), "TaskTimedOut");
    assert_eq!(world.ended(&started.arn).await.error.as_deref(), Some("States.Timeout"));
}

#[tokio::test]
async fn stopping_voids_the_token() {
    let world = World::new();
    let started = world.start(&json!({"A": wait_for_token(&json!({}))}), json!({})).await;
    let token = token_in(&world.call().await);
    world.service.stop_execution(&started.arn, Some("Enough".to_owned()), None).await.unwrap();
    assert_eq!(
        world.service.send_task_failure(&token, Some("E".to_owned()), None).await.unwrap_err().code(),
        "TaskTimedOut"
    );
    let described = world.service.describe_execution(&started.arn).await.unwrap();
    assert_eq!((described.status.as_str(), described.error.as_deref()), ("ABORTED", Some("Enough")));
    let stopped = world.service.stop_execution(&started.arn, None, None).await.unwrap();
    assert_eq!(Some(stopped), described.stopped);
}

#[tokio::test]
async fn a_running_execution_keeps_the_definition_it_started_with() {
    let world = World::new();
    let states = |output: &str| json!({"A": {"Type": "Wait", "Seconds": 10, "Next": "B"}, "B": {"Type": "Succeed", "Output": output}});
    let old = world.start(&states("old"), json!({})).await;
    let new = world.start(&states("new"), json!({})).await;
    world.pass(10);
    assert_eq!(world.ended(&old.arn).await.output.as_deref(), Some(r#""old""#));
    assert_eq!(world.ended(&new.arn).await.output.as_deref(), Some(r#""new""#));
}

#[tokio::test]
async fn beginnings_and_ends_are_announced_until_they_are_acknowledged() {
    let world = World::new();
    let started =
        world.start(&json!({"A": {"Type": "Fail", "Error": "E", "Cause": "why"}}), json!({"n": 1})).await;
    let events = world.service.next_events(10).unwrap();
    let statuses: Vec<_> = events.iter().map(|(_, event)| event["detail"]["status"].clone()).collect();
    assert_eq!(statuses, [json!("RUNNING"), json!("FAILED")]);
    let (number, event) = &events[1];
    assert_eq!(event["source"], json!("aws.states"));
    assert_eq!(event["time"], json!("2026-01-02T03:04:05Z"));
    let detail = &event["detail"];
    assert_eq!(detail["executionArn"], json!(started.arn));
    assert_eq!(
        detail["stateMachineArn"],
        json!("arn:aws:states:eu-central-1:000000000000:stateMachine:machine")
    );
    assert_eq!((&detail["error"], &detail["cause"]), (&json!("E"), &json!("why")));
    assert_eq!((&detail["input"], &detail["output"]), (&json!("{\"n\":1}"), &Value::Null));
    assert_eq!(detail["stopDate"], json!(1_767_323_045_000_i64));
    world.service.acknowledge(events[0].0).unwrap();
    assert_eq!(world.service.next_events(10).unwrap(), [(*number, event.clone())]);
}

#[tokio::test]
async fn old_executions_are_forgotten_and_their_names_are_free_again() {
    let world = World::new();
    let machine = world.define("machine", &json!({"A": {"Type": "Succeed"}}));
    let start = |name: &str| {
        let request =
            StartExecution { machine: machine.clone(), name: Some(name.to_owned()), input: json!({}) };
        world.service.start_execution(request)
    };
    for number in 0..25 {
        start(&format!("run-{number}")).await.unwrap();
    }
    assert_eq!(start("run-1").await.unwrap_err().code(), "ExecutionAlreadyExists");
    world.pass(91 * 24 * 60 * 60);
    let list = ListExecutions { machine: machine.clone(), ..ListExecutions::default() };
    let mut turns = 0;
    while !world.service.list_executions(&list).await.unwrap().executions.is_empty() {
        tokio::task::yield_now().await;
        turns += 1;
        assert!(turns < 100_000, "they stay");
    }
    start("run-1").await.unwrap();
}
