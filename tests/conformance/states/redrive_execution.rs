use super::{Stage, call, wait};
use crate::host::refusal;
use aws_sdk_sfn::types::{ExecutionStatus, HistoryEventType};
use serde_json::json;

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn what_failed_goes_on_where_it_failed() {
    let stage = Stage::new(&[Ok(json!(1)), Err("Boom"), Ok(json!(2))]);
    let mut first = call();
    first["Next"] = json!("B");
    first.as_object_mut().unwrap().remove("End");
    let arn = stage.start(&json!({"A": first, "B": call()})).await;
    stage.settle().await;
    let failed = stage.describe(&arn).await;
    assert_eq!((failed.status(), failed.error()), (&ExecutionStatus::Failed, Some("Boom")));
    stage.host.clock.advance(std::time::Duration::from_mins(1));
    let redriven = stage.client().redrive_execution().execution_arn(&arn).send().await.unwrap();
    let running = stage.describe(&arn).await;
    assert_eq!(
        (running.status(), running.stop_date(), running.error()),
        (&ExecutionStatus::Running, None, None)
    );
    assert_eq!((running.redrive_count(), running.redrive_date()), (Some(1), Some(redriven.redrive_date())));
    stage.settle().await;
    let ended = stage.describe(&arn).await;
    assert_eq!((ended.status(), ended.output()), (&ExecutionStatus::Succeeded, Some("2")));
    let history = stage.client().get_execution_history().execution_arn(&arn).send().await.unwrap();
    let event =
        history.events().iter().find(|event| *event.r#type() == HistoryEventType::ExecutionRedriven).unwrap();
    assert_eq!(event.execution_redriven_event_details().unwrap().redrive_count(), Some(1));
    let entered =
        history.events().iter().filter(|event| *event.r#type() == HistoryEventType::TaskStateEntered).count();
    assert_eq!(entered, 2, "what succeeded does not run again");
    assert_eq!(
        refusal(stage.client().redrive_execution().execution_arn(&arn).send().await),
        "ExecutionNotRedrivable"
    );
}

#[tokio::test]
async fn one_that_runs_is_not_redriven_and_the_same_token_asks_once() {
    let stage = Stage::new(&[]);
    let arn = stage.start(&wait(9)).await;
    let redrive =
        |token: &str| stage.client().redrive_execution().execution_arn(&arn).client_token(token).send();
    assert_eq!(refusal(redrive("a").await), "ExecutionNotRedrivable");
    stage.client().stop_execution().execution_arn(&arn).send().await.unwrap();
    let first = redrive("a").await.unwrap();
    stage.host.clock.advance(std::time::Duration::from_secs(8));
    assert_eq!(redrive("a").await.unwrap().redrive_date(), first.redrive_date());
    assert_eq!(refusal(redrive("b").await), "ExecutionNotRedrivable");
    assert_eq!(stage.describe(&arn).await.redrive_count(), Some(1));
    assert!(matches!(refusal(redrive(&"t".repeat(65)).await).as_str(), "ValidationException"));
}

#[tokio::test]
async fn the_time_for_it_ends_after_fourteen_days() {
    let redriven_after = async |seconds: u64| {
        let stage = Stage::new(&[]);
        let arn = stage.start(&wait(9)).await;
        stage.client().stop_execution().execution_arn(&arn).send().await.unwrap();
        stage.pass(seconds).await;
        let redriven = stage.client().redrive_execution().execution_arn(&arn).send().await.is_ok();
        (redriven, stage.describe(&arn).await.redrive_status_reason().map(str::to_owned))
    };
    let running = Some("Execution is RUNNING and cannot be redriven".to_owned());
    assert_eq!(redriven_after(14 * DAY - 1).await, (true, running.clone()));
    assert_eq!(redriven_after(14 * DAY).await, (true, running));
    let over = Some("Execution redrivable period exceeded".to_owned());
    assert_eq!(redriven_after(14 * DAY + 1).await, (false, over));
}
