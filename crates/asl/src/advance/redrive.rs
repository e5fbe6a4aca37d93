//! Letting an execution that ended unsuccessfully go on: every thread that did not come to its end starts the
//! state it was in again, and what succeeded stays as it is (developer guide, "Restarting state machine
//! executions with redrive").

use super::Walk;
use crate::{
    definition::Kind,
    execution::{Stage, ThreadId},
    history::Details,
};
use serde_json::json;

impl Walk<'_, '_> {
    pub(super) fn redrive(&mut self) -> bool {
        if !self.execution.is_redrivable() {
            return false;
        }
        let previous = self.execution.events();
        self.execution.outcome = None;
        self.execution.redrives += 1;
        self.execution.deadline = self.machine.timeout.map(|timeout| self.around.after(timeout));
        let details = json!({"redriveCount": self.execution.redrives});
        let details = Details::new("executionRedrivenEventDetails", details);
        let event = self.log(previous, "ExecutionRedriven", Some(details));
        let threads: Vec<ThreadId> = self.execution.threads.keys().copied().collect();
        for id in threads {
            // What was resumed before this one may have ended it.
            if self.execution.outcome.is_none() && self.execution.threads.contains_key(&id) {
                self.resume(id, event);
            }
        }
        true
    }

    fn resume(&mut self, id: ThreadId, event: u64) {
        let has_children = self.execution.threads.values().any(|thread| thread.is_child_of(id));
        let Some(state) = self.state(id) else { return };
        let retriers = state.retry.len();
        let thread = self.thread(id);
        thread.last_event = event;
        thread.retries = 0;
        thread.attempts = vec![0; retriers];
        match &thread.stage {
            Stage::Entering => self.ready.push_back(id),
            Stage::Forked(_) if has_children => {}
            _ if matches!(state.kind, Kind::Fail { .. }) => self.ready.push_back(id),
            _ => self.attempt(id),
        }
    }
}
