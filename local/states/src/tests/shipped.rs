//! The machines of this repository, run as the host runs them.

use super::world::{World, sent};
use crate::{StartExecution, StateMachines};
use serde_json::{Value, json};

fn define(service: &StateMachines, name: &str, definition: &str) -> String {
    service
        .define(name, "arn:aws:iam::000000000000:role/machine", definition)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[tokio::test]
async fn every_machine_is_accepted() {
    let world = World::new();
    define(&world.service, "forget", include_str!("../../../../statemachines/forget.asl.json"));
    define(&world.service, "overdue", include_str!("../../../../statemachines/overdue.asl.json"));
    define(&world.service, "results", include_str!("../../../../statemachines/results.asl.json"));
    define(&world.service, "transfer", include_str!("../../../../statemachines/transfer.asl.json"));
}

/// Starts the transfer machine and answers its deliveries in turn, through restarts; gives how it ended.
async fn transfer(answers: &[&str]) -> String {
    let mut world = World::new();
    let machine =
        define(&world.service, "transfer", include_str!("../../../../statemachines/transfer.asl.json"));
    let input = json!({
        "document_id": "document-1", "revision": "revision-1", "attempt": 1, "cycle": 1, "kind": "lesson_plan",
        "give_up_at": "2026-01-03T03:04:05Z", "retry_after_seconds": 7,
    });
    let request = StartExecution { machine, name: Some("transfer-1".to_owned()), input };
    let started = world.service.start_execution(request).await.unwrap();
    for outcome in answers {
        world.pass(2 * 60 * 60);
        let call = world.call().await;
        let body: Value = serde_json::from_str(call.arguments["MessageBody"].as_str().unwrap()).unwrap();
        assert_eq!(body["document_id"], json!("document-1"));
        call.answer(sent());
        let submitted =
            |_: &crate::Described, kinds: &[String]| kinds.last().is_some_and(|kind| kind == "TaskSubmitted");
        world.until(&started.arn, submitted).await;
        world = world.restart().await;
        let token = body["task_token"].as_str().unwrap();
        world.service.send_task_success(token, json!({"outcome": outcome})).await.unwrap();
    }
    world.ended(&started.arn).await.status
}

#[tokio::test]
async fn a_delivery_is_tried_until_it_is_taken_or_the_end_has_come() {
    assert_eq!(transfer(&["done"]).await, "SUCCEEDED");
    assert_eq!(transfer(&["retry", "retry", "done"]).await, "SUCCEEDED");
    assert_eq!(transfer(&["retry"; 12]).await, "FAILED");
}
