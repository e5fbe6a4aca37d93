//! A service whose tasks the test answers itself.

use crate::{
    Config, Described, HistoryQuery, Settings, StartExecution, Started, StateMachines, TaskError, Tasks,
};
use async_trait::async_trait;
use clock::{Clock as _, ManualClock, Pace, SeededRandom};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinHandle,
};

/// How long a test waits for something that should come at once: it is broken then, not slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// More turns than the runner needs for anything that is due.
const TURNS: usize = 200;

/// A call that waits for the test to answer it.
pub(super) struct Call {
    /// The function, or `send`.
    pub(super) to: String,
    pub(super) arguments: Value,
    reply: oneshot::Sender<Result<Value, TaskError>>,
}

impl Call {
    pub(super) fn answer(self, value: Value) {
        let _ = self.reply.send(Ok(value));
    }

    pub(super) fn fail(self, error: &str) {
        let _ = self.reply.send(Err(TaskError { error: error.to_owned(), cause: "{}".to_owned() }));
    }
}

#[derive(Debug)]
struct Scripted(mpsc::UnboundedSender<Call>);

impl Scripted {
    async fn ask(&self, to: &str, arguments: Value) -> Result<Value, TaskError> {
        let (reply, answer) = oneshot::channel();
        let call = Call { to: to.to_owned(), arguments, reply };
        self.0.send(call).expect("the test outlives its service");
        // A call that the test drops without an answer panics, as a function can.
        answer.await.expect("the test answers")
    }
}

#[async_trait]
impl Tasks for Scripted {
    async fn invoke(&self, function: &str, payload: Value) -> Result<Value, TaskError> {
        self.ask(function, payload).await
    }

    async fn send_message(&self, arguments: Value) -> Result<Value, TaskError> {
        self.ask("send", arguments).await
    }
}

pub(super) struct World {
    pub(super) service: StateMachines,
    pub(super) clock: Arc<ManualClock>,
    calls: Mutex<mpsc::UnboundedReceiver<Call>>,
    directory: TempDir,
    pace: Pace,
    runner: JoinHandle<()>,
}

impl World {
    pub(super) fn new() -> Self {
        Self::at_pace(Pace::REAL)
    }

    pub(super) fn at_pace(pace: Pace) -> Self {
        let clock = Arc::new(ManualClock::at("2026-01-02T03:04:05Z".parse().expect("it is an instant")));
        Self::open(TempDir::new().expect("there is room"), clock, pace)
    }

    fn open(directory: TempDir, clock: Arc<ManualClock>, pace: Pace) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let settings = Settings {
            config: Config::default(),
            clock: Arc::clone(&clock) as Arc<dyn clock::Clock>,
            // Another seed each time, or a second host would give out the tokens of the first.
            random: Arc::new(SeededRandom::new(clock.now().as_microsecond().unsigned_abs())),
            pace,
            tasks: Arc::new(Scripted(sender)),
        };
        let service = StateMachines::open(&directory.path().join("states.sqlite"), settings).unwrap();
        let runner = tokio::spawn({
            let service = service.clone();
            async move { service.run(std::future::pending()).await }
        });
        Self { service, clock, calls: Mutex::new(receiver), directory, pace, runner }
    }

    /// From here on nothing moves executions but who asks for it.
    pub(super) async fn stand_still(&mut self) {
        self.runner.abort();
        let _ = (&mut self.runner).await;
    }

    /// The host dies here and another one opens what it left.
    pub(super) async fn restart(self) -> Self {
        self.runner.abort();
        if !self.runner.is_finished() {
            let _ = self.runner.await;
        }
        drop(self.service);
        self.clock.advance(Duration::from_millis(1));
        Self::open(self.directory, self.clock, self.pace)
    }

    pub(super) fn define(&self, name: &str, states: &Value) -> String {
        let start = states.as_object().unwrap().keys().next().unwrap();
        let definition = json!({"QueryLanguage": "JSONata", "StartAt": start, "States": states});
        self.service.define(name, "arn:aws:iam::000000000000:role/machine", &definition.to_string()).unwrap()
    }

    /// Defines a machine of these states and starts it.
    pub(super) async fn start(&self, states: &Value, input: Value) -> Started {
        let machine = self.define("machine", states);
        self.service.start_execution(StartExecution { machine, name: None, input }).await.unwrap()
    }

    /// The next call that the service makes.
    pub(super) async fn call(&self) -> Call {
        let next = async { self.calls.lock().await.recv().await.expect("the service lives") };
        tokio::time::timeout(PATIENCE, next).await.expect("the service makes a call")
    }

    /// Whether the service makes no call although it has every chance to.
    pub(super) async fn no_call(&self) -> bool {
        // On a runtime of one thread each of these lets the runner and its calls have a turn.
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
        self.calls.lock().await.try_recv().is_err()
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.service.wake();
    }

    /// Waits until the execution is as wanted.
    pub(super) async fn until(&self, arn: &str, wanted: impl Fn(&Described, &[String]) -> bool) -> Described {
        let look = async {
            loop {
                let described = self.service.describe_execution(arn).await.unwrap();
                if wanted(&described, &self.kinds(arn).await) {
                    return described;
                }
                self.service.events_waiting().await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, look).await;
        match found {
            Ok(described) => described,
            Err(tokio::time::error::Elapsed { .. }) => {
                panic!("{:?} {:?}", self.service.describe_execution(arn).await, self.kinds(arn).await)
            }
        }
    }

    pub(super) async fn ended(&self, arn: &str) -> Described {
        self.until(arn, |described, _| described.status != "RUNNING").await
    }

    /// Waits until an event of this kind has happened so many times.
    pub(super) async fn happened(&self, arn: &str, kind: &str, times: usize) {
        self.until(arn, |_, kinds| kinds.iter().filter(|found| *found == kind).count() >= times).await;
    }

    pub(super) async fn kinds(&self, arn: &str) -> Vec<String> {
        let query = HistoryQuery { execution: arn.to_owned(), limit: Some(1000), ..HistoryQuery::default() };
        let page = self.service.execution_history(&query).await.unwrap();
        page.events.into_iter().map(|event| event.kind).collect()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// A state that invokes a function, with more fields.
pub(super) fn invoke(more: &Value) -> Value {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Arguments": {"FunctionName": "ask", "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
    });
    for (name, field) in more.as_object().unwrap() {
        state[name] = field.clone();
    }
    state
}

/// A state that sends its token to a queue and waits for the answer, with more fields.
pub(super) fn wait_for_token(more: &Value) -> Value {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "Arguments": {"QueueUrl": "queue", "MessageBody": {"token": "{% $states.context.Task.Token %}"}},
    });
    for (name, field) in more.as_object().unwrap() {
        state[name] = field.clone();
    }
    state
}

/// The token in a message that the service sends.
pub(super) fn token_in(call: &Call) -> String {
    let body: Value = serde_json::from_str(call.arguments["MessageBody"].as_str().unwrap()).unwrap();
    body["token"].as_str().unwrap().to_owned()
}

/// What SQS answers.
pub(super) fn sent() -> Value {
    json!({"MessageId": "m-1", "MD5OfMessageBody": "md5"})
}
