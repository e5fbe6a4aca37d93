//! The five ways in which an execution ends.

use super::Walk;
use crate::{
    Effect, Failure, Outcome, Status,
    execution::{Stage, Thread, ThreadId},
    failure::RUNTIME,
    history::Details,
    limits::HISTORY_EVENTS_MAX,
};
use serde_json::{Map, Value, json};

/// The events that end an execution: there is always room for one of them.
pub(super) const ENDS: &[&str] =
    &["ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"];

impl Walk<'_, '_> {
    pub(super) fn finish_succeeded(&mut self, output: Value) {
        if self.full {
            return self.finish_overfull();
        }
        let details = json!({"output": output.to_string(), "outputDetails": {"truncated": false}});
        let details = Details::new("executionSucceededEventDetails", details);
        self.log(self.last_event(), "ExecutionSucceeded", Some(details));
        self.end(Status::Succeeded, Some(output), Failure::default());
    }

    /// Nothing in the machine held the error.
    pub(super) fn finish_failed(&mut self, failure: Failure) {
        if self.full {
            return self.finish_overfull();
        }
        self.log_end("ExecutionFailed", "executionFailedEventDetails", self.last_event(), failure.details());
        self.end(Status::Failed, None, failure);
    }

    /// The history ends an execution that nothing else does.
    pub(super) fn finish_overfull(&mut self) {
        self.full = false;
        let cause =
            format!("The execution reached the maximum number of history events ({HISTORY_EVENTS_MAX}).");
        self.finish_failed(Failure::new(RUNTIME, cause));
    }

    pub(super) fn finish_timed_out(&mut self) {
        self.log_end("ExecutionTimedOut", "executionTimedOutEventDetails", self.last_event(), Map::new());
        self.end(Status::TimedOut, None, Failure::default());
    }

    /// Somebody stopped it: AWS lets that event follow from none.
    pub(super) fn finish_aborted(&mut self, given: Failure) {
        self.log_end("ExecutionAborted", "executionAbortedEventDetails", 0, given.details());
        self.end(Status::Aborted, None, given);
    }

    fn last_event(&self) -> u64 {
        self.execution.threads.get(&ThreadId::ROOT).map_or(0, |thread| thread.last_event)
    }

    fn log_end(&mut self, kind: &str, details: &'static str, previous: u64, content: Map<String, Value>) {
        self.log(previous, kind, Some(Details::new(details, Value::Object(content))));
    }

    fn end(&mut self, status: Status, output: Option<Value>, failure: Failure) {
        let threads: Vec<Thread> = self.execution.threads.values().cloned().collect();
        for thread in &threads {
            self.abandon(thread);
        }
        match status {
            Status::Succeeded => self.execution.threads.clear(),
            // A redrive goes on with what stood when the error came up.
            _ => self.execution.threads = self.wreck.take().unwrap_or_else(|| self.execution.threads.clone()),
        }
        let Failure { error, cause, .. } = failure;
        self.execution.outcome = Some(Outcome { status, stopped: self.around.now, output, error, cause });
    }

    /// A thread is gone; what it was waiting for does not matter any more.
    pub(super) fn abandon(&mut self, thread: &Thread) {
        if let Stage::Working(work) = &thread.stage {
            self.step.effects.push(Effect::AbandonTask(work.task));
        }
    }
}
