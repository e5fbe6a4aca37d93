use crate::error::{SqsError, StoreError};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

/// Why a request is refused.
#[derive(Debug)]
pub(super) enum Failure {
    UnknownOperation,
    Malformed { reason: String },
    Sqs(SqsError),
}

impl From<SqsError> for Failure {
    fn from(error: SqsError) -> Self {
        Self::Sqs(error)
    }
}

/// How an error is called in the protocol.
pub(super) struct Naming {
    /// The shape, which newer clients match on.
    shape: &'static str,
    /// The code of the older query protocol, which SDKs still match on.
    pub(super) code: &'static str,
    status: u16,
    /// Whether the caller has to change something.
    pub(super) is_senders_fault: bool,
}

const fn sender(shape: &'static str, code: &'static str) -> Naming {
    Naming { shape, code, status: 400, is_senders_fault: true }
}

/// Source: the service model of Amazon SQS, traits `awsQueryError` and `httpError`.
pub(super) fn naming(error: &SqsError) -> Naming {
    match error {
        SqsError::QueueDoesNotExist { .. } => {
            sender("com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")
        }
        SqsError::MissingParameter { .. } => {
            sender("com.amazon.coral.service#MissingRequiredParameterException", "MissingParameter")
        }
        SqsError::InvalidParameter { .. }
        | SqsError::MessageTooLong { .. }
        | SqsError::InvalidMessageAttribute { .. }
        | SqsError::TooManyAttributes { .. }
        | SqsError::MessageGone
        | SqsError::VisibilityBeyondLimit => {
            sender("com.amazon.coral.service#InvalidParameterValueException", "InvalidParameterValue")
        }
        SqsError::InvalidMessageContents => {
            sender("com.amazonaws.sqs#InvalidMessageContents", "InvalidMessageContents")
        }
        SqsError::ReceiptHandleIsInvalid => {
            let naming = sender("com.amazonaws.sqs#ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid");
            Naming { status: 404, ..naming }
        }
        SqsError::MessageNotInFlight => {
            sender("com.amazonaws.sqs#MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight")
        }
        SqsError::EmptyBatch { .. } => {
            sender("com.amazonaws.sqs#EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest")
        }
        SqsError::TooManyEntries { .. } => sender(
            "com.amazonaws.sqs#TooManyEntriesInBatchRequest",
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        ),
        SqsError::BatchIdsNotDistinct { .. } => sender(
            "com.amazonaws.sqs#BatchEntryIdsNotDistinct",
            "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        ),
        SqsError::InvalidBatchEntryId { .. } => {
            sender("com.amazonaws.sqs#InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId")
        }
        SqsError::BatchTooLong { .. } => {
            sender("com.amazonaws.sqs#BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong")
        }
        SqsError::PurgeQueueInProgress { .. } => {
            let code = "AWS.SimpleQueueService.PurgeQueueInProgress";
            Naming { status: 403, ..sender("com.amazonaws.sqs#PurgeQueueInProgress", code) }
        }
        SqsError::OverLimit { .. } => {
            Naming { status: 403, ..sender("com.amazonaws.sqs#OverLimit", "OverLimit") }
        }
        SqsError::Storage(StoreError::Busy) => {
            Naming { status: 403, ..sender("com.amazonaws.sqs#RequestThrottled", "RequestThrottled") }
        }
        SqsError::InvalidAttributeName { .. } => {
            sender("com.amazonaws.sqs#InvalidAttributeName", "InvalidAttributeName")
        }
        SqsError::UnsupportedOperation { .. } => {
            sender("com.amazonaws.sqs#UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation")
        }
        SqsError::Storage(_) => Naming {
            shape: "com.amazon.coral.service#InternalFailure",
            code: "InternalFailure",
            status: 500,
            is_senders_fault: false,
        },
    }
}

impl Failure {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Sqs(error) => StatusCode::from_u16(naming(error).status).unwrap_or(StatusCode::BAD_REQUEST),
            Self::UnknownOperation | Self::Malformed { .. } => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn body(&self) -> String {
        let mut body = Map::new();
        match self {
            Self::UnknownOperation => {
                body.insert(
                    String::from("__type"),
                    json!("com.amazon.coral.service#UnknownOperationException"),
                );
            }
            Self::Malformed { reason } => {
                body.insert(String::from("__type"), json!("com.amazon.coral.service#SerializationException"));
                body.insert(String::from("Message"), json!(reason));
            }
            Self::Sqs(error) => {
                body.insert(String::from("__type"), json!(naming(error).shape));
                body.insert(String::from("message"), json!(sentence(error)));
            }
        }
        Value::Object(body).to_string()
    }

    /// The header `x-amzn-query-error`.
    pub(super) fn query_error(&self) -> Option<HeaderValue> {
        let Self::Sqs(error) = self else { return None };
        let naming = naming(error);
        let fault = if naming.is_senders_fault { "Sender" } else { "Receiver" };
        HeaderValue::from_str(&format!("{};{fault}", naming.code)).ok()
    }
}

/// AWS's messages end with a full stop; what the disk said stays in the log.
pub(super) fn sentence(error: &SqsError) -> String {
    format!("{error}.")
}
