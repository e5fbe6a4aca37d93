//! AWS JSON 1.0 over the engine's methods, one per operation.

use crate::{tables::Tables, writer::Writer};
use bytes::Bytes;
use dynoxide::{DynoxideError, actions::put_item::PutItemRequest, types};
use http::{Request, Response, StatusCode, header::CONTENT_TYPE};
use local_disk::Health;
use serde::{Serialize, de::DeserializeOwned};
use std::sync::atomic::Ordering;

/// What the header `X-Amz-Target` begins with.
const TARGET_PREFIX: &str = "DynamoDB_20120810.";
const MEDIA_TYPE: &str = "application/x-amz-json-1.0";
/// What the engine's errors say when the disk below its file failed: it passes some of them on as text only.
const DISK_FAILURES: [&str; 5] =
    ["I/O error", "malformed", "not a valid database", "readonly", "unable to open"];
const UNKNOWN_OPERATION: &str = r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;

/// Operations that end in a commit.
const WRITES: [&str; 5] = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];

impl Tables {
    /// Answers one request. Signatures are not checked: whoever reaches the port may use the tables.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.strip_prefix(TARGET_PREFIX)).unwrap_or_default();
        if let Some(refusal) = closed(&self.health) {
            return self.answer(StatusCode::INTERNAL_SERVER_ERROR, refusal.to_json());
        }
        let outcome = match std::str::from_utf8(request.body()) {
            Ok(body) => match &self.writer {
                Some(writer) if operation == "PutItem" => Some(self.put(writer, body).await),
                _ => self.dispatch(operation, body),
            },
            Err(error) => Some(Err(DynoxideError::SerializationException(error.to_string()))),
        };
        match outcome {
            Some(Ok(output)) => self.answer(StatusCode::OK, output),
            Some(Err(error)) => {
                let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
                if status.is_server_error() {
                    note(&self.health, &error);
                    tracing::error!(operation, %error, "the tables failed");
                }
                self.answer(status, error.to_json())
            }
            None => self.answer(StatusCode::BAD_REQUEST, UNKNOWN_OPERATION.to_owned()),
        }
    }

    /// Nothing for an operation that is not served.
    fn dispatch(&self, operation: &str, body: &str) -> Option<Result<String, DynoxideError>> {
        let engine = &self.engine;
        let outcome = match operation {
            "GetItem" => run(body, |request| engine.get_item(request)),
            "PutItem" => run(body, |request| engine.put_item(self.metered(request))),
            "UpdateItem" => run(body, |request| engine.update_item(request)),
            "DeleteItem" => run(body, |request| engine.delete_item(request)),
            "Query" => run(body, |request| engine.query(request)),
            "Scan" => run(body, |request| engine.scan(request)),
            "BatchGetItem" => run(body, |request| engine.batch_get_item(request)),
            "BatchWriteItem" => run(body, |request| engine.batch_write_item(request)),
            "TransactGetItems" => run(body, |request| engine.transact_get_items(request)),
            "TransactWriteItems" => run(body, |request| engine.transact_write_items(request)),
            "DescribeTable" => run(body, |request| engine.describe_table(request)),
            "ListTables" => run(body, |request| engine.list_tables(request)),
            _ => return None,
        };
        if outcome.is_ok() && WRITES.contains(&operation) {
            self.commits.fetch_add(1, Ordering::Relaxed);
        }
        Some(outcome)
    }

    async fn put(&self, writer: &Writer, body: &str) -> dynoxide::Result<String> {
        check_object(body)?;
        written(&writer.put(self.metered(parse(body)?)).await?)
    }

    /// Counts what the item itself takes to be written, whether or not its condition is met: that is paid for either way.
    fn metered(&self, put: PutItemRequest) -> PutItemRequest {
        // A whole number, and an item has 400 KB at most.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1.0 to 400.0")]
        let units = types::write_capacity_units(types::item_size(&put.item)) as u64;
        self.units.fetch_add(units, Ordering::Relaxed);
        put
    }

    fn answer(&self, status: StatusCode, body: String) -> Response<Bytes> {
        let body = if self.is_ordered { ordered(body) } else { body };
        let mut answer = Response::new(Bytes::from(body));
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(MEDIA_TYPE));
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        // AWS's ids have 52 characters too.
        if let Ok(id) = format!("{number:052X}").parse() {
            headers.insert("x-amzn-requestid", id);
        }
        answer
    }
}

/// The same JSON, the members of its objects sorted.
fn ordered(body: String) -> String {
    let Ok(mut value) = serde_json::from_str::<serde_json::Value>(&body) else { return body };
    value.sort_all_objects();
    value.to_string()
}

/// The refusal of everything once the disk has failed.
pub(crate) fn closed(health: &Health) -> Option<DynoxideError> {
    let reason = health.failure()?;
    Some(DynoxideError::InternalServerError(format!("the tables are closed: {reason}")))
}

/// Remembers a failure of the disk.
pub(crate) fn note(health: &Health, error: &DynoxideError) {
    match error {
        DynoxideError::SqliteError(error) => health.note("the register", error),
        error if error.status_code() >= 500 => {
            let said = error.to_string();
            if DISK_FAILURES.iter().any(|failure| said.contains(failure)) {
                health.fail("the register", &said);
            }
        }
        _ => {}
    }
}

fn run<Q: DeserializeOwned, R: Serialize>(
    body: &str,
    call: impl FnOnce(Q) -> dynoxide::Result<R>,
) -> dynoxide::Result<String> {
    check_object(body)?;
    written(&call(parse(body)?)?)
}

/// A list would be read as the fields of the request in their order.
fn check_object(body: &str) -> dynoxide::Result<()> {
    if body.trim_ascii_start().starts_with('{') {
        return Ok(());
    }
    Err(DynoxideError::SerializationException("a request is a JSON object".to_owned()))
}

fn written(output: &impl Serialize) -> dynoxide::Result<String> {
    serde_json::to_string(output).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// Reads a request, and turns what is wrong with it into the error that DynamoDB answers with.
///
/// The engine's types mark in the message which error they mean, and JSON adds the position to it.
pub(crate) fn parse<T: DeserializeOwned>(body: &str) -> dynoxide::Result<T> {
    serde_json::from_str(body).map_err(|error| {
        let message = error.to_string();
        let without_position =
            message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        let marked = |marker: &str| without_position.strip_prefix(marker).map(str::to_owned);
        if let Some(message) = marked("VALIDATION_REQUEST:") {
            return DynoxideError::ValidationException(format!("1 validation error detected: {message}"));
        }
        if let Some(message) = marked("VALIDATION:").or_else(|| marked("VALIDATION_AS_READ:")) {
            return DynoxideError::ValidationException(message);
        }
        if let Some(message) = marked("SERIALIZATION:").or_else(|| marked("SERIALIZATION_AS_READ:")) {
            return DynoxideError::SerializationException(message);
        }
        // A value that is missing or empty is the sender's mistake; one of another JSON type cannot be read.
        let is_validation = ["missing field", "unknown variant", "invalid type: null", "AttributeValue"]
            .iter()
            .any(|part| without_position.contains(part));
        if is_validation {
            return DynoxideError::ValidationException(without_position.to_owned());
        }
        DynoxideError::SerializationException(without_position.to_owned())
    })
}
