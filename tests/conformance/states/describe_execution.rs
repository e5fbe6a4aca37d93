use super::{Stage, call, wait};
use crate::host::refusal;
use aws_sdk_sfn::types::{ExecutionRedriveStatus, ExecutionStatus, IncludedData};
use serde_json::json;

#[tokio::test]
async fn an_execution_that_runs_says_so() {
    let stage = Stage::new(&[]);
    let arn = stage.start(&wait(9)).await;
    let described = stage.describe(&arn).await;
    assert_eq!((described.status(), described.name()), (&ExecutionStatus::Running, Some("one")));
    assert_eq!((described.stop_date(), described.output(), described.redrive_count()), (None, None, Some(0)));
    assert_eq!(described.redrive_status(), Some(&ExecutionRedriveStatus::NotRedrivable));
    assert_eq!(described.redrive_status_reason(), Some("Execution is RUNNING and cannot be redriven"));
    assert!(described.state_machine_arn().ends_with(":stateMachine:machine"));
}

#[tokio::test]
async fn one_that_succeeded_has_its_output() {
    let stage = Stage::new(&[Ok(json!({"ok": true}))]);
    let arn = stage.start(&json!({"A": call()})).await;
    stage.settle().await;
    let described = stage.describe(&arn).await;
    assert_eq!(
        (described.status(), described.output()),
        (&ExecutionStatus::Succeeded, Some(r#"{"ok":true}"#))
    );
    assert_eq!(described.stop_date(), Some(described.start_date()));
    assert!(described.input_details().unwrap().included() && described.output_details().unwrap().included());
    assert_eq!(described.redrive_status_reason(), Some("Execution is SUCCEEDED and cannot be redriven"));
    let bare =
        stage.client().describe_execution().execution_arn(&arn).included_data(IncludedData::MetadataOnly);
    let bare = bare.send().await.unwrap();
    assert_eq!((bare.input(), bare.output()), (None, None));
    assert!(!bare.input_details().unwrap().included());
}

#[tokio::test]
async fn one_that_failed_or_ran_too_long_can_be_redriven() {
    let stage = Stage::new(&[Err("Boom")]);
    let arn = stage.start(&json!({"A": call()})).await;
    stage.settle().await;
    let described = stage.describe(&arn).await;
    assert_eq!((described.error(), described.cause()), (Some("Boom"), Some("why")));
    assert_eq!(described.redrive_status(), Some(&ExecutionRedriveStatus::Redrivable));
    assert_eq!(described.redrive_status_reason(), None);

    let definition =
        json!({"QueryLanguage": "JSONata", "StartAt": "A", "TimeoutSeconds": 5, "States": wait(9)});
    let machine = stage.host.machines.define("short", "role", &definition.to_string()).unwrap();
    let arn = stage.client().start_execution().state_machine_arn(machine).send().await.unwrap();
    stage.pass(5).await;
    let described = stage.describe(arn.execution_arn()).await;
    // AWS gives neither an error nor a cause for this.
    assert_eq!(
        (described.status(), described.error(), described.cause()),
        (&ExecutionStatus::TimedOut, None, None)
    );
    assert_eq!(described.redrive_status(), Some(&ExecutionRedriveStatus::Redrivable));
}

#[tokio::test]
async fn an_execution_must_be_there() {
    let stage = Stage::new(&[]);
    let arn = stage.start(&wait(9)).await;
    let describe = |arn: String| stage.client().describe_execution().execution_arn(arn).send();
    assert_eq!(refusal(describe(format!("{arn}-else")).await), "ExecutionDoesNotExist");
    assert_eq!(refusal(describe(arn.replace("execution", "activity")).await), "InvalidArn");
}
