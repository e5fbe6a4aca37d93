use super::{Stage, wait};
use crate::host::refusal;
use aws_sdk_sfn::types::{
    ValidateStateMachineDefinitionResultCode as Verdict, ValidateStateMachineDefinitionSeverity as Severity,
};
use serde_json::{Value, json};

fn definition(states: &Value) -> Value {
    json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": states})
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_with_its_place() {
    let stage = Stage::new(&[]);
    let validate = |text: String| stage.client().validate_state_machine_definition().definition(text).send();
    let sound = validate(definition(&wait(1)).to_string()).await.unwrap();
    assert_eq!(
        (sound.result(), sound.diagnostics().len(), sound.truncated()),
        (&Verdict::Ok, 0, Some(false))
    );
    let states = json!({
        "A": {"Type": "Wait", "Seconds": -1, "Next": "Nowhere"},
        "B": {"Type": "Pass", "QueryLanguage": "JSONPath", "End": true},
    });
    let wrong = validate(definition(&states).to_string()).await.unwrap();
    assert_eq!(wrong.result(), &Verdict::Fail);
    let mut found: Vec<_> =
        wrong.diagnostics().iter().map(|found| (found.code(), found.location().unwrap())).collect();
    found.sort_unstable();
    let expected = [
        ("MISSING_TRANSITION_TARGET", "/States/A/Next"),
        ("MISSING_TRANSITION_TARGET", "/States/B"),
        ("SCHEMA_VALIDATION_FAILED", "/States/A/Seconds"),
        ("SCHEMA_VALIDATION_FAILED", "/States/B"),
    ];
    assert_eq!(found, expected);
    assert!(wrong.diagnostics().iter().all(|found| *found.severity() == Severity::Error));
}

#[tokio::test]
async fn what_is_no_definition_is_told_in_the_words_of_aws() {
    let stage = Stage::new(&[]);
    let told = async |text: &str| {
        let answer =
            stage.client().validate_state_machine_definition().definition(text).send().await.unwrap();
        let found = &answer.diagnostics()[0];
        (found.code().to_owned(), found.message().to_owned(), found.location().map(str::to_owned))
    };
    let schema = "SCHEMA_VALIDATION_FAILED".to_owned();
    let required = "These fields are required: [States, StartAt]".to_owned();
    assert_eq!(told("{}").await, (schema.clone(), required, Some("/".to_owned())));
    let missing = "These fields are required: [StartAt]".to_owned();
    let states = definition(&wait(1))["States"].clone();
    let text = json!({"QueryLanguage": "JSONata", "States": states}).to_string();
    assert_eq!(told(&text).await, (schema, missing, Some("/".to_owned())));
    assert_eq!(told("not a definition").await.0, "INVALID_JSON_DESCRIPTION");
}

#[tokio::test]
async fn as_many_are_told_as_are_asked_for_up_to_a_hundred() {
    let stage = Stage::new(&[]);
    let mut states = json!({});
    for number in 0..120 {
        states[format!("S{number}")] = json!({"Type": "Wait", "Seconds": -1, "End": true});
    }
    let text = definition(&states).to_string();
    let count = async |limit: i32| {
        let validate =
            stage.client().validate_state_machine_definition().definition(&text).max_results(limit);
        let answer = validate.send().await.unwrap();
        (answer.diagnostics().len(), answer.truncated())
    };
    assert_eq!(count(1).await, (1, Some(true)));
    assert_eq!(count(0).await, (100, Some(true)));
    let long = json!("x".repeat(1_048_575)).to_string();
    let refused = stage.client().validate_state_machine_definition().definition(long).send().await;
    assert_eq!(refusal(refused), "ValidationException");
}
