//! Which rights a call would need on AWS: actions and resources as the Service Authorization Reference names them.

use super::service::Service;
use http::{HeaderMap, StatusCode, Uri, header::AUTHORIZATION};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The right to do one thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// Such as `s3:GetObject`.
    pub action: String,
    /// The last part of its ARN, which names it: `bucket/*`, `table/name`, `stateMachine:name`.
    pub resource: String,
}

impl Right {
    fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into() }
    }
}

/// Who signed a request: the access key that its header or its presigned address names.
pub(super) fn caller(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let in_header = || header?.split_once("Credential=")?.1.split('/').next();
    let in_address = || uri.query()?.split_once("X-Amz-Credential=")?.1.split('%').next();
    in_header().or_else(in_address).map(str::to_owned)
}

/// What an operation of S3 needs, once it is known how it was answered.
pub(super) fn of_s3(operation: &str, uri: &Uri, answer: StatusCode) -> Vec<Right> {
    let bucket = uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    let object = |action: &str| Right::new(format!("s3:{action}"), format!("{bucket}/*"));
    let all = |action: &str| Right::new(format!("s3:{action}"), bucket);
    let versioned = uri.query().unwrap_or_default().split('&').any(|pair| pair.starts_with("versionId="));
    match operation {
        "GetObject" | "HeadObject" => {
            let read = object(if versioned { "GetObjectVersion" } else { "GetObject" });
            // Without it, S3 says "forbidden" instead of "not there".
            let not_there = (answer == StatusCode::NOT_FOUND).then(|| all("ListBucket"));
            std::iter::once(read).chain(not_there).collect()
        }
        "PutObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => {
            vec![object("PutObject")]
        }
        "DeleteObject" if versioned => vec![object("DeleteObjectVersion")],
        // Versions are deleted by lists; a bucket without versions is deleted from by `null` in place of one.
        "DeleteObjects" => vec![object("DeleteObject"), object("DeleteObjectVersion")],
        "ListParts" => vec![object("ListMultipartUploadParts")],
        "ListObjectVersions" => vec![all("ListBucketVersions")],
        "ListMultipartUploads" => vec![all("ListBucketMultipartUploads")],
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => vec![all("ListBucket")],
        named => vec![object(named)],
    }
}

/// The parts of requests that name what they are about.
#[derive(Default, Deserialize)]
#[serde(default)]
struct About {
    #[serde(rename = "TableName")]
    table: Option<String>,
    #[serde(rename = "IndexName")]
    index: Option<String>,
    #[serde(rename = "QueueUrl")]
    queue: Option<String>,
    #[serde(rename = "stateMachineArn")]
    machine: Option<String>,
    #[serde(rename = "SecretId")]
    secret: Option<String>,
}

/// A write of a transaction, by what it does to what.
type TransactedWrite = BTreeMap<String, About>;

#[derive(Default, Deserialize)]
struct Transaction {
    #[serde(rename = "TransactItems", default)]
    writes: Vec<TransactedWrite>,
}

/// What an operation of a service that speaks JSON needs.
pub(super) fn of_json(service: Service, operation: &str, body: &[u8]) -> Vec<Right> {
    if operation == "TransactWriteItems" {
        return of_transaction(body);
    }
    let about: About = serde_json::from_slice(body).unwrap_or_default();
    let (prefix, resource) = match service {
        Service::DynamoDb => {
            let table = about.table.unwrap_or_default();
            let index = about.index.map(|index| format!("/index/{index}")).unwrap_or_default();
            ("dynamodb", format!("table/{table}{index}"))
        }
        Service::Sqs => {
            let url = about.queue.unwrap_or_default();
            ("sqs", url.rsplit('/').next().unwrap_or_default().to_owned())
        }
        // Who answers a task shows its token, which does not say whose it is.
        Service::States => ("states", about.machine.as_deref().map_or(UNNAMED, named).to_owned()),
        Service::Secrets => ("secretsmanager", about.secret.as_deref().map_or(UNNAMED, named).to_owned()),
    };
    // A batch needs the right of one.
    vec![Right::new(format!("{prefix}:{}", operation.trim_end_matches("Batch")), resource)]
}

/// A transaction needs the right to each of its writes, and none of its own.
fn of_transaction(body: &[u8]) -> Vec<Right> {
    let transaction: Transaction = serde_json::from_slice(body).unwrap_or_default();
    let writes = transaction.writes.into_iter().flatten();
    let right = |(what, about): (String, About)| {
        Right::new(format!("dynamodb:{what}Item"), format!("table/{}", about.table.unwrap_or_default()))
    };
    writes.map(right).collect()
}

/// What an ARN names, without the partition, the service, the region and the account.
fn named(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

/// In place of a resource that a call does not name.
const UNNAMED: &str = "?";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_buckets_are_told_apart() {
        let check = |operation: &str, uri: &str, status: u16, expect: &[(&str, &str)]| {
            let needed = of_s3(operation, &uri.parse().unwrap(), StatusCode::from_u16(status).unwrap());
            let expect: Vec<_> = expect
                .iter()
                .map(|(action, resource)| Right::new(format!("s3:{action}"), *resource))
                .collect();
            assert_eq!(needed, expect, "{operation} {uri}");
        };
        check("GetObject", "/b/k", 200, &[("GetObject", "b/*")]);
        check("HeadObject", "http://127.0.0.1:1/b/k", 404, &[("GetObject", "b/*"), ("ListBucket", "b")]);
        check("GetObject", "/b/k?x-id=GetObject&versionId=v", 206, &[("GetObjectVersion", "b/*")]);
        check("UploadPart", "/b/k?partNumber=1&uploadId=u", 200, &[("PutObject", "b/*")]);
        check("ListParts", "/b/k?uploadId=u", 200, &[("ListMultipartUploadParts", "b/*")]);
        check("ListObjectVersions", "/b?versions", 200, &[("ListBucketVersions", "b")]);
        check("DeleteObject", "/b/k?versionId=v", 204, &[("DeleteObjectVersion", "b/*")]);
    }

    #[test]
    fn json_says_what_it_is_about() {
        let check = |service, operation: &str, body: &str, action: &str, resource: &str| {
            assert_eq!(of_json(service, operation, body.as_bytes()), [Right::new(action, resource)]);
        };
        let query =
            r#"{"Limit":1,"TableName":"t","IndexName":"i","ExpressionAttributeValues":{":a":{"S":"x"}}}"#;
        check(Service::DynamoDb, "Query", query, "dynamodb:Query", "table/t/index/i");
        check(Service::DynamoDb, "PutItem", r#"{"TableName":"t"}"#, "dynamodb:PutItem", "table/t");
        let url = r#"{"QueueUrl":"http://h/0/q","MessageBody":"{}"}"#;
        check(Service::Sqs, "SendMessageBatch", url, "sqs:SendMessage", "q");
        check(
            Service::States,
            "StartExecution",
            r#"{"stateMachineArn":"arn:aws:states:r:0:stateMachine:m"}"#,
            "states:StartExecution",
            "stateMachine:m",
        );
        check(Service::States, "SendTaskSuccess", r#"{"taskToken":"t"}"#, "states:SendTaskSuccess", UNNAMED);
        check(
            Service::Secrets,
            "GetSecretValue",
            r#"{"SecretId":"arn:aws:secretsmanager:r:0:secret:s"}"#,
            "secretsmanager:GetSecretValue",
            "secret:s",
        );
    }

    #[test]
    fn a_transaction_needs_what_its_writes_need() {
        let body =
            r#"{"TransactItems":[{"Put":{"TableName":"t","Item":{}}},{"ConditionCheck":{"TableName":"u"}}]}"#;
        let needed = of_json(Service::DynamoDb, "TransactWriteItems", body.as_bytes());
        let put = Right::new("dynamodb:PutItem", "table/t");
        assert_eq!(needed, [put, Right::new("dynamodb:ConditionCheckItem", "table/u")]);
    }

    #[test]
    fn who_signed_is_in_the_header_or_in_the_address() {
        let check = |uri: &str, header: Option<&str>, expect: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.extend(header.map(|header| (AUTHORIZATION, header.parse().unwrap())));
            assert_eq!(caller(&uri.parse().unwrap(), &headers).as_deref(), expect, "{uri} {header:?}");
        };
        let signed =
            "AWS4-HMAC-SHA256 Credential=lectern-ingest/20260101/r/s3/aws4_request, SignedHeaders=host";
        check("/b/k", Some(signed), Some("lectern-ingest"));
        check("/b/k?X-Amz-Credential=lectern-api%2F20260101%2Fr&X-Amz-Date=d", None, Some("lectern-api"));
        check("/b/k", None, None);
        check("/b/k", Some("Bearer token"), None);
    }
}
