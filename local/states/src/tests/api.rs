//! The official SDK against the protocol, without a socket.

use super::world::{World, invoke, sent, token_in, wait_for_token};
use crate::StateMachines;
use aws_sdk_sfn::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::{ProvideErrorMetadata, SdkError},
    types::{ExecutionStatus, HistoryEventType},
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::HttpRequest,
        result::ConnectorError,
    },
    http::Response,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use serde_json::json;

#[derive(Clone, Debug)]
struct Direct(StateMachines);

impl HttpConnector for Direct {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let service = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let request =
                request.map(|body| Bytes::copy_from_slice(body.bytes().expect("requests are buffered")));
            let answer = service.handle(request).await;
            Response::try_from(answer.map(SdkBody::from)).map_err(|error| ConnectorError::user(error.into()))
        })
    }
}

fn client(service: &StateMachines) -> Client {
    let connector = SharedHttpConnector::new(Direct(service.clone()));
    let config = aws_sdk_sfn::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .region(Region::new("eu-central-1"))
        .endpoint_url("http://127.0.0.1:4566")
        .http_client(http_client_fn(move |_, _| connector.clone()));
    Client::from_conf(config.build())
}

fn code<T, E: ProvideErrorMetadata>(outcome: Result<T, SdkError<E>>) -> String {
    outcome.err().and_then(|error| error.code().map(str::to_owned)).unwrap_or_default()
}

#[tokio::test]
async fn an_execution_is_started_described_and_read() {
    let world = World::new();
    let client = client(&world.service);
    let machine = world.define("machine", &json!({"A": invoke(&json!({}))}));
    let start =
        || client.start_execution().state_machine_arn(&machine).name("one").input(r#"{"n":1}"#).send();
    let started = start().await.unwrap();
    assert_eq!(started.execution_arn(), "arn:aws:states:eu-central-1:000000000000:execution:machine:one");
    let again = start().await.unwrap();
    assert_eq!((again.execution_arn(), again.start_date()), (started.execution_arn(), started.start_date()));
    let other = client.start_execution().state_machine_arn(&machine).name("one").input("{}").send().await;
    assert_eq!(code(other), "ExecutionAlreadyExists");

    world.call().await.answer(json!("fine"));
    world.ended(started.execution_arn()).await;
    let described = client.describe_execution().execution_arn(started.execution_arn()).send().await.unwrap();
    assert_eq!(described.status(), &ExecutionStatus::Succeeded);
    assert_eq!((described.input(), described.output()), (Some(r#"{"n":1}"#), Some(r#""fine""#)));
    assert_eq!(described.start_date(), started.start_date());
    assert!(described.stop_date().is_some());
    assert_eq!(code(start().await), "ExecutionAlreadyExists");
}

#[tokio::test]
async fn history_is_paged_both_ways_and_can_leave_the_data_out() {
    let world = World::new();
    let client = client(&world.service);
    let started = world.start(&json!({"A": invoke(&json!({}))}), json!({})).await;
    world.call().await.answer(json!(1));
    world.ended(&started.arn).await;
    let mut kinds = Vec::new();
    let mut pages =
        client.get_execution_history().execution_arn(&started.arn).max_results(3).into_paginator().send();
    while let Some(page) = pages.next().await {
        kinds.extend(page.unwrap().events().iter().map(|event| event.r#type().clone()));
    }
    let expected = [
        HistoryEventType::ExecutionStarted,
        HistoryEventType::TaskStateEntered,
        HistoryEventType::TaskScheduled,
        HistoryEventType::TaskStarted,
        HistoryEventType::TaskSucceeded,
        HistoryEventType::TaskStateExited,
        HistoryEventType::ExecutionSucceeded,
    ];
    assert_eq!(kinds, expected);
    let latest =
        client.get_execution_history().execution_arn(&started.arn).reverse_order(true).max_results(1);
    let latest = latest.send().await.unwrap();
    let succeeded = latest.events()[0].execution_succeeded_event_details().unwrap();
    assert_eq!((latest.events()[0].id(), succeeded.output()), (7, Some("1")));
    let bare = client.get_execution_history().execution_arn(&started.arn).include_execution_data(false);
    let bare = bare.send().await.unwrap();
    assert_eq!(bare.events()[0].execution_started_event_details().unwrap().input(), None);
}

#[tokio::test]
async fn executions_are_listed_latest_first_by_status() {
    let world = World::new();
    let client = client(&world.service);
    let machine = world.define("machine", &json!({"A": {"Type": "Wait", "Seconds": 9, "End": true}}));
    for name in ["one", "two", "three"] {
        client.start_execution().state_machine_arn(&machine).name(name).send().await.unwrap();
    }
    let two = "arn:aws:states:eu-central-1:000000000000:execution:machine:two";
    client.stop_execution().execution_arn(two).cause("enough").send().await.unwrap();
    let list = || client.list_executions().state_machine_arn(&machine);
    let names = |page: &aws_sdk_sfn::operation::list_executions::ListExecutionsOutput| {
        page.executions().iter().map(|execution| execution.name().to_owned()).collect::<Vec<_>>()
    };
    let first = list().max_results(2).send().await.unwrap();
    assert_eq!(names(&first), ["three", "two"]);
    let rest =
        list().max_results(2).set_next_token(first.next_token().map(str::to_owned)).send().await.unwrap();
    assert_eq!((names(&rest), rest.next_token()), (vec!["one".to_owned()], None));
    let running = list().status_filter(ExecutionStatus::Running).send().await.unwrap();
    assert_eq!(names(&running), ["three", "one"]);
    let machines = client.list_state_machines().send().await.unwrap();
    assert_eq!(machines.state_machines()[0].state_machine_arn(), machine);
    let described = client.describe_state_machine().state_machine_arn(&machine).send().await.unwrap();
    assert!(described.definition().contains("Wait"));
}

#[tokio::test]
async fn tokens_are_answered_through_the_api() {
    let world = World::new();
    let client = client(&world.service);
    let more = json!({"Catch": [{"ErrorEquals": ["Refused"], "Next": "B"}]});
    let states = json!({"A": wait_for_token(&more), "B": {"Type": "Succeed", "Output": "caught"}});
    let started = world.start(&states, json!({})).await;
    let call = world.call().await;
    let token = token_in(&call);
    call.answer(sent());
    client.send_task_heartbeat().task_token(&token).send().await.unwrap();
    assert_eq!(code(client.send_task_success().task_token(&token).output("{").send().await), "InvalidOutput");
    client.send_task_failure().task_token(&token).error("Refused").cause("{}").send().await.unwrap();
    assert_eq!(world.ended(&started.arn).await.output.as_deref(), Some(r#""caught""#));
    let late = client.send_task_success().task_token(&token).output("{}").send().await.unwrap_err();
    assert!(late.as_service_error().unwrap().is_task_timed_out());
    let unknown =
        client.send_task_success().task_token("0".repeat(64)).output("{}").send().await.unwrap_err();
    assert!(unknown.as_service_error().unwrap().is_task_does_not_exist());
    let rubbish = client.send_task_heartbeat().task_token("rubbish").send().await.unwrap_err();
    assert!(rubbish.as_service_error().unwrap().is_invalid_token());
}

#[tokio::test]
async fn errors_are_the_ones_that_the_sdk_knows() {
    let world = World::new();
    let client = client(&world.service);
    let machine = world.define("machine", &json!({"A": {"Type": "Succeed"}}));
    let nowhere = machine.replace("machine", "nowhere").replace("stateNowhere", "stateMachine");
    let start = |machine: &str, name: &str, input: &str| {
        client.start_execution().state_machine_arn(machine).name(name).input(input).send()
    };
    assert_eq!(code(start(&nowhere, "one", "{}").await), "StateMachineDoesNotExist");
    assert_eq!(code(start("machine", "one", "{}").await), "InvalidArn");
    assert_eq!(code(start(&machine, "o ne", "{}").await), "InvalidName");
    assert_eq!(code(start(&machine, &"n".repeat(81), "{}").await), "ValidationException");
    assert_eq!(code(start(&machine, "one", "{").await), "InvalidExecutionInput");
    assert_eq!(
        code(start(&machine, "one", &json!("x".repeat(300_000)).to_string()).await),
        "ValidationException"
    );
    let describe = |arn: &str| client.describe_execution().execution_arn(arn).send();
    assert_eq!(
        code(describe("arn:aws:states:eu-central-1:000000000000:execution:machine:none").await),
        "ExecutionDoesNotExist"
    );
    assert_eq!(code(describe("none").await), "InvalidArn");
    assert_eq!(
        code(client.list_executions().state_machine_arn(&machine).max_results(1001).send().await),
        "ValidationException"
    );
    assert_eq!(
        code(client.list_executions().state_machine_arn(&machine).next_token("x").send().await),
        "InvalidToken"
    );
    assert_eq!(code(client.list_activities().send().await), "UnknownOperationException");
}

#[tokio::test]
async fn rubbish_is_answered_not_dropped() {
    let world = World::new();
    let ask = |target: &'static str, body: &'static [u8]| {
        let request = http::Request::post("/").header("x-amz-target", target).body(Bytes::from_static(body));
        world.service.handle(request.expect("the request is well formed"))
    };
    for (target, body, expected) in [
        ("AWSStepFunctions.Explode", &b"{}"[..], "UnknownOperationException"),
        ("Nonsense", b"{}", "UnknownOperationException"),
        ("AWSStepFunctions.Explode", b"not json", "UnknownOperationException"),
        ("AWSStepFunctions.StartExecution", b"not json", "SerializationException"),
        ("AWSStepFunctions.StartExecution", b"[]", "SerializationException"),
        ("AWSStepFunctions.StartExecution", b"", "ValidationException"),
        ("AWSStepFunctions.StartExecution", br#"{"stateMachineArn":5}"#, "ValidationException"),
    ] {
        let answer = ask(target, body).await;
        let error: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!((answer.status().as_u16(), &error["__type"]), (400, &json!(expected)), "{target}");
        assert_eq!(answer.headers()["content-type"], "application/x-amz-json-1.0");
    }
}
