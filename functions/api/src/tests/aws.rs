//! AWS as far as these tests need it: the tables are real ones in memory, the store only keeps count of uploads.

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
            http_client_fn,
        },
        orchestrator::{HttpRequest, HttpResponse},
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use dynoxide::Database;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

/// What was stored and sent.
#[derive(Clone)]
pub(crate) struct Aws(Arc<Inner>);

struct Inner {
    database: Database,
    store: Mutex<Store>,
    sent: Mutex<Vec<Value>>,
    /// An operation of the tables that is refused, and how.
    refused: Mutex<Option<(&'static str, &'static str)>>,
    /// What somebody else writes just before the next transaction.
    meanwhile: Mutex<Option<Value>>,
}

#[derive(Default)]
struct Store {
    /// Numbers of the parts that arrived, by upload id.
    uploads: BTreeMap<String, BTreeSet<u32>>,
    objects: BTreeMap<String, Vec<u8>>,
}

impl std::fmt::Debug for Aws {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Aws")
    }
}

impl Aws {
    pub(crate) fn new() -> Self {
        let database = Database::memory().unwrap();
        let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
        let index = |name: &str, partition: &str, order: &str| {
            let shown = [
                "school",
                "teacher",
                "teacher_name",
                "kind",
                "title",
                "lesson",
                "file_name",
                "media_type",
                "size",
                "status",
                "status_at",
                "uploaded_at",
                "failure",
                "deadline",
                "version",
            ];
            let shown: Vec<_> =
                shown.into_iter().filter(|name| *name != partition && *name != order).collect();
            json!({
                "IndexName": name,
                "KeySchema": [key(partition, "HASH"), key(order, "RANGE")],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": shown},
            })
        };
        let attributes =
            ["document_id", "teacher", "school", "uploaded_at", "status_shard", "status_at", "cause"];
        let table = json!({
            "TableName": "documents",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [key("document_id", "HASH")],
            "AttributeDefinitions":
                attributes.map(|name| json!({"AttributeName": name, "AttributeType": "S"})),
            "GlobalSecondaryIndexes": [
                index("by-teacher", "teacher", "uploaded_at"),
                index("by-school", "school", "uploaded_at"),
                index("by-status", "status_shard", "status_at"),
                index("by-cause", "cause", "status_at"),
            ],
        });
        database.create_table(serde_json::from_value(table).unwrap()).unwrap();
        let notes_keys = ["document_id", "note_id"];
        let notes = json!({
            "TableName": "notes",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [key("document_id", "HASH"), key("note_id", "RANGE")],
            "AttributeDefinitions":
                notes_keys.map(|name| json!({"AttributeName": name, "AttributeType": "S"})),
        });
        database.create_table(serde_json::from_value(notes).unwrap()).unwrap();
        Self(Arc::new(Inner {
            database,
            store: Mutex::default(),
            sent: Mutex::default(),
            refused: Mutex::default(),
            meanwhile: Mutex::default(),
        }))
    }

    pub(crate) fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_: &HttpConnectorSettings, _: &RuntimeComponents| connector.clone())
    }

    /// A part arrives at the store.
    pub(crate) fn receive(&self, upload_id: &str, number: u32) {
        self.0.store.lock().unwrap().uploads.get_mut(upload_id).unwrap().insert(number);
    }

    /// The parts of an upload are joined, and nobody hears of it.
    pub(crate) fn join(&self, upload_id: &str, key: &str) {
        let mut store = self.0.store.lock().unwrap();
        store.uploads.remove(upload_id).unwrap();
        store.objects.insert(key.to_owned(), Vec::new());
    }

    /// Puts an object there, as if some function had written it.
    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        self.0.store.lock().unwrap().objects.insert(key.to_owned(), bytes.to_vec());
    }

    /// Upload ids under way.
    pub(crate) fn uploads(&self) -> Vec<String> {
        self.0.store.lock().unwrap().uploads.keys().cloned().collect()
    }

    /// Refuses an operation of the tables from now on, each time in the same way.
    pub(crate) fn refuse(&self, operation: &'static str, error: &'static str) {
        *self.0.refused.lock().unwrap() = Some((operation, error));
    }

    /// Writes items in one transaction, as somebody else.
    pub(crate) fn transact(&self, writes: &Value) {
        let request = serde_json::from_value(json!({"TransactItems": writes})).unwrap();
        self.0.database.transact_write_items(request).unwrap();
    }

    /// The same just before the API's next transaction.
    pub(crate) fn transact_meanwhile(&self, writes: Value) {
        *self.0.meanwhile.lock().unwrap() = Some(writes);
    }

    /// Messages sent and machines started.
    pub(crate) fn sent(&self) -> Vec<Value> {
        self.0.sent.lock().unwrap().clone()
    }

    fn answer(&self, request: &HttpRequest) -> (u16, String) {
        let body = request.body().bytes().unwrap_or_default();
        match request.headers().get("x-amz-target") {
            Some(target) if target.starts_with("DynamoDB") => self.table(target, body),
            // Queues and machines hold as many as their names have letters.
            Some(target) if target.ends_with(".GetQueueAttributes") => {
                let asked: Value = serde_json::from_slice(body).unwrap();
                let queue = asked["QueueUrl"].as_str().unwrap().rsplit('/').next().unwrap().len().to_string();
                let counts = json!({"ApproximateNumberOfMessages": queue, "ApproximateNumberOfMessagesNotVisible": "1"});
                (200, json!({"Attributes": counts}).to_string())
            }
            Some(target) if target.ends_with(".ListExecutions") => {
                let asked: Value = serde_json::from_slice(body).unwrap();
                assert_eq!(asked["statusFilter"], "RUNNING");
                let name = asked["stateMachineArn"].as_str().unwrap().rsplit(':').next().unwrap();
                let execution = json!({"executionArn": "a", "stateMachineArn": "m", "name": "n", "status": "RUNNING", "startDate": 1.0});
                let more = (name == "overdue").then_some("next");
                (200, json!({"executions": vec![execution; name.len()], "nextToken": more}).to_string())
            }
            Some(_) => {
                let sent: Value = serde_json::from_slice(body).unwrap();
                self.0.sent.lock().unwrap().push(sent);
                (200, json!({"executionArn": "arn", "startDate": 1.0, "MessageId": "m"}).to_string())
            }
            None => self.stored(request),
        }
    }

    fn table(&self, target: &str, body: &[u8]) -> (u16, String) {
        fn run<R: DeserializeOwned, A: Serialize>(
            body: &[u8],
            operation: impl FnOnce(R) -> dynoxide::Result<A>,
        ) -> (u16, String) {
            match operation(serde_json::from_slice(body).unwrap()) {
                Ok(answer) => (200, serde_json::to_string(&answer).unwrap()),
                Err(error) => (400, error.to_json()),
            }
        }
        let database = &self.0.database;
        let operation = target.rsplit('.').next().unwrap();
        if let Some((_, error)) = self.0.refused.lock().unwrap().filter(|(refused, _)| *refused == operation)
        {
            return (400, json!({"__type": error, "message": "refused"}).to_string());
        }
        match operation {
            "GetItem" => run(body, |request| database.get_item(request)),
            "PutItem" => run(body, |request| database.put_item(request)),
            "UpdateItem" => run(body, |request| database.update_item(request)),
            "DeleteItem" => run(body, |request| database.delete_item(request)),
            "Query" => run(body, |request| database.query(request)),
            "TransactWriteItems" => {
                if let Some(writes) = self.0.meanwhile.lock().unwrap().take() {
                    self.transact(&writes);
                }
                run(body, |request| database.transact_write_items(request))
            }
            other => panic!("the API calls {other}"),
        }
    }

    fn stored(&self, request: &HttpRequest) -> (u16, String) {
        let url = reqwest::Url::parse(request.uri()).unwrap();
        let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        let key = url.path().splitn(3, '/').nth(2).unwrap().to_owned();
        let mut store = self.0.store.lock().unwrap();
        let no_upload = (404, "<Error><Code>NoSuchUpload</Code><Message>gone</Message></Error>".to_owned());
        let upload = query.get("uploadId");
        match (request.method(), upload) {
            ("POST", None) => {
                let id = format!("upload-{}", store.uploads.len());
                store.uploads.insert(id.clone(), BTreeSet::new());
                (200, format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"))
            }
            ("GET", Some(id)) => store.uploads.get(id).map_or(no_upload, |parts| {
                let part = |number: &u32| {
                    format!("<Part><PartNumber>{number}</PartNumber><ETag>\"e{number}\"</ETag><Size>5</Size></Part>")
                };
                let parts: String = parts.iter().map(part).collect();
                (200, format!("<ListPartsResult>{parts}<IsTruncated>false</IsTruncated></ListPartsResult>"))
            }),
            ("POST", Some(id)) => {
                if store.uploads.remove(id).is_none() {
                    return no_upload;
                }
                store.objects.insert(key, Vec::new());
                (200, "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>".to_owned())
            }
            ("DELETE", Some(id)) => store.uploads.remove(id).map_or(no_upload, |_| (204, String::new())),
            ("HEAD", None) => (if store.objects.contains_key(&key) { 200 } else { 404 }, String::new()),
            ("GET", None) => match store.objects.get(&key) {
                Some(bytes) => (200, String::from_utf8(bytes.clone()).unwrap()),
                None => (404, "<Error><Code>NoSuchKey</Code></Error>".to_owned()),
            },
            (method, _) => panic!("the API sends {method} to the store"),
        }
    }
}

impl HttpConnector for Aws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (status, body) = self.answer(&request);
        let length = body.len().to_string();
        let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
        response.headers_mut().insert("content-length", length);
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Inner")
    }
}
