//! AWS JSON 1.0, as the official SDKs and the command line speak it.

mod batch;
mod delete;
mod describe;
mod failure;
mod receive;
mod send;
mod visibility;

use crate::{error::SqsError, queues::Queues};
use bytes::Bytes;
use failure::Failure;
use http::{HeaderMap, Request, Response, StatusCode, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What the header `X-Amz-Target` begins with.
const TARGET_PREFIX: &str = "AmazonSQS.";
const MEDIA_TYPE: &str = "application/x-amz-json-1.0";

impl Queues {
    /// Answers one request. Signatures are not checked: whoever reaches the port may use the queues.
    ///
    /// A future that is dropped leaves nothing half done: either the operation was handed over whole and is
    /// carried out, or it did not begin.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let outcome = match operation_of(request.headers()) {
            Some(operation) => self.dispatch(operation, request.body()).await,
            None => Err(Failure::UnknownOperation),
        };
        let answer = match outcome {
            Ok(output) => self.answer(StatusCode::OK, output.to_string()),
            Err(failure) => {
                let mut answer = self.answer(failure.status(), failure.body());
                if let Some(code) = failure.query_error() {
                    answer.headers_mut().insert("x-amzn-query-error", code);
                }
                answer
            }
        };
        tracing::trace!(status = answer.status().as_u16(), "answered");
        answer
    }

    async fn dispatch(&self, operation: &str, body: &[u8]) -> Result<Value, Failure> {
        match operation {
            "SendMessage" => send::one(self, parse(body)?).await,
            "SendMessageBatch" => send::many(self, parse(body)?).await,
            "ReceiveMessage" => receive::receive(self, parse(body)?).await,
            "DeleteMessage" => delete::one(self, parse(body)?).await,
            "DeleteMessageBatch" => delete::many(self, parse(body)?).await,
            "ChangeMessageVisibility" => visibility::one(self, parse(body)?).await,
            "ChangeMessageVisibilityBatch" => visibility::many(self, parse(body)?).await,
            "GetQueueUrl" => describe::url(self, &parse(body)?),
            "GetQueueAttributes" => describe::attributes(self, parse(body)?).await,
            "ListQueues" => describe::list(self, &parse(body)?),
            "ListDeadLetterSourceQueues" => describe::sources(self, &parse(body)?),
            "PurgeQueue" => describe::purge(self, parse(body)?).await,
            "CreateQueue" => declared_elsewhere("CreateQueue"),
            "SetQueueAttributes" => declared_elsewhere("SetQueueAttributes"),
            "DeleteQueue" => declared_elsewhere("DeleteQueue"),
            _ => Err(Failure::UnknownOperation),
        }
    }

    fn answer(&self, status: StatusCode, body: String) -> Response<Bytes> {
        let mut answer = Response::new(Bytes::from(body));
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(MEDIA_TYPE));
        if let Ok(id) = self.config.fresh_id().parse() {
            headers.insert("x-amzn-requestid", id);
        }
        answer
    }

    /// The name of the queue that a URL means. Only its path counts: the same queue is reached by any host name
    /// and port.
    fn queue_of(&self, url: Option<String>) -> Result<String, SqsError> {
        let url =
            url.filter(|url| !url.is_empty()).ok_or(SqsError::MissingParameter { parameter: "QueueUrl" })?;
        let mut parts = url.rsplit('/');
        match (parts.next(), parts.next()) {
            (Some(name), Some(account)) if account == self.config.account => {
                self.find(name).map(|_| name.to_owned())
            }
            _ => Err(SqsError::QueueDoesNotExist { queue: url }),
        }
    }
}

fn operation_of(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-target")?.to_str().ok()?.strip_prefix(TARGET_PREFIX)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    // Some clients send nothing where all parameters are optional.
    let body = if body.is_empty() { b"{}".as_slice() } else { body };
    serde_json::from_slice(body).map_err(|error| Failure::Malformed { reason: error.to_string() })
}

fn declared_elsewhere(operation: &'static str) -> Result<Value, Failure> {
    let reason = "queues are declared in the template, which is read when the host starts";
    Err(SqsError::UnsupportedOperation { operation, reason }.into())
}

fn required<T>(value: Option<T>, parameter: &'static str) -> Result<T, SqsError> {
    value.ok_or(SqsError::MissingParameter { parameter })
}

/// Whole seconds, as all durations in this protocol; a negative one is refused with the words of its limit.
fn seconds(
    value: i64,
    parameter: &'static str,
    reason: &'static str,
) -> Result<std::time::Duration, SqsError> {
    u64::try_from(value).map(std::time::Duration::from_secs).map_err(|_| SqsError::InvalidParameter {
        parameter,
        value: value.to_string(),
        reason,
    })
}
