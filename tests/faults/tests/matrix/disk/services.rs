use aws_sdk_s3::config::retry::RetryConfig;
use bytes::Bytes;
use clock::{SystemClock, SystemRandom};
use lectern::{
    gateway::{self, Gateway, Services},
    host::{ACCESS_KEY, SECRET_KEY},
};
use local_dynamodb::Tables;
use local_s3::{BucketSpec, Credentials, Store};
use local_sqs::{QueueSpec, Queues};
use local_states::{StateMachines, TaskError, Tasks};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path, sync::Arc};

/// What each write carries, so that a disk fills: text that is told apart by its number.
const PADDING_BYTES: usize = 2_000;
/// A bucket, a queue, a table and a machine.
const NAME: &str = "disk";
const MACHINE: &str = "arn:aws:states:eu-central-1:000000000000:stateMachine:disk";
const EXECUTION: &str = "arn:aws:states:eu-central-1:000000000000:execution:disk:";

/// One of the embedded services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Queue,
    Objects,
    Register,
    Machines,
}

/// One that is open on a folder.
pub(super) enum Opened {
    Queue(Queues),
    Objects(aws_sdk_s3::Client),
    Register(Tables),
    Machines(StateMachines),
}

impl Service {
    const ALL: [Self; 4] = [Self::Queue, Self::Objects, Self::Register, Self::Machines];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Objects => "objects",
            Self::Register => "register",
            Self::Machines => "machines",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name() == name)
    }

    pub(super) async fn open(self, folder: &Path) -> Result<Opened, String> {
        std::fs::create_dir_all(folder).map_err(said)?;
        match self {
            Self::Queue => {
                let queues = Queues::open(&folder.join("queues.sqlite"), local_sqs::Config::default())
                    .map_err(said)?;
                queues.create(QueueSpec::named(NAME)).await.map_err(said)?;
                Ok(Opened::Queue(queues))
            }
            Self::Objects => {
                let store = Store::open(folder, s3_config()).map_err(said)?;
                let spec = BucketSpec { name: NAME.to_owned(), versioned: true, ..BucketSpec::default() };
                store.create_bucket(spec).await.map_err(said)?;
                Ok(Opened::Objects(client(store)))
            }
            Self::Register => {
                let tables = Tables::open(&folder.join("register.sqlite")).map_err(said)?;
                let table = json!({
                    "TableName": NAME, "BillingMode": "PAY_PER_REQUEST",
                    "KeySchema": [{ "AttributeName": "number", "KeyType": "HASH" }],
                    "AttributeDefinitions": [{ "AttributeName": "number", "AttributeType": "N" }],
                });
                tables.create_table(&table).map_err(said)?;
                Ok(Opened::Register(tables))
            }
            Self::Machines => {
                let machines = StateMachines::open(&folder.join("machines.sqlite"), machines_settings())
                    .map_err(said)?;
                let waits = json!({ "QueryLanguage": "JSONata", "StartAt": "Rest",
                    "States": { "Rest": { "Type": "Wait", "Seconds": 1_000_000, "End": true } } });
                machines.define(NAME, "role", &waits.to_string()).map_err(said)?;
                Ok(Opened::Machines(machines))
            }
        }
    }
}

impl Opened {
    /// Writes a number with what belongs to it; durable once this is `Ok`.
    pub(super) async fn write(&self, number: usize) -> Result<(), String> {
        match self {
            Self::Queue(queues) => {
                let body = json!({ "QueueUrl": queues.url(NAME), "MessageBody": content(number) });
                answer(&queues.handle(call("AmazonSQS.SendMessage", &body)).await).map(drop)
            }
            Self::Objects(s3) => {
                let put = s3.put_object().bucket(NAME).key(number.to_string());
                put.body(content(number).into_bytes().into()).send().await.map(drop).map_err(|error| {
                    let error = error.into_service_error();
                    error.meta().message().unwrap_or("refused").to_owned()
                })
            }
            Self::Register(tables) => {
                let item =
                    json!({ "number": { "N": number.to_string() }, "content": { "S": content(number) } });
                let body = json!({ "TableName": NAME, "Item": item });
                answer(&tables.handle(call("DynamoDB_20120810.PutItem", &body)).await).map(drop)
            }
            Self::Machines(machines) => {
                let input = json!({ "content": content(number) }).to_string();
                let body = json!({ "stateMachineArn": MACHINE, "name": number.to_string(), "input": input });
                answer(&machines.handle(call("AWSStepFunctions.StartExecution", &body)).await).map(drop)
            }
        }
    }

    /// Those numbers below `end` that are there whole.
    pub(super) async fn read(&self, end: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        if let Self::Queue(queues) = self {
            let take = json!({ "QueueUrl": queues.url(NAME), "MaxNumberOfMessages": 10 });
            while let Ok(taken) = answer(&queues.handle(call("AmazonSQS.ReceiveMessage", &take)).await)
                && let Some(messages) = taken["Messages"].as_array().filter(|messages| !messages.is_empty())
            {
                found.extend(messages.iter().filter_map(|message| number_of(message["Body"].as_str()?)));
            }
            return found;
        }
        for number in 0..end {
            if self.content(number).await.is_some_and(|it| it == content(number)) {
                found.insert(number);
            }
        }
        found
    }

    async fn content(&self, number: usize) -> Option<String> {
        match self {
            Self::Queue(_) => None,
            Self::Objects(s3) => {
                let object = s3.get_object().bucket(NAME).key(number.to_string()).send().await.ok()?;
                String::from_utf8(object.body.collect().await.ok()?.to_vec()).ok()
            }
            Self::Register(tables) => {
                let body = json!({ "TableName": NAME, "Key": { "number": { "N": number.to_string() } } });
                let item = answer(&tables.handle(call("DynamoDB_20120810.GetItem", &body)).await).ok()?;
                item["Item"]["content"]["S"].as_str().map(str::to_owned)
            }
            Self::Machines(machines) => {
                let body = json!({ "executionArn": format!("{EXECUTION}{number}") });
                let described =
                    answer(&machines.handle(call("AWSStepFunctions.DescribeExecution", &body)).await);
                let input: Value = serde_json::from_str(described.ok()?["input"].as_str()?).ok()?;
                input["content"].as_str().map(str::to_owned)
            }
        }
    }
}

fn content(number: usize) -> String {
    format!("{number} {}", number.to_string().repeat(PADDING_BYTES))
}

fn number_of(text: &str) -> Option<usize> {
    let number = text.split(' ').next()?.parse().ok()?;
    (text == content(number)).then_some(number)
}

fn said(error: impl std::error::Error) -> String {
    error.to_string()
}

fn call(target: &'static str, body: &Value) -> http::Request<Bytes> {
    let mut request = http::Request::new(Bytes::from(body.to_string()));
    request.headers_mut().insert("x-amz-target", http::HeaderValue::from_static(target));
    request
}

/// The answer's body, or the error that it is.
fn answer(answer: &http::Response<Bytes>) -> Result<Value, String> {
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    if answer.status().is_success() { serde_json::from_str(&body).map_err(said) } else { Err(body) }
}

fn s3_config() -> local_s3::Config {
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    local_s3::Config { region: "eu-central-1".to_owned(), clock, random }
}

/// An SDK client that reaches a store and nothing else.
fn client(store: Arc<Store>) -> aws_sdk_s3::Client {
    let credentials = Credentials { access_key: ACCESS_KEY.into(), secret_key: SECRET_KEY.into() };
    let nothing = || gateway::json_service((), |(), _| async { http::Response::new(Bytes::new()) });
    let services = Services {
        s3: gateway::s3_service(local_s3::service(store, credentials)),
        sqs: nothing(),
        dynamodb: nothing(),
        states: nothing(),
        secrets: nothing(),
        counters: gateway::Counters::default(),
    };
    let sdk = lectern::host::sdk(gateway::http_client(&Gateway::new(services)), "http://127.0.0.1:4566");
    let config = aws_sdk_s3::config::Builder::from(&sdk).force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.retry_config(RetryConfig::disabled()).build())
}

fn machines_settings() -> local_states::Settings {
    local_states::Settings {
        config: local_states::Config::default(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        pace: clock::Pace::REAL,
        tasks: Arc::new(Nobody),
    }
}

/// Nobody answers tasks: the machine here has none.
#[derive(Debug)]
struct Nobody;

#[async_trait::async_trait]
impl Tasks for Nobody {
    async fn invoke(&self, _: &str, _: Value) -> Result<Value, TaskError> {
        Err(TaskError { error: "Lambda.ResourceNotFoundException".to_owned(), cause: String::new() })
    }

    async fn send_message(&self, _: Value) -> Result<Value, TaskError> {
        Err(TaskError { error: "SQS.SqsException".to_owned(), cause: String::new() })
    }
}
