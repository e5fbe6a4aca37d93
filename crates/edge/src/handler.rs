use async_trait::async_trait;
use document::Moment;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::fmt;

/// One invocation.
#[derive(Clone, Debug)]
pub struct Call {
    /// The request's id, for logs.
    pub request_id: String,
    /// When the function must have answered.
    pub deadline: Moment,
}

/// A function's failure as Lambda reports it: `errorType` and `errorMessage`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    pub error_type: String,
    pub message: String,
}

impl fmt::Display for FunctionError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.error_type, self.message)
    }
}

impl std::error::Error for FunctionError {}

impl From<crate::Trouble> for FunctionError {
    /// A machine's `Retry` tells the two types apart.
    fn from(trouble: crate::Trouble) -> Self {
        let error_type = if trouble.is_retryable() { "Lectern.Passing" } else { "Lectern.Lasting" };
        Self { error_type: error_type.to_owned(), message: trouble.to_string() }
    }
}

/// A function behind an event source or an invocation: JSON in, JSON out.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    async fn handle(&self, event: Value, call: Call) -> Result<Value, FunctionError>;
}

/// Reads the event, runs `decide`, writes the answer: what every handler's `handle` does.
pub async fn typed<E, A, F>(event: Value, decide: impl FnOnce(E) -> F) -> Result<Value, FunctionError>
where
    E: DeserializeOwned,
    A: Serialize,
    F: Future<Output = Result<A, FunctionError>>,
{
    let malformed = |error: serde_json::Error| FunctionError {
        error_type: "Lectern.Malformed".to_owned(),
        message: error.to_string(),
    };
    let answer = decide(serde_json::from_value(event).map_err(malformed)?).await?;
    serde_json::to_value(answer).map_err(malformed)
}
