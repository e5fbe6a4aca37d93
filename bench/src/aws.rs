use anyhow::{Context as _, ensure};
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The bucket that files are handed in to.
pub(crate) const UPLOADS: &str = "lectern-uploads";
/// The bucket of what processors gave.
pub(crate) const RESULTS: &str = "lectern-results";
/// The bucket of normalized documents.
pub(crate) const NORMALIZED: &str = "lectern-normalized";
/// The register's table.
const DOCUMENTS: &str = "lectern-documents";

/// The host's AWS APIs, as any other program uses them.
#[derive(Clone, Debug)]
pub(crate) struct Aws {
    pub(crate) s3: aws_sdk_s3::Client,
    http: reqwest::Client,
    url: String,
    queries: Arc<AtomicU64>,
}

impl Aws {
    pub(crate) fn at(url: &str) -> anyhow::Result<Self> {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .endpoint_url(url)
            .force_path_style(true)
            .credentials_provider(Credentials::new("lectern", "lectern-local", None, None, "bench"));
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self {
            s3: aws_sdk_s3::Client::from_conf(config.build()),
            http,
            url: url.to_owned(),
            queries: Arc::default(),
        })
    }

    /// Puts an object straight into the uploads bucket.
    pub(crate) async fn put(&self, key: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        let put = self.s3.put_object().bucket(UPLOADS).key(key).body(ByteStream::from(bytes));
        put.send().await.map(drop).context("the bucket took no object")
    }

    /// The keys that begin so, a thousand at most.
    pub(crate) async fn keys(&self, bucket: &str, prefix: &str) -> anyhow::Result<Vec<String>> {
        let listed = self.s3.list_objects_v2().bucket(bucket).prefix(prefix).send().await?;
        Ok(listed.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect())
    }

    /// Copies an object within S3.
    pub(crate) async fn copy(&self, from: &str, key: &str, to: &str, named: &str) -> anyhow::Result<()> {
        let copy = self.s3.copy_object().copy_source(format!("{from}/{key}")).bucket(to).key(named);
        copy.send().await.map(drop).with_context(|| format!("{key} could not be copied"))
    }

    /// One page of the register's index by status: items, and where the next page begins.
    pub(crate) async fn by_status(
        &self,
        status_shard: &str,
        since: &str,
        limit: u32,
        from: Option<&Value>,
    ) -> anyhow::Result<(Vec<Value>, Option<Value>)> {
        let mut query = json!({
            "TableName": DOCUMENTS, "IndexName": "by-status", "Limit": limit,
            "KeyConditionExpression": "status_shard = :shard AND status_at >= :since",
            "ExpressionAttributeValues": { ":shard": { "S": status_shard }, ":since": { "S": since } },
        });
        if let Some(from) = from {
            query["ExclusiveStartKey"] = from.clone();
        }
        self.queries.fetch_add(1, Ordering::Relaxed);
        let mut answer = self.register("Query", &query).await?;
        let next = answer.get_mut("LastEvaluatedKey").map(Value::take).filter(Value::is_object);
        let items = answer.get_mut("Items").and_then(Value::as_array_mut).map(std::mem::take);
        Ok((items.unwrap_or_default(), next))
    }

    /// How often this client has queried the register.
    pub(crate) fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    /// One item of the register, in DynamoDB's JSON.
    pub(crate) async fn item(&self, document_id: &str) -> anyhow::Result<Value> {
        let key = json!({ "document_id": { "S": document_id } });
        let mut answer = self.register("GetItem", &json!({ "TableName": DOCUMENTS, "Key": key })).await?;
        Ok(answer["Item"].take())
    }

    /// Writes an item of the register, in DynamoDB's JSON.
    pub(crate) async fn put_item(&self, item: &Value) -> anyhow::Result<()> {
        self.register("PutItem", &json!({ "TableName": DOCUMENTS, "Item": item })).await.map(drop)
    }

    async fn register(&self, operation: &str, request: &Value) -> anyhow::Result<Value> {
        let target = format!("DynamoDB_20120810.{operation}");
        let call = self.http.post(&self.url).header("x-amz-target", target);
        let call = call.header("content-type", "application/x-amz-json-1.0").body(request.to_string());
        let answer = call.send().await?;
        let (status, body) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "the register answered {status}: {body}");
        Ok(serde_json::from_str(&body)?)
    }
}
