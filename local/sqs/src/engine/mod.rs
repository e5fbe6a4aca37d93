//! Runs operations on the one connection: alone, or many in one commit.

mod job;
mod writer;

use crate::error::StoreError;
use rusqlite::{Connection, Transaction};
use std::sync::{Mutex, PoisonError};
use writer::Writer;

pub(crate) use job::{Job, unattended};

/// Something that happens to the store as a whole or not at all.
///
/// It may be applied more than once, when a transaction that it shared had to be rolled back.
pub(crate) trait Operation: Send + 'static {
    type Output: Send + 'static;

    /// Reads and writes inside the transaction.
    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Self::Output>;

    /// Called once the output is on disk, before the caller sees it: wakes whoever waits for it.
    fn committed(&self, _output: &Self::Output) {}

    /// Whether the operation is pointless once its caller has gone.
    fn is_for_its_caller(&self) -> bool {
        false
    }

    /// What has to happen when the caller went away while the output was being made.
    fn undelivered(&self, _output: Self::Output) -> Option<Box<dyn Job>> {
        None
    }
}

/// Where operations run.
#[derive(Debug)]
pub(crate) enum Engine {
    /// In the caller, one transaction each: no thread, so a simulation sees the same order every time.
    Inline(Mutex<Connection>),
    /// In a thread of its own that puts everything that waits into one transaction.
    Grouped(Writer),
}

impl Engine {
    pub(crate) fn inline(connection: Connection) -> Self {
        Self::Inline(Mutex::new(connection))
    }

    pub(crate) fn grouped(connection: Connection) -> Result<Self, StoreError> {
        Ok(Self::Grouped(Writer::start(connection)?))
    }

    /// Runs one operation; its output is durable when this returns.
    pub(crate) async fn run<O: Operation>(&self, operation: O) -> Result<O::Output, StoreError> {
        match self {
            Self::Inline(connection) => {
                // A transaction that panicked was rolled back when it was dropped.
                let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                let transaction = connection.transaction()?;
                let output = operation.apply(&transaction)?;
                transaction.commit()?;
                operation.committed(&output);
                Ok(output)
            }
            Self::Grouped(writer) => writer.run(operation).await,
        }
    }

    /// Waits until the disk has failed. In memory it never does.
    pub(crate) async fn failed(&self) -> String {
        match self {
            Self::Inline(_) => std::future::pending().await,
            Self::Grouped(writer) => writer.health.failed().await,
        }
    }
}
