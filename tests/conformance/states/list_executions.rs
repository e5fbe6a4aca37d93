use super::{Stage, wait};
use crate::host::refusal;
use aws_sdk_sfn::{
    operation::list_executions::ListExecutionsOutput,
    types::{ExecutionListItem, ExecutionRedriveFilter, ExecutionStatus},
};

fn names(page: &ListExecutionsOutput) -> Vec<&str> {
    page.executions().iter().map(ExecutionListItem::name).collect()
}

#[tokio::test]
async fn the_latest_come_first_and_filters_hold() {
    let stage = Stage::new(&[]);
    let machine = stage.define(&wait(9));
    let mut arns = Vec::new();
    for name in ["one", "two", "three"] {
        let started =
            stage.client().start_execution().state_machine_arn(&machine).name(name).send().await.unwrap();
        arns.push(started.execution_arn().to_owned());
    }
    let list = || stage.client().list_executions().state_machine_arn(&machine);
    let first = list().max_results(2).send().await.unwrap();
    assert_eq!(names(&first), ["three", "two"]);
    let rest =
        list().max_results(2).set_next_token(first.next_token().map(str::to_owned)).send().await.unwrap();
    assert_eq!((names(&rest), rest.next_token()), (vec!["one"], None));

    for arn in &arns[..2] {
        stage.client().stop_execution().execution_arn(arn).send().await.unwrap();
    }
    stage.client().redrive_execution().execution_arn(&arns[0]).send().await.unwrap();
    let aborted = list().status_filter(ExecutionStatus::Aborted).send().await.unwrap();
    assert_eq!(names(&aborted), ["two"]);
    let redriven = list().redrive_filter(ExecutionRedriveFilter::Redriven).send().await.unwrap();
    assert_eq!(names(&redriven), ["one"]);
    assert_eq!(redriven.executions()[0].redrive_count(), Some(1));
    assert!(redriven.executions()[0].redrive_date().is_some());
    let not = list().redrive_filter(ExecutionRedriveFilter::NotRedriven).send().await.unwrap();
    assert_eq!(names(&not), ["three", "two"]);
    let pending = list().status_filter(ExecutionStatus::PendingRedrive).send().await.unwrap();
    assert!(pending.executions().is_empty());
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let stage = Stage::new(&[]);
    let machine = stage.define(&wait(9));
    let list = || stage.client().list_executions().state_machine_arn(&machine);
    assert_eq!(refusal(list().max_results(1_001).send().await), "ValidationException");
    assert_eq!(refusal(list().status_filter("SLEEPING".into()).send().await), "ValidationException");
    assert_eq!(refusal(list().redrive_filter("PERHAPS".into()).send().await), "ValidationException");
    assert_eq!(refusal(list().next_token("x").send().await), "InvalidToken");
    assert_eq!(refusal(list().next_token("x".repeat(3_097)).send().await), "ValidationException");
    let nowhere = stage.client().list_executions().state_machine_arn(format!("{machine}-else")).send().await;
    assert_eq!(refusal(nowhere), "StateMachineDoesNotExist");
    assert_eq!(refusal(stage.client().list_executions().send().await), "ValidationException");
}
