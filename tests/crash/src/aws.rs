//! The host's AWS port through the official SDK: how the suite looks at what there is.

use anyhow::{Context as _, Result};
use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::Credentials;
use aws_sdk_sqs::types::QueueAttributeName;
use document::Document;
use std::{collections::BTreeMap, time::Duration};

pub(crate) const UPLOADS: &str = "lectern-uploads";
pub(crate) const RESULTS: &str = "lectern-results";
pub(crate) const NORMALIZED: &str = "lectern-normalized";
const DOCUMENTS: &str = "lectern-documents";

/// A call to a host that dies meanwhile ends by then.
const CALL_MAX: Duration = Duration::from_secs(10);

/// Together they count every message of a queue.
const COUNTS: [QueueAttributeName; 3] = [
    QueueAttributeName::ApproximateNumberOfMessages,
    QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
];

#[derive(Clone)]
pub(crate) struct Aws {
    pub(crate) s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    states: aws_sdk_sfn::Client,
}

impl Aws {
    /// Nothing is tried twice by itself: each failure is the suite's to see.
    pub(crate) async fn at(url: &str) -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .endpoint_url(url)
            .credentials_provider(Credentials::new("lectern", "lectern-local", None, None, "crash"))
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(CALL_MAX).build())
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

    /// Puts an object below `inbox/`; answers with its version.
    pub(crate) async fn put(&self, key: &str, bytes: &[u8]) -> Result<String> {
        let put = self.s3.put_object().bucket(UPLOADS).key(key).body(bytes.to_vec().into()).send().await?;
        Ok(put.version_id().context("the bucket keeps versions")?.to_owned())
    }

    /// Every item of the register.
    pub(crate) async fn register(&self) -> Result<Vec<Document>> {
        let mut pages =
            self.dynamodb.scan().table_name(DOCUMENTS).consistent_read(true).into_paginator().items().send();
        let mut documents = Vec::new();
        while let Some(item) = pages.next().await {
            documents.push(serde_dynamo::from_item(item?)?);
        }
        Ok(documents)
    }

    /// Every key of a bucket.
    pub(crate) async fn keys(&self, bucket: &str) -> Result<Vec<String>> {
        let mut pages = self.s3.list_objects_v2().bucket(bucket).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            keys.extend(page?.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        Ok(keys)
    }

    /// What an object holds; of a version of it, if one is named.
    pub(crate) async fn object(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<Vec<u8>> {
        let get = self.s3.get_object().bucket(bucket).key(key).set_version_id(version.map(str::to_owned));
        let object = get.send().await.with_context(|| format!("{bucket}/{key}"))?;
        Ok(object.body.collect().await?.to_vec())
    }

    /// Messages in each queue that has any, those under way and those that are not visible yet included.
    pub(crate) async fn waiting_messages(&self) -> Result<BTreeMap<String, u64>> {
        let mut waiting = BTreeMap::new();
        for url in self.sqs.list_queues().send().await?.queue_urls() {
            let asked = self.sqs.get_queue_attributes().queue_url(url);
            let attributes = asked.set_attribute_names(Some(COUNTS.into())).send().await?;
            let counts = attributes.attributes.unwrap_or_default();
            anyhow::ensure!(counts.len() == COUNTS.len(), "{url}: {counts:?}");
            let count = counts.values().map(|count| count.parse::<u64>()).sum::<Result<u64, _>>()?;
            if count > 0 {
                waiting.insert(url.rsplit('/').next().unwrap_or(url).to_owned(), count);
            }
        }
        Ok(waiting)
    }

    /// How many executions run, by machine.
    pub(crate) async fn running_executions(&self) -> Result<BTreeMap<String, usize>> {
        let mut running = BTreeMap::new();
        for machine in self.states.list_state_machines().send().await?.state_machines() {
            let list = self.states.list_executions().state_machine_arn(machine.state_machine_arn());
            let list = list.status_filter(aws_sdk_sfn::types::ExecutionStatus::Running).send().await?;
            if !list.executions().is_empty() {
                running.insert(machine.name().to_owned(), list.executions().len());
            }
        }
        Ok(running)
    }
}
