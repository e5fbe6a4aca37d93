use super::{redrive_execution::not_redrivable, start_execution::instant};
use crate::{
    StateMachines, StatesError,
    service::Answer,
    store::{self, ExecutionRow},
};
use jiff::Timestamp;
use rusqlite::Connection;

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
    /// How often it was redriven.
    pub redrives: u32,
    /// When it was last.
    pub redriven: Option<Timestamp>,
    /// Why it cannot be redriven; none if it can.
    pub not_redrivable: Option<String>,
}

impl StateMachines {
    /// An execution by its ARN.
    pub async fn describe_execution(&self, arn: &str) -> Answer<Described> {
        let arn = arn.to_owned();
        self.look(move |service, database| {
            let row = service.find(database, &arn)?;
            service.describe(database, row)
        })
        .await
    }

    pub(super) fn describe(&self, database: &Connection, row: ExecutionRow) -> Answer<Described> {
        Ok(Described {
            not_redrivable: not_redrivable(database, &row, self.now())?,
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
            redrives: row.redrives,
            redriven: row.redriven.map(instant),
        })
    }

    pub(super) fn find(&self, database: &Connection, arn: &str) -> Answer<ExecutionRow> {
        if !self.0.settings.config.is_execution(arn) {
            return Err(StatesError::InvalidArn(arn.to_owned()));
        }
        store::execution(database, arn)?.ok_or_else(|| StatesError::ExecutionDoesNotExist(arn.to_owned()))
    }
}
