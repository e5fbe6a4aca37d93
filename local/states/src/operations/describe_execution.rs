use super::start_execution::instant;
use crate::{
    StateMachines, StatesError,
    service::Answer,
    store::{self, ExecutionRow},
};
use jiff::Timestamp;
use rusqlite::Transaction;

/// An execution and how it stands. Input and output are JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The execution's ARN.
    pub arn: String,
    /// The machine's ARN.
    pub machine: String,
    /// The execution's name.
    pub name: String,
    /// AWS's word for its status, such as `RUNNING`.
    pub status: String,
    /// When it was started.
    pub started: Timestamp,
    /// When it ended, if it has.
    pub stopped: Option<Timestamp>,
    /// Its input.
    pub input: String,
    /// Its output, if it succeeded.
    pub output: Option<String>,
    /// The error's name, if it did not.
    pub error: Option<String>,
    /// What is known about the error.
    pub cause: Option<String>,
}

impl StateMachines {
    /// An execution by its ARN.
    pub fn describe_execution(&self, arn: &str) -> Answer<Described> {
        self.transact(|transaction| Ok(self.describe(self.find(transaction, arn)?)))
    }

    pub(super) fn describe(&self, row: ExecutionRow) -> Described {
        Described {
            machine: self.0.settings.config.machine_arn(&row.machine),
            arn: row.arn,
            name: row.name,
            status: row.status,
            started: instant(row.started),
            stopped: row.stopped.map(instant),
            input: row.input,
            output: row.output,
            error: row.error,
            cause: row.cause,
        }
    }

    pub(super) fn find(&self, transaction: &Transaction<'_>, arn: &str) -> Answer<ExecutionRow> {
        if !self.0.settings.config.is_execution(arn) {
            return Err(StatesError::InvalidArn(arn.to_owned()));
        }
        store::execution(transaction, arn)?.ok_or_else(|| StatesError::ExecutionDoesNotExist(arn.to_owned()))
    }
}
