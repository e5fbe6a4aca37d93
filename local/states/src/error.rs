//! What the service answers when it does not do what it was asked.

use asl::LoadError;
use thiserror::Error;

/// Something is wrong with the file. Nothing was changed; trying again may help.
#[derive(Debug, Error)]
pub enum StoreError {
    /// `SQLite` refused.
    #[error("the state machine store failed")]
    Database(#[from] rusqlite::Error),
    /// Nothing of what was asked was written down.
    #[error("the state machine store did not commit: {reason}")]
    NotCommitted {
        /// Why.
        reason: String,
    },
    /// A stored value is not what this program wrote.
    #[error("the state machine store holds {what} that cannot be read")]
    Corrupt {
        /// Which value.
        what: &'static str,
        /// How it is broken.
        source: serde_json::Error,
    },
    /// A stored definition is refused by this version of the interpreter.
    #[error("a stored definition cannot be run")]
    Definition(#[from] LoadError),
    /// The file was written by another version of this program.
    #[error("the state machine store has format {found}, and this program reads {expected}")]
    Version {
        /// The format of the file.
        found: i64,
        /// The format that is read.
        expected: i64,
    },
    /// An execution's definition is missing.
    #[error("the definition {hash} is missing from the state machine store")]
    NoDefinition {
        /// The hash of its text.
        hash: String,
    },
}

impl StoreError {
    /// The work on the store panicked, and its changes were undone.
    pub(crate) fn panicked() -> Self {
        Self::NotCommitted { reason: "the work on it panicked".to_owned() }
    }

    /// Whether the file is at fault, so that the same may succeed later.
    pub(crate) const fn is_passing(&self) -> bool {
        matches!(self, Self::Database(_) | Self::NotCommitted { .. })
    }
}

/// Why a request is refused. Each has AWS's code; all but [`StatesError::Store`] are the caller's to mend.
#[derive(Debug, Error)]
pub enum StatesError {
    /// There is no such machine.
    #[error("State Machine Does Not Exist: '{0}'")]
    StateMachineDoesNotExist(String),
    /// There is no such execution.
    #[error("Execution Does Not Exist: '{0}'")]
    ExecutionDoesNotExist(String),
    /// The name was used by an execution that ended, or that runs with another input.
    #[error("Execution Already Exists: '{0}'")]
    ExecutionAlreadyExists(String),
    /// It is not over, or succeeded, or is over for too long.
    #[error("Execution Not Redrivable: '{0}'")]
    ExecutionNotRedrivable(String),
    /// Not an ARN of the kind that is needed.
    #[error("Invalid Arn: '{0}'")]
    InvalidArn(String),
    /// A name with characters that names do not have.
    #[error("Invalid Name: '{0}'")]
    InvalidName(String),
    /// The definition is refused.
    #[error("Invalid State Machine Definition: '{0}'")]
    InvalidDefinition(#[from] LoadError),
    /// The input is not JSON.
    #[error("Invalid Execution Input: '{0}'")]
    InvalidExecutionInput(String),
    /// The output of a task is not JSON.
    #[error("Invalid Output: '{0}'")]
    InvalidOutput(String),
    /// A task token or a page token that never was one.
    #[error("Invalid Token: '{0}'")]
    InvalidToken(&'static str),
    /// A token that this service never gave out.
    #[error("Task Does Not Exist: 'no task has this token'")]
    TaskDoesNotExist,
    /// The task of this token was answered, timed out or stopped before.
    #[error("Task Timed Out: 'Provided task does not exist anymore'")]
    TaskTimedOut,
    /// A field that is missing, too long or out of range.
    #[error("{0}")]
    Validation(String),
    /// A body that is not a JSON object.
    #[error("the request body is not a JSON object")]
    Serialization,
    /// An operation that this host does not have.
    #[error("the operation {0} is not offered here")]
    UnknownOperation(String),
    /// The file failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StatesError {
    /// AWS's name for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::StateMachineDoesNotExist(_) => "StateMachineDoesNotExist",
            Self::ExecutionDoesNotExist(_) => "ExecutionDoesNotExist",
            Self::ExecutionAlreadyExists(_) => "ExecutionAlreadyExists",
            Self::ExecutionNotRedrivable(_) => "ExecutionNotRedrivable",
            Self::InvalidArn(_) => "InvalidArn",
            Self::InvalidName(_) => "InvalidName",
            Self::InvalidDefinition(_) => "InvalidDefinition",
            Self::InvalidExecutionInput(_) => "InvalidExecutionInput",
            Self::InvalidOutput(_) => "InvalidOutput",
            Self::InvalidToken(_) => "InvalidToken",
            Self::TaskDoesNotExist => "TaskDoesNotExist",
            Self::TaskTimedOut => "TaskTimedOut",
            Self::Validation(_) => "ValidationException",
            Self::Serialization => "SerializationException",
            Self::UnknownOperation(_) => "UnknownOperationException",
            Self::Store(_) => "InternalFailure",
        }
    }

    /// Whether the same request may succeed later.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

impl From<rusqlite::Error> for StatesError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
