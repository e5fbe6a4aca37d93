//! What tasks call. The host connects this to its functions and queues.

use async_trait::async_trait;
use serde_json::Value;
use std::fmt::Debug;
use thiserror::Error;

/// A call that failed, in the words that a machine's `Retry` and `Catch` match on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{error}: {cause}")]
pub struct TaskError {
    /// The error's name: a function's own error type, or the service's, such as `Lambda.TooManyRequestsException`.
    pub error: String,
    /// What is known about it; for a function's error the JSON it answered with.
    pub cause: String,
}

/// The services that tasks name.
#[async_trait]
pub trait Tasks: Debug + Send + Sync {
    /// Invokes a function, named or given as ARN, and waits for its answer.
    async fn invoke(&self, function: &str, payload: Value) -> Result<Value, TaskError>;

    /// Sends a message. `arguments` are those of SQS `SendMessage` (`QueueUrl`, `MessageBody` as text,
    /// `DelaySeconds`, `MessageAttributes`); the answer has `MessageId` and `MD5OfMessageBody`.
    async fn send_message(&self, arguments: Value) -> Result<Value, TaskError>;
}
