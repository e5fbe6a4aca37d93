//! What is settled when a store is opened: calls that were under way when the host before this one died.

use crate::{
    StateMachines, StoreError,
    engine::within,
    store::{self, Phase, TaskRow},
};
use asl::{Failure, Input, Integration};
use rusqlite::Connection;

/// What AWS calls a function whose end nobody saw.
const UNKNOWN: &str = "Lambda.Unknown";

impl StateMachines {
    /// Settles what a host that died left open: a function that was running has failed, and its state's `Retry`
    /// decides; a message that may not have been sent is sent again. Called by [`StateMachines::open`], and by a
    /// simulation that restarts a host over the same store.
    pub fn recover(&self) -> Result<(), StoreError> {
        self.change_blocking(|service, database| {
            for row in store::task_rows(database, Phase::Calling, usize::MAX)? {
                match row.start.integration {
                    Integration::SqsSendMessage => {
                        store::set_phase(database, row.execution, row.start.task, Phase::Scheduled)?;
                    }
                    Integration::LambdaInvoke => service.fail_unknown(database, &row)?,
                }
            }
            Ok(())
        })
    }

    fn fail_unknown(&self, database: &Connection, row: &TaskRow) -> Result<(), StoreError> {
        let cause = "The host stopped while the function was running, so its result is not known.";
        let input = Input::TaskFailed { task: row.start.task, failure: Failure::new(UNKNOWN, cause) };
        let failed = within(database, |database| match store::execution_by_id(database, row.execution)? {
            Some(mut execution) => self.advance(database, &mut execution, input),
            None => Ok(false),
        });
        match failed {
            Ok(true) => Ok(()),
            Ok(false) => store::close_task(database, row.execution, row.start.task),
            Err(error) if error.is_passing() => Err(error),
            Err(error) => {
                tracing::error!(execution = row.execution, %error, "an execution cannot be read and stays as it is");
                store::close_task(database, row.execution, row.start.task)
            }
        }
    }
}
