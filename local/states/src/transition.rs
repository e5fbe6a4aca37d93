//! One transition of one execution: what the interpreter says is written down, all of it or nothing.

use crate::{
    StateMachines, StoreError, status_change,
    store::{self, ExecutionRow},
};
use asl::{Effect, Execution, Input, Status, Step, Surroundings, TaskId};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use std::num::NonZeroU32;

impl StateMachines {
    /// Applies what happened to an execution and stores where it stands then. What was due before comes
    /// first, so an answer that is late is late however the host was scheduled.
    ///
    /// True if the execution accepted the input.
    pub(crate) fn advance(
        &self,
        database: &Connection,
        row: &mut ExecutionRow,
        input: Input,
    ) -> Result<bool, StoreError> {
        let Some(state) = &row.state else { return Ok(false) };
        let machine = self.machine(database, &row.hash)?;
        let mut execution: Execution = serde_json::from_str(state)
            .map_err(|source| StoreError::Corrupt { what: "an execution", source })?;
        let now = self.now();
        let late = execution.next_due().is_some_and(|due| due <= now) && input != Input::Tick;
        let inputs = late.then_some(Input::Tick).into_iter().chain([input]);
        let (mut accepted, mut changed) = (false, false);
        for input in inputs {
            let answered = task_answered(&input);
            let mut random = |bytes: &mut [u8]| self.0.settings.random.fill(bytes);
            let scale = NonZeroU32::new(self.0.settings.pace.scale()).unwrap_or(NonZeroU32::MIN);
            let mut around = Surroundings { now, scale, random: &mut random };
            let step = machine.advance(&mut execution, input, &mut around);
            accepted = step.accepted;
            changed |= step.accepted;
            record(database, row.id, &step)?;
            if let (true, Some(task)) = (accepted, answered) {
                store::close_task(database, row.id, task)?;
            }
        }
        if changed {
            self.keep(database, row, &execution)?;
        }
        Ok(accepted)
    }

    fn keep(
        &self,
        database: &Connection,
        row: &mut ExecutionRow,
        execution: &Execution,
    ) -> Result<(), StoreError> {
        row.due = execution.next_due().map(milliseconds_after);
        execution.status().as_str().clone_into(&mut row.status);
        let state = serde_json::to_string(execution)
            .map_err(|source| StoreError::Corrupt { what: "an execution", source })?;
        row.state = (execution.status() != Status::Succeeded).then_some(state);
        let outcome = execution.outcome();
        row.stopped = outcome.map(|outcome| outcome.stopped.as_millisecond());
        row.output = outcome.and_then(|outcome| outcome.output.as_ref()).map(ToString::to_string);
        row.error = outcome.and_then(|outcome| outcome.error.clone());
        row.cause = outcome.and_then(|outcome| outcome.cause.clone());
        store::update_execution(database, row)?;
        if execution.outcome().is_some() {
            self.announce(database, row)?;
        }
        Ok(())
    }

    /// Puts the execution's status into the outbox.
    pub(crate) fn announce(&self, database: &Connection, row: &ExecutionRow) -> Result<(), StoreError> {
        let event = status_change::event(row, &self.0.settings.config, &self.fresh_uuid(), self.now());
        store::push_event(database, &event)
    }
}

/// The task that an input ends.
const fn task_answered(input: &Input) -> Option<TaskId> {
    match input {
        Input::TaskSucceeded { task, .. } | Input::TaskFailed { task, .. } => Some(*task),
        _ => None,
    }
}

fn record(database: &Connection, execution: i64, step: &Step) -> Result<(), StoreError> {
    let mut insert =
        database.prepare_cached("INSERT INTO history (execution, id, event) VALUES (?1, ?2, ?3)")?;
    for event in &step.history {
        let text = serde_json::to_string(event)
            .map_err(|source| StoreError::Corrupt { what: "an event", source })?;
        insert.execute(params![execution, i64::try_from(event.id).unwrap_or(i64::MAX), text])?;
    }
    for effect in &step.effects {
        match effect {
            Effect::StartTask(start) => store::insert_task(database, execution, start)?,
            Effect::AbandonTask(task) => store::close_task(database, execution, *task)?,
        }
    }
    Ok(())
}

/// Whole milliseconds, rounded up: what is fired then is due.
fn milliseconds_after(at: Timestamp) -> i64 {
    let whole = at.as_millisecond();
    if Timestamp::from_millisecond(whole).is_ok_and(|rounded| rounded < at) {
        whole.saturating_add(1)
    } else {
        whole
    }
}
