//! AWS Step Functions.

mod describe_execution;
mod describe_state_machine;
mod get_execution_history;
mod list_executions;
mod redrive_execution;
mod send_task;
mod start_execution;
mod stop_execution;
mod validate_state_machine_definition;

use crate::host::Host;
use async_trait::async_trait;
use aws_sdk_sfn::{Client, operation::describe_execution::DescribeExecutionOutput};
use local_states::{TaskError, Tasks};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

/// More turns than the service needs for anything that is due.
const TURNS: usize = 500;

/// A host that runs machines, and what their tasks meet.
struct Stage {
    host: Host,
    script: Arc<Script>,
}

/// Functions answer from a list; messages are kept.
#[derive(Debug, Default)]
struct Script {
    answers: Mutex<VecDeque<Result<Value, TaskError>>>,
    sent: Mutex<Vec<Value>>,
}

#[async_trait]
impl Tasks for Script {
    async fn invoke(&self, function: &str, _payload: Value) -> Result<Value, TaskError> {
        let next = self.answers.lock().expect("nobody panicked").pop_front();
        next.unwrap_or_else(|| Err(TaskError { error: "NoAnswer".to_owned(), cause: function.to_owned() }))
    }

    async fn send_message(&self, arguments: Value) -> Result<Value, TaskError> {
        self.sent.lock().expect("nobody panicked").push(arguments);
        Ok(json!({"MessageId": "m-1", "MD5OfMessageBody": "d"}))
    }
}

impl Stage {
    /// Functions give these answers in turn, an error by its name.
    fn new(answers: &[Result<Value, &str>]) -> Self {
        let failed = |error: &str| TaskError { error: error.to_owned(), cause: "why".to_owned() };
        let answers = answers.iter().map(|answer| answer.clone().map_err(failed));
        let script = Arc::new(Script { answers: Mutex::new(answers.collect()), sent: Mutex::default() });
        let host = Host::with_tasks(Arc::clone(&script) as _);
        let machines = host.machines.clone();
        tokio::spawn(async move { machines.run(std::future::pending()).await });
        Self { host, script }
    }

    const fn client(&self) -> &Client {
        &self.host.clients.states
    }

    /// Defines a machine that starts with state `A`; gives its ARN.
    fn define(&self, states: &Value) -> String {
        let definition = json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": states}).to_string();
        let role = "arn:aws:iam::000000000000:role/machine";
        self.host.machines.define("machine", role, &definition).expect("the definition is sound")
    }

    /// Defines a machine and starts it; gives the execution's ARN.
    async fn start(&self, states: &Value) -> String {
        let machine = self.define(states);
        let started = self.client().start_execution().state_machine_arn(machine).name("one").input("{}");
        started.send().await.expect("it starts").execution_arn().to_owned()
    }

    /// Lets everything happen that is due.
    async fn settle(&self) {
        self.host.machines.wake();
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
    }

    async fn pass(&self, seconds: u64) {
        self.host.clock.advance(Duration::from_secs(seconds));
        self.settle().await;
    }

    async fn describe(&self, arn: &str) -> DescribeExecutionOutput {
        self.client().describe_execution().execution_arn(arn).send().await.expect("it is there")
    }

    /// The token in the message that was sent last.
    fn token(&self) -> String {
        let sent = self.script.sent.lock().expect("nobody panicked");
        let body = sent.last().expect("a message was sent")["MessageBody"].clone();
        body.as_str().expect("a body is text").to_owned()
    }
}

/// A state that invokes a function.
fn call() -> Value {
    json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Arguments": {"FunctionName": "f", "Payload": "{% $states.input %}"}, "Output": "{% $states.result.Payload %}"})
}

/// A state that sends its token and waits for the answer.
fn wait_for_token() -> Value {
    json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "Arguments": {"QueueUrl": "q", "MessageBody": "{% $states.context.Task.Token %}"},
        "TimeoutSeconds": 600, "HeartbeatSeconds": 60})
}

fn wait(seconds: u64) -> Value {
    json!({"A": {"Type": "Wait", "Seconds": seconds, "End": true}})
}
