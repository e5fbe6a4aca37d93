//! Runs work on the one connection: where it is asked for, or many pieces of it in one commit.

mod writer;

use crate::StoreError;
use rusqlite::{Connection, TransactionBehavior};
use std::sync::{Mutex, PoisonError};
use writer::{Pending, Writer};

/// Where work on the store runs. Each piece happens as a whole or not at all, and is durable when it is answered.
#[derive(Debug)]
pub(crate) enum Engine {
    /// In the caller, one transaction each: no thread, so a simulation sees the same order every time.
    Inline(Mutex<Connection>),
    /// In a thread of its own that commits together what waits together.
    Grouped(Writer),
}

impl Engine {
    pub(crate) fn inline(connection: Connection) -> Self {
        Self::Inline(Mutex::new(connection))
    }

    pub(crate) fn grouped(connection: Connection) -> Result<Self, StoreError> {
        Ok(Self::Grouped(Writer::start(connection)?))
    }

    /// Runs `work` and hands what came of it to `answer` once it is on disk, whether or not somebody still waits.
    pub(crate) fn run<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        answer: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match self {
            Self::Inline(connection) => {
                // A transaction that panicked was rolled back when it was dropped.
                let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                let done = alone(&mut connection, work);
                drop(connection);
                answer(done);
            }
            Self::Grouped(writer) => writer.send(Box::new(Pending::new(work, answer))),
        }
    }
}

impl Engine {
    /// Waits until the disk has failed. In memory it never does.
    pub(crate) async fn failed(&self) -> String {
        match self {
            Self::Inline(_) => std::future::pending().await,
            Self::Grouped(writer) => writer.health.failed().await,
        }
    }
}

fn alone<T, E: From<StoreError>>(
    connection: &mut Connection,
    work: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = begun.map_err(|error| E::from(error.into()))?;
    let done = work(&transaction)?;
    transaction.commit().map_err(|error| E::from(error.into()))?;
    Ok(done)
}

/// Runs `work` inside a transaction so that its changes alone are undone if it fails.
pub(crate) fn within<T, E: From<StoreError>>(
    database: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    let step = |sql: &str| database.execute_batch(sql).map_err(|error| E::from(error.into()));
    step("SAVEPOINT work")?;
    match work(database) {
        Ok(done) => {
            step("RELEASE work")?;
            Ok(done)
        }
        Err(error) => {
            step("ROLLBACK TO work; RELEASE work")?;
            Err(error)
        }
    }
}
