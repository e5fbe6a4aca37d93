//! What is settled when a store is opened: calls that were under way when the host before this one died.

use crate::{
    StateMachines, StoreError,
    store::{self, Phase, TaskRow},
};
use asl::{Failure, Input, Integration};
use rusqlite::Transaction;

/// What AWS calls a function whose end nobody saw.
const UNKNOWN: &str = "Lambda.Unknown";

impl StateMachines {
    /// A function that was running has failed, and its state's `Retry` decides; a message that may not have
    /// been sent is sent again.
    pub fn recover(&self) -> Result<(), StoreError> {
        self.change(|transaction| {
            for row in store::task_rows(transaction, Phase::Calling, usize::MAX)? {
                match row.start.integration {
                    Integration::SqsSendMessage => {
                        store::set_phase(transaction, row.execution, row.start.task, Phase::Scheduled)?;
                    }
                    Integration::LambdaInvoke => self.fail_unknown(transaction, &row)?,
                }
            }
            Ok(())
        })
    }

    fn fail_unknown(&self, transaction: &Transaction<'_>, row: &TaskRow) -> Result<(), StoreError> {
        let cause = "The host stopped while the function was running, so its result is not known.";
        let input = Input::TaskFailed { task: row.start.task, failure: Failure::new(UNKNOWN, cause) };
        let failed = match store::execution_by_id(transaction, row.execution)? {
            Some(mut execution) => self.advance(transaction, &mut execution, input),
            None => Ok(false),
        };
        match failed {
            Ok(true) => Ok(()),
            Ok(false) => store::close_task(transaction, row.execution, row.start.task),
            Err(error @ StoreError::Database(_)) => Err(error),
            Err(error) => {
                tracing::error!(execution = row.execution, %error, "an execution cannot be read and stays as it is");
                store::close_task(transaction, row.execution, row.start.task)
            }
        }
    }
}
