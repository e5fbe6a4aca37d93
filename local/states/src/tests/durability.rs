//! A host that dies, and another that opens what it left.

use super::world::{World, invoke, sent, token_in, wait_for_token};
use serde_json::json;

#[tokio::test]
async fn a_wait_goes_on_and_one_that_ended_meanwhile_is_over() {
    let states = json!({"A": {"Type": "Wait", "Seconds": 100, "Next": "B"}, "B": {"Type": "Succeed"}});
    let world = World::new();
    let started = world.start(&states, json!({})).await;
    world.pass(50);
    let world = world.restart().await;
    world.pass(49);
    assert_eq!(world.service.describe_execution(&started.arn).await.unwrap().status, "RUNNING");
    world.clock.advance(std::time::Duration::from_hours(1));
    let world = world.restart().await;
    assert_eq!(world.ended(&started.arn).await.status, "SUCCEEDED");
}

#[tokio::test]
async fn a_function_that_was_running_is_unknown_and_its_retry_decides() {
    let world = World::new();
    let retry =
        json!({"Retry": [{"ErrorEquals": ["Lambda.Unknown"], "IntervalSeconds": 5, "MaxAttempts": 1}]});
    let started = world.start(&json!({"A": invoke(&retry)}), json!({})).await;
    let lost = world.call().await;
    let world = world.restart().await;
    drop(lost);
    assert!(world.kinds(&started.arn).await.contains(&"TaskFailed".to_owned()));
    world.pass(5);
    let lost = world.call().await;
    let world = world.restart().await;
    drop(lost);
    let ended = world.ended(&started.arn).await;
    assert_eq!((ended.status.as_str(), ended.error.as_deref()), ("FAILED", Some("Lambda.Unknown")));
}

#[tokio::test]
async fn a_call_that_was_not_made_yet_is_made() {
    let mut world = World::new();
    world.stand_still().await;
    let started = world.start(&json!({"A": invoke(&json!({}))}), json!({})).await;
    let world = world.restart().await;
    world.call().await.answer(json!("made"));
    assert_eq!(world.ended(&started.arn).await.output.as_deref(), Some(r#""made""#));
}

#[tokio::test]
async fn a_message_that_may_not_have_been_sent_is_sent_again_with_the_same_token() {
    let world = World::new();
    let started = world.start(&json!({"A": wait_for_token(&json!({}))}), json!({})).await;
    let first = token_in(&world.call().await);
    let world = world.restart().await;
    let again = world.call().await;
    assert_eq!(token_in(&again), first);
    again.answer(sent());
    world.happened(&started.arn, "TaskSubmitted", 1).await;
    world.service.send_task_success(&first, json!(1)).await.unwrap();
    assert_eq!(world.ended(&started.arn).await.status, "SUCCEEDED");
}

#[tokio::test]
async fn a_token_keeps_waiting_and_its_message_is_not_sent_again() {
    let world = World::new();
    let started =
        world.start(&json!({"A": wait_for_token(&json!({"TimeoutSeconds": 1000}))}), json!({})).await;
    let call = world.call().await;
    let token = token_in(&call);
    call.answer(sent());
    world.happened(&started.arn, "TaskSubmitted", 1).await;
    let world = world.restart().await;
    world.pass(999);
    world.service.send_task_success(&token, json!("late but not too late")).await.unwrap();
    world.ended(&started.arn).await;
    assert!(world.no_call().await);
}

#[tokio::test]
async fn what_was_announced_and_not_acknowledged_is_announced_again() {
    let world = World::new();
    world.start(&json!({"A": {"Type": "Succeed"}}), json!({})).await;
    let before = world.service.next_events(10).unwrap();
    assert_eq!(before.len(), 2);
    let world = world.restart().await;
    assert_eq!(world.service.next_events(10).unwrap(), before);
}
