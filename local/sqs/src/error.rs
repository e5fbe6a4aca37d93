use crate::{limits, spec::SpecError};

/// Why the queues cannot do what was asked. Each has a name and a status in the protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqsError {
    #[error("The specified queue does not exist")]
    QueueDoesNotExist { queue: String },
    #[error("The request must contain the parameter {parameter}")]
    MissingParameter { parameter: &'static str },
    #[error("Value {value} for parameter {parameter} is invalid. Reason: {reason}")]
    InvalidParameter { parameter: &'static str, value: String, reason: &'static str },
    #[error("One or more parameters are invalid. Reason: Message must be shorter than {bytes_max} bytes")]
    MessageTooLong { bytes: usize, bytes_max: usize },
    #[error("The message contains characters that are not allowed")]
    InvalidMessageContents,
    #[error("The message attribute '{name}' is invalid: {reason}")]
    InvalidMessageAttribute { name: String, reason: &'static str },
    #[error(
        "Number of message attributes [{count}] exceeds the allowed maximum [{}]",
        limits::ATTRIBUTES_MAX
    )]
    TooManyAttributes { count: usize },
    #[error("The input receipt handle is invalid")]
    ReceiptHandleIsInvalid,
    #[error(
        "Value for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change"
    )]
    MessageGone,
    #[error("The specified message isn't in flight")]
    MessageNotInFlight,
    #[error("Total VisibilityTimeout for the message is beyond the limit [{} seconds]", limits::VISIBILITY_MAX.as_secs())]
    VisibilityBeyondLimit,
    #[error("There should be at least one {entry} in the request")]
    EmptyBatch { entry: &'static str },
    #[error("Maximum number of entries per request are {}. You have sent {count}", limits::BATCH_ENTRIES_MAX)]
    TooManyEntries { count: usize },
    #[error("Id {id} repeated")]
    BatchIdsNotDistinct { id: String },
    #[error(
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long"
    )]
    InvalidBatchEntryId { id: String },
    #[error(
        "Batch requests cannot be longer than {} bytes. You have sent {bytes} bytes",
        limits::BATCH_BYTES_MAX
    )]
    BatchTooLong { bytes: usize },
    #[error("Only one PurgeQueue operation on {queue} is allowed every {} seconds", limits::PURGE_INTERVAL.as_secs())]
    PurgeQueueInProgress { queue: String },
    #[error("Too many messages of {queue} are in flight: delete some, or wait until they are visible again")]
    OverLimit { queue: String },
    #[error("Unknown Attribute {name}")]
    InvalidAttributeName { name: String },
    #[error("{operation} is not available here: {reason}")]
    UnsupportedOperation { operation: &'static str, reason: &'static str },
    #[error("the queues could not be read or written")]
    Storage(#[from] StoreError),
}

impl SqsError {
    /// Whether the same request can succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::OverLimit { .. } | Self::Storage(StoreError::Failed { .. } | StoreError::Busy))
    }
}

/// Why the store failed. Nothing of the request that met it was kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// This request failed; the store still works.
    #[error("the queue store failed: {reason}")]
    Failed { reason: String },
    /// More requests wait for the disk than may. Nothing was begun.
    #[error("the queue store is busy: try again")]
    Busy,
    /// The disk lost a write or the file is damaged: what is in memory can no longer be trusted, so
    /// everything is refused until the host starts again.
    #[error("the queue store is closed after a disk error: {reason}")]
    Broken { reason: String },
    /// The store was shut down.
    #[error("the queue store is closed")]
    Closed,
    /// The file comes from a later version.
    #[error("the queue store has schema version {found}, this program knows {known}")]
    UnknownSchema { found: i64, known: i64 },
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let reason = error.to_string();
        if local_disk::is_fatal(&error) { Self::Broken { reason } } else { Self::Failed { reason } }
    }
}

/// Why queues could not be created.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
