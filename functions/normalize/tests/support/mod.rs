//! AWS in memory: one table, two buckets and the answers that the SDK expects, behind its HTTP connector.

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The one document, as a DynamoDB item.
    pub(crate) item: Option<Value>,
    /// By `/bucket/key`.
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    /// Replaces the item right before the next write: somebody was quicker.
    pub(crate) quicker: Option<Value>,
    /// What machines were told.
    pub(crate) reports: Vec<Value>,
}

/// The services, shared between the test and the SDK.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cloud(Arc<Mutex<Kept>>);

impl Cloud {
    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sdk(&self) -> aws_config::SdkConfig {
        let connector = SharedHttpConnector::new(self.clone());
        aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("eu-central-1"))
            .endpoint_url("http://aws.test")
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
                aws_credential_types::Credentials::new("key", "secret", None, None, "test"),
            ))
            .retry_config(aws_config::retry::RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build()
    }

    fn answer(&self, request: &HttpRequest) -> (u16, Vec<u8>) {
        let body = request.body().bytes().unwrap_or_default();
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let Some((_, operation)) = target.split_once('.') else {
            return self.object(request, body);
        };
        let input: Value = serde_json::from_slice(body).unwrap_or_default();
        let (status, output) = self.operation(operation, &input);
        (status, output.to_string().into_bytes())
    }

    fn operation(&self, operation: &str, input: &Value) -> (u16, Value) {
        let mut kept = self.kept();
        match operation {
            "GetItem" => (200, kept.item.as_ref().map_or_else(|| json!({}), |item| json!({ "Item": item }))),
            "PutItem" => {
                if let Some(quicker) = kept.quicker.take() {
                    kept.item = Some(quicker);
                }
                let version = kept.item.as_ref().map(|item| item["version"].clone());
                if version != Some(input["ExpressionAttributeValues"][":version"].clone()) {
                    let failed = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
                    return (400, json!({ "__type": failed, "message": "no" }));
                }
                kept.item = Some(input["Item"].clone());
                (200, json!({}))
            }
            "SendTaskSuccess" => {
                kept.reports.push(input.clone());
                (200, json!({}))
            }
            other => (400, json!({ "__type": "UnknownOperationException", "message": other })),
        }
    }

    fn object(&self, request: &HttpRequest, body: &[u8]) -> (u16, Vec<u8>) {
        let path = request.uri().split_once("aws.test").map_or("", |(_, path)| path);
        let path = path.split('?').next().unwrap_or_default().to_owned();
        let mut kept = self.kept();
        match request.method() {
            "PUT" => {
                kept.objects.insert(path, body.to_vec());
                (200, Vec::new())
            }
            "DELETE" => {
                kept.objects.remove(&path);
                (204, Vec::new())
            }
            _ => kept.objects.get(&path).map_or((404, Vec::new()), |object| (200, object.clone())),
        }
    }
}

impl HttpConnector for Cloud {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (status, body) = self.answer(&request);
        let response = http::Response::builder()
            .status(status)
            .header("content-length", body.len())
            .body(SdkBody::from(body))
            .expect("a response");
        HttpConnectorFuture::ready(Ok(HttpResponse::try_from(response).expect("a response")))
    }
}

/// A JSON value as a DynamoDB attribute.
pub(crate) fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(flag) => json!({ "BOOL": flag }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(list) => json!({ "L": list.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Object(_) => json!({ "M": item(value) }),
    }
}

/// A JSON object as a DynamoDB item.
pub(crate) fn item(value: &Value) -> Value {
    let fields = value.as_object().into_iter().flatten();
    Value::Object(fields.map(|(name, value)| (name.clone(), attribute(value))).collect())
}
