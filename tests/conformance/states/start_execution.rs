use super::{Stage, wait};
use crate::host::refusal;
use serde_json::json;

/// The most that an input has, in bytes.
const INPUT_BYTES_MAX: usize = 262_144;

#[tokio::test]
async fn starting_twice_starts_once_while_it_runs() {
    let stage = Stage::new(&[]);
    let machine = stage.define(&wait(9));
    let start = |input: &str| {
        stage.client().start_execution().state_machine_arn(&machine).name("one").input(input).send()
    };
    let first = start(r#"{"n": 1}"#).await.unwrap();
    stage.host.clock.advance(std::time::Duration::from_secs(1));
    let again = start(r#"{"n":1}"#).await.unwrap();
    assert_eq!((again.execution_arn(), again.start_date()), (first.execution_arn(), first.start_date()));
    assert_eq!(refusal(start(r#"{"n":2}"#).await), "ExecutionAlreadyExists");
    stage.pass(9).await;
    assert_eq!(refusal(start(r#"{"n":1}"#).await), "ExecutionAlreadyExists");
}

#[tokio::test]
async fn without_a_name_or_an_input_both_are_made() {
    let stage = Stage::new(&[]);
    let machine = stage.define(&wait(9));
    let start = || stage.client().start_execution().state_machine_arn(&machine).send();
    let (first, second) = (start().await.unwrap(), start().await.unwrap());
    assert_ne!(first.execution_arn(), second.execution_arn());
    assert_eq!(stage.describe(first.execution_arn()).await.input(), Some("{}"));
}

#[tokio::test]
async fn inputs_and_names_end_at_their_limits() {
    let stage = Stage::new(&[]);
    let machine = stage.define(&wait(9));
    let start = |name: String, input: String| {
        stage.client().start_execution().state_machine_arn(&machine).name(name).input(input).send()
    };
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    assert!(start("a".to_owned(), text(INPUT_BYTES_MAX - 1)).await.is_ok());
    assert!(start("b".to_owned(), text(INPUT_BYTES_MAX)).await.is_ok());
    assert_eq!(refusal(start("c".to_owned(), text(INPUT_BYTES_MAX + 1)).await), "ValidationException");
    let wide = format!("\"{}\"", "é".repeat(INPUT_BYTES_MAX / 2));
    assert_eq!(refusal(start("d".to_owned(), wide).await), "InvalidExecutionInput");
    for length in [79, 80] {
        assert!(start("n".repeat(length), "{}".to_owned()).await.is_ok(), "{length}");
    }
    assert_eq!(refusal(start("n".repeat(81), "{}".to_owned()).await), "ValidationException");
    for name in ["a b", "a/b", "a:b", "{a}", "a\u{7f}"] {
        assert_eq!(refusal(start(name.to_owned(), "{}".to_owned()).await), "InvalidName", "{name}");
    }
    assert_eq!(refusal(start("e".to_owned(), "{".to_owned()).await), "InvalidExecutionInput");
}

#[tokio::test]
async fn a_machine_must_be_there() {
    let stage = Stage::new(&[]);
    let machine = stage.define(&json!({"A": {"Type": "Succeed"}}));
    let start = |arn: String| stage.client().start_execution().state_machine_arn(arn).send();
    assert_eq!(refusal(start(format!("{machine}-else")).await), "StateMachineDoesNotExist");
    assert_eq!(refusal(start("machine".to_owned()).await), "InvalidArn");
    assert_eq!(refusal(start(format!("{machine}{}", "n".repeat(256))).await), "ValidationException");
}
