use super::{Stage, wait};
use crate::host::refusal;
use aws_sdk_sfn::types::StateMachineListItem;

#[tokio::test]
async fn an_execution_keeps_the_definition_that_it_runs() {
    let stage = Stage::new(&[]);
    let arn = stage.start(&wait(9)).await;
    stage.host.clock.advance(std::time::Duration::from_secs(5));
    let machine = stage.define(&wait(10));
    let now = stage.client().describe_state_machine().state_machine_arn(&machine).send().await.unwrap();
    assert!(now.definition().contains("10"));
    let then =
        stage.client().describe_state_machine_for_execution().execution_arn(&arn).send().await.unwrap();
    assert!(then.definition().contains('9') && !then.definition().contains("10"));
    assert_eq!((then.name(), then.state_machine_arn()), ("machine", machine.as_str()));
    assert_eq!(then.update_date().secs(), now.creation_date().secs() + 5);
    assert_eq!(then.role_arn(), now.role_arn());
}

#[tokio::test]
async fn machines_are_listed_by_name_in_pages() {
    let stage = Stage::new(&[]);
    let definition =
        serde_json::json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": wait(1)}).to_string();
    for name in ["b", "c", "a"] {
        stage.host.machines.define(name, "role", &definition).unwrap();
    }
    let list = || stage.client().list_state_machines().max_results(2);
    let first = list().send().await.unwrap();
    let names: Vec<_> = first.state_machines().iter().map(StateMachineListItem::name).collect();
    assert_eq!(names, ["a", "b"]);
    let rest = list().set_next_token(first.next_token().map(str::to_owned)).send().await.unwrap();
    assert_eq!((rest.state_machines().len(), rest.next_token()), (1, None));
    assert_eq!(refusal(list().max_results(1_001).send().await), "ValidationException");
    assert_eq!(refusal(list().next_token("t".repeat(1_025)).send().await), "ValidationException");
}
