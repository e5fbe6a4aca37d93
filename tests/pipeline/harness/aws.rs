use super::{eventually, logs};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::config::Credentials;
use aws_sdk_sfn::types::HistoryEvent;
use aws_sdk_sqs::types::QueueAttributeName;
use std::collections::HashMap;

/// The host's AWS APIs, through the official SDK.
pub(crate) struct Aws {
    pub(crate) s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    states: aws_sdk_sfn::Client,
}

pub(crate) const UPLOADS: &str = "lectern-uploads";
pub(crate) const RESULTS: &str = "lectern-results";
pub(crate) const NORMALIZED: &str = "lectern-normalized";
const QUEUES: [&str; 5] = ["uploads", "lesson-plans", "videos", "results", "normalization"];

impl Aws {
    pub(super) async fn at(url: &str) -> Self {
        let credentials = Credentials::new("lectern", "lectern-local", None, None, "tests");
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .endpoint_url(url)
            .credentials_provider(credentials)
            .load()
            .await;
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            states: aws_sdk_sfn::Client::new(&config),
        }
    }

    /// Puts an object straight into the uploads bucket; answers with its version.
    pub(crate) async fn put(&self, key: &str, bytes: &[u8], metadata: &[(&str, &str)]) -> String {
        logs::private(key.rsplit('/').next().unwrap_or_default());
        for (_, value) in metadata {
            logs::private(value);
        }
        let mut put = self.s3.put_object().bucket(UPLOADS).key(key).body(bytes.to_vec().into());
        for (name, value) in metadata {
            put = put.metadata(*name, *value);
        }
        put.send().await.unwrap().version_id().unwrap().to_owned()
    }

    /// The keys below a prefix.
    pub(crate) async fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let listed = self.s3.list_objects_v2().bucket(bucket).prefix(prefix).send().await.unwrap();
        assert_eq!(listed.is_truncated(), Some(false), "{prefix}");
        listed.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
    }

    /// How many versions and delete markers there are below a prefix.
    pub(crate) async fn versions(&self, bucket: &str, prefix: &str) -> usize {
        let listed = self.s3.list_object_versions().bucket(bucket).prefix(prefix).send().await.unwrap();
        assert_eq!(listed.is_truncated(), Some(false), "{prefix}");
        listed.versions().len() + listed.delete_markers().len()
    }

    /// What an object holds.
    pub(crate) async fn object(&self, bucket: &str, key: &str) -> Vec<u8> {
        let object = self.s3.get_object().bucket(bucket).key(key).send().await.unwrap();
        object.body.collect().await.unwrap().to_vec()
    }

    /// Asserts that a document has exactly one normalized document, and nothing more of it is on its way.
    pub(crate) async fn assert_one_normalized(&self, document_id: &str) {
        let keys = self.keys(NORMALIZED, &format!("normalized/{document_id}/")).await;
        assert_eq!(keys.len(), 1, "{keys:?}");
    }

    /// Puts a message on a queue; answers with its id.
    pub(crate) async fn send(&self, queue: &str, body: &str) -> String {
        let url = self.queue_url(queue).await;
        let sent = self.sqs.send_message().queue_url(url).message_body(body).send().await.unwrap();
        sent.message_id().unwrap().to_owned()
    }

    async fn queue_url(&self, queue: &str) -> String {
        let found = self.sqs.get_queue_url().queue_name(format!("lectern-{queue}")).send().await.unwrap();
        found.queue_url().unwrap().to_owned()
    }

    /// Messages on a queue, those under way included.
    pub(crate) async fn messages(&self, queue: &str) -> u64 {
        use QueueAttributeName::{
            ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed,
            ApproximateNumberOfMessagesNotVisible,
        };
        let names = [
            ApproximateNumberOfMessages,
            ApproximateNumberOfMessagesDelayed,
            ApproximateNumberOfMessagesNotVisible,
        ];
        let url = self.queue_url(queue).await;
        let asked = self.sqs.get_queue_attributes().queue_url(url).set_attribute_names(Some(names.into()));
        let attributes = asked.send().await.unwrap().attributes.unwrap();
        assert_eq!(attributes.len(), 3, "{attributes:?}");
        attributes.values().map(|count| count.parse::<u64>().unwrap()).sum()
    }

    /// Messages in all dead-letter queues.
    pub(crate) async fn dead_letters(&self) -> u64 {
        let mut dead = 0;
        for queue in QUEUES {
            dead += self.messages(&format!("{queue}-dead")).await;
        }
        dead
    }

    /// Waits until a queue is empty.
    pub(crate) async fn until_empty(&self, queue: &str) {
        eventually(&format!("the queue {queue} is empty"), async || match self.messages(queue).await {
            0 => Ok(()),
            count => Err(format!("{count} messages")),
        })
        .await;
    }

    /// The register's item of a document, if it has one.
    pub(crate) async fn item(&self, document_id: &str) -> Option<HashMap<String, AttributeValue>> {
        let key = AttributeValue::S(document_id.to_owned());
        let get = self.dynamodb.get_item().table_name("lectern-documents").key("document_id", key);
        get.consistent_read(true).send().await.unwrap().item
    }

    /// How many items the table of notes has for a document: its notes, and their edition once one was written.
    pub(crate) async fn items_of_notes(&self, document_id: &str) -> i32 {
        let query = self.dynamodb.query().table_name("lectern-notes").consistent_read(true);
        let query = query.key_condition_expression("document_id = :id");
        let query = query.expression_attribute_values(":id", AttributeValue::S(document_id.to_owned()));
        query.send().await.unwrap().count()
    }

    /// The reference of a document's latest attempt.
    pub(crate) async fn reference(&self, document_id: &str) -> String {
        let item = self.item(document_id).await.unwrap();
        let attempts = item["attempts"].as_l().unwrap();
        attempts.last().unwrap().as_m().unwrap()["reference"].as_s().unwrap().clone()
    }

    /// How many documents have this key.
    pub(crate) async fn documents_with_key(&self, key: &str) -> i32 {
        let scan = self.dynamodb.scan().table_name("lectern-documents").filter_expression("#key = :key");
        let scan = scan.expression_attribute_names("#key", "key");
        let scan = scan.expression_attribute_values(":key", AttributeValue::S(key.to_owned()));
        scan.send().await.unwrap().count()
    }

    /// A document's executions of a machine: their ARNs and how they stand.
    pub(crate) async fn executions(&self, machine: &str, document_id: &str) -> Vec<(String, String)> {
        let arn = format!("arn:aws:states:eu-central-1:000000000000:stateMachine:lectern-{machine}");
        let mut pages = self.states.list_executions().state_machine_arn(arn).into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(execution) = pages.next().await {
            let execution = execution.unwrap();
            if execution.name().contains(document_id) {
                found.push((execution.execution_arn().to_owned(), execution.status().as_str().to_owned()));
            }
        }
        found
    }

    /// Waits until a machine runs for a document, and stops it, as an operator would.
    pub(crate) async fn stop(&self, machine: &str, document_id: &str) {
        let arn = eventually(&format!("{machine} of {document_id} runs"), async || {
            let executions = self.executions(machine, document_id).await;
            let running = executions.iter().find(|(_, status)| status == "RUNNING");
            running.map(|(arn, _)| arn.clone()).ok_or_else(|| format!("{executions:?}"))
        })
        .await;
        self.states.stop_execution().execution_arn(arn).send().await.unwrap();
    }

    /// Starts a machine by hand.
    pub(crate) async fn start(&self, machine: &str, name: &str, input: &str) {
        let arn = format!("arn:aws:states:eu-central-1:000000000000:stateMachine:lectern-{machine}");
        self.states.start_execution().state_machine_arn(arn).name(name).input(input).send().await.unwrap();
    }

    /// Waits until a document's one execution of a machine has succeeded; answers with its history.
    pub(crate) async fn succeeded(&self, machine: &str, document_id: &str) -> Vec<HistoryEvent> {
        let arn = eventually(&format!("{machine} of {document_id} succeeds"), async || {
            let executions = self.executions(machine, document_id).await;
            let succeeded = executions.iter().find(|(_, status)| status == "SUCCEEDED");
            succeeded.map(|(arn, _)| arn.clone()).ok_or_else(|| format!("{executions:?}"))
        })
        .await;
        let mut events =
            self.states.get_execution_history().execution_arn(arn).into_paginator().items().send();
        let mut history = Vec::new();
        while let Some(event) = events.next().await {
            history.push(event.unwrap());
        }
        history
    }
}

/// The names of the states that an execution entered, in order.
pub(crate) fn states_entered(history: &[HistoryEvent]) -> Vec<&str> {
    history.iter().filter_map(|event| Some(event.state_entered_event_details()?.name())).collect()
}

/// The same of a history as the command line prints it.
pub(crate) fn states_named(history: &serde_json::Value) -> Vec<String> {
    let events = history.as_array().unwrap().iter();
    let names = events.filter_map(|event| event["stateEnteredEventDetails"]["name"].as_str());
    names.map(str::to_owned).collect()
}
