//! How many executions a second this machine starts and how many transitions it makes, on disk, through the API.
//!
//! `cargo run --release -p local-states --example throughput -- [executions] [callers]`

use async_trait::async_trait;
use bytes::Bytes;
use clock::{Pace, SystemClock, SystemRandom};
use http::Request;
use local_states::{Config, Settings, StateMachines, TaskError, Tasks};
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    sync::Arc,
    time::{Duration, Instant},
};

/// A machine of three states: what a document's recovery needs at least.
const DEFINITION: &str = r#"{"QueryLanguage":"JSONata","StartAt":"Prepare","States":{
    "Prepare":{"Type":"Pass","Assign":{"tries":1},"Next":"Call"},
    "Call":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Next":"Done",
        "Arguments":{"FunctionName":"f","Payload":"{% $states.input %}"},"Output":"{% $states.result.Payload %}"},
    "Done":{"Type":"Succeed"}}}"#;

#[derive(Debug)]
struct Echo;

#[async_trait]
impl Tasks for Echo {
    async fn invoke(&self, _function: &str, payload: Value) -> Result<Value, TaskError> {
        Ok(payload)
    }

    async fn send_message(&self, _arguments: Value) -> Result<Value, TaskError> {
        Ok(json!({}))
    }
}

#[expect(clippy::disallowed_methods, reason = "what is measured is the time that really passes")]
fn now() -> Instant {
    Instant::now()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let executions: usize = arguments.next().map(|text| text.parse()).transpose()?.unwrap_or(5_000);
    let callers: usize = arguments.next().map(|text| text.parse()).transpose()?.unwrap_or(64);
    let folder = tempfile::tempdir_in(".")?;
    let settings = Settings {
        config: Config::default(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        pace: Pace::REAL,
        tasks: Arc::new(Echo),
    };
    let service = StateMachines::open(&folder.path().join("machines.sqlite"), settings)?;
    let machine = service.define("throughput", "arn:aws:iam::000000000000:role/machine", DEFINITION)?;
    let runner = tokio::spawn({
        let service = service.clone();
        async move { service.run(std::future::pending()).await }
    });
    let began = now();
    let starting: Vec<_> = (0..callers)
        .map(|caller| {
            let (service, machine) = (service.clone(), machine.clone());
            tokio::spawn(async move {
                for number in (caller..executions).step_by(callers) {
                    let name = format!("run-{number}");
                    let input = json!({"n": number}).to_string();
                    let body = json!({"stateMachineArn": machine, "name": name, "input": input});
                    ask(&service, "StartExecution", &body).await;
                }
            })
        })
        .collect();
    for task in starting {
        task.await?;
    }
    let started = began.elapsed();
    let running = json!({"stateMachineArn": machine, "statusFilter": "RUNNING", "maxResults": 1});
    while ask(&service, "ListExecutions", &running).await["executions"]
        .as_array()
        .is_some_and(|left| !left.is_empty())
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let ended = began.elapsed();
    runner.abort();
    #[expect(clippy::cast_precision_loss, reason = "a count of executions fits a double")]
    let per_second = |count: usize, time: Duration| count as f64 / time.as_secs_f64();
    writeln!(
        io::stdout(),
        "{executions} executions, {callers} callers: {:.0} starts/s, {:.0} executions/s, {:.0} state transitions/s",
        per_second(executions, started),
        per_second(executions, ended),
        per_second(3 * executions, ended),
    )?;
    Ok(())
}

async fn ask(service: &StateMachines, operation: &str, body: &Value) -> Value {
    let request = Request::post("/").header("x-amz-target", format!("AWSStepFunctions.{operation}"));
    let answer =
        service.handle(request.body(Bytes::from(body.to_string())).expect("it is well formed")).await;
    assert!(answer.status().is_success(), "{answer:?}");
    serde_json::from_slice(answer.body()).unwrap_or_default()
}
