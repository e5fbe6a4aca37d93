//! The functions' SDK clients, with what can go wrong between them and the services.

use crate::faults::{Fault, Faults, When};
use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient as _, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
            http_client_fn,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;

/// A client that reaches the services through `own`, unless something comes between.
pub(crate) fn disturbed(own: SharedHttpClient, faults: &Faults) -> SharedHttpClient {
    let faults = faults.clone();
    http_client_fn(move |settings, components| {
        let own = own.http_connector(settings, components);
        SharedHttpConnector::new(Wire { own, faults: faults.clone() })
    })
}

#[derive(Debug)]
struct Wire {
    own: SharedHttpConnector,
    faults: Faults,
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (own, faults) = (self.own.clone(), self.faults.clone());
        HttpConnectorFuture::new(async move {
            let point = operation(&request);
            let written = crate::register::written(&request);
            if let Err(fault) = faults.meet(&point, When::Before).await {
                return refusal(&point, fault);
            }
            let response = own.call(request).await?;
            faults.note(&format!("{point} {}", response.status().as_u16()));
            if let Some(item) = written.filter(|_| response.status().is_success()) {
                faults.saw(&item);
            }
            match faults.meet(&point, When::After).await {
                Ok(()) => Ok(response),
                Err(_) => Err(ConnectorError::timeout("the answer was lost".into())),
            }
        })
    }
}

/// What AWS says when it cannot, or will not.
fn refusal(point: &str, fault: Fault) -> Result<HttpResponse, ConnectorError> {
    let (service, _) = point.split_once(' ').unwrap_or((point, ""));
    let (status, body) = match (service, fault) {
        (_, Fault::Outage) if service != "S3" => (500, r#"{"__type":"InternalServerError"}"#.to_owned()),
        ("DynamoDB", _) => (
            400,
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}"#.to_owned(),
        ),
        ("S3", Fault::Outage) => return Err(ConnectorError::timeout("nobody answered".into())),
        ("S3", _) => (
            503,
            "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
                .to_owned(),
        ),
        _ => (400, r#"{"__type":"ThrottlingException"}"#.to_owned()),
    };
    let status = StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
    Ok(HttpResponse::new(status, SdkBody::from(body)))
}

/// `DynamoDB PutItem`, `S3 UploadPart`: the service and its operation, as AWS names them.
fn operation(request: &HttpRequest) -> String {
    if let Some(target) = request.headers().get("x-amz-target") {
        let (service, operation) = target.split_once('.').unwrap_or((target, ""));
        let service = match service {
            "AmazonSQS" => "SQS",
            "AWSStepFunctions" => "States",
            "secretsmanager" => "SecretsManager",
            _ => "DynamoDB",
        };
        return format!("{service} {operation}");
    }
    let uri = request.uri();
    let path = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let path = path.split_once('/').map_or("", |(_, path)| path);
    let copies = request.headers().contains_key("x-amz-copy-source");
    format!("S3 {}", s3_operation(request.method(), path, copies))
}

/// Which operation of S3 a request is, by the rules of its API reference.
pub(crate) fn s3_operation(method: &str, path_and_query: &str, copies: bool) -> &'static str {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let has = |name: &str| {
        query
            .split('&')
            .any(|pair| pair == name || pair.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')))
    };
    let has_key = path.split_once('/').is_some_and(|(_, key)| !key.is_empty());
    match (method, has_key) {
        ("PUT", true) if has("partNumber") && copies => "UploadPartCopy",
        ("PUT", true) if has("partNumber") => "UploadPart",
        ("PUT", true) if copies => "CopyObject",
        ("PUT", true) => "PutObject",
        ("POST", true) if has("uploads") => "CreateMultipartUpload",
        ("POST", true) => "CompleteMultipartUpload",
        ("POST", false) => "DeleteObjects",
        ("DELETE", true) if has("uploadId") => "AbortMultipartUpload",
        ("DELETE", _) => "DeleteObject",
        ("HEAD", _) => "HeadObject",
        ("GET", true) if has("uploadId") => "ListParts",
        ("GET", true) => "GetObject",
        ("GET", false) if has("versions") => "ListObjectVersions",
        ("GET", false) if has("uploads") => "ListMultipartUploads",
        _ => "ListObjectsV2",
    }
}
