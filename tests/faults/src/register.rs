//! The register as it lies in the table: plain JSON, read without any of the functions' own types.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use bytes::Bytes;
use http::HeaderValue;
use lectern::host::Storage;
use serde_json::{Map, Value, json};

/// The table's name.
pub const TABLE: &str = "lectern-documents";

/// The item that a call writes to the register, if it does.
pub(crate) fn written(request: &HttpRequest) -> Option<Value> {
    (request.headers().get("x-amz-target")? == "DynamoDB_20120810.PutItem").then_some(())?;
    let body: Value = serde_json::from_slice(request.body().bytes()?).ok()?;
    (body["TableName"] == TABLE).then(|| plain_item(&body["Item"]))
}

/// Every item, in the order of their ids.
pub async fn items(storage: &Storage) -> Vec<Value> {
    let (mut items, mut start) = (Vec::new(), Value::Null);
    loop {
        let mut scan = json!({ "TableName": TABLE });
        if !start.is_null() {
            scan["ExclusiveStartKey"] = start;
        }
        let mut request = http::Request::new(Bytes::from(scan.to_string()));
        request.headers_mut().insert("x-amz-target", HeaderValue::from_static("DynamoDB_20120810.Scan"));
        let answer = storage.tables.handle(request).await;
        let answer: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        items.extend(answer["Items"].as_array().into_iter().flatten().map(plain_item));
        start = answer["LastEvaluatedKey"].clone();
        if start.is_null() {
            break;
        }
    }
    items.sort_by(|a, b| a["document_id"].as_str().cmp(&b["document_id"].as_str()));
    items
}

fn plain_item(item: &Value) -> Value {
    let item = item.as_object().into_iter().flatten();
    Value::Object(item.map(|(name, value)| (name.clone(), plain(value))).collect())
}

/// DynamoDB's JSON as JSON: numbers and texts bare.
fn plain(value: &Value) -> Value {
    let Some((kind, content)) = value.as_object().and_then(|object| object.iter().next()) else {
        return Value::Null;
    };
    match kind.as_str() {
        "N" => content.as_str().and_then(|number| serde_json::from_str(number).ok()).unwrap_or_default(),
        "M" => content
            .as_object()
            .map(|map| map.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>())
            .map_or(Value::Null, Value::Object),
        "L" => content.as_array().map(|list| list.iter().map(plain).collect::<Vec<_>>()).into(),
        "NULL" => Value::Null,
        _ => content.clone(),
    }
}
