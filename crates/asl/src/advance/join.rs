//! Parallel and Map end: threads that come to their end, fail, or are stopped because another one failed.

use super::Walk;
use crate::{
    Failure,
    definition::Kind,
    execution::{Stage, Thread, ThreadId},
    failure::TOLERANCE,
};
use serde_json::Value;

impl Walk<'_, '_> {
    /// A thread came to its end with `output`.
    pub(super) fn join(&mut self, id: ThreadId, output: Value) {
        let Some(thread) = self.execution.threads.remove(&id) else { return };
        let Some((parent, place)) = thread.parent else { return };
        let ended = if self.is_map(parent) {
            self.log_iteration(parent, thread.last_event, "Succeeded", place)
        } else {
            thread.last_event
        };
        let Stage::Forked(fork) = &mut self.thread(parent).stage else { return };
        if let Some(result) = fork.results.get_mut(place) {
            *result = Some(output);
        }
        self.go_on(parent, thread.last_event, ended);
    }

    /// A thread below `parent` failed. A Map may tolerate that; otherwise its siblings stop, and the state of
    /// `parent` fails of the same error.
    pub(super) fn thread_failed(&mut self, id: ThreadId, parent: ThreadId, place: usize, failure: Failure) {
        let previous = self.thread(id).last_event;
        let is_map = self.is_map(parent);
        let ended = if is_map { self.log_iteration(parent, previous, "Failed", place) } else { previous };
        let failed = 1 + self.failed_below(parent);
        let Stage::Forked(fork) = &self.thread(parent).stage else { return };
        let (tolerated, length) = (fork.tolerated, fork.results.len());
        if tolerated.is_some_and(|tolerated| failed <= tolerated) {
            self.thread(id).stage = Stage::Failed(failure);
            self.wreck = None;
            return self.go_on(parent, previous, ended);
        }
        if self.wreck.is_none() {
            self.wreck = Some(self.execution.threads.clone());
        }
        self.abort_below(parent, previous, Some(id));
        self.thread(parent).last_event = previous;
        let failure = match tolerated {
            None => failure,
            Some(_) => Failure::new(
                TOLERANCE,
                format!(
                    "The specified tolerated failure threshold was exceeded: {failed} of {length} items failed."
                ),
            ),
        };
        self.fail(parent, failure);
    }

    /// One of the threads below `id` is over, after `previous`: the next item begins, or the state is done.
    fn go_on(&mut self, id: ThreadId, previous: u64, ended: u64) {
        let failed = self.failed_below(id);
        let Stage::Forked(fork) = &self.thread(id).stage else { return };
        if fork.results.iter().filter(|result| result.is_none()).count() > failed {
            return self.next_iteration(id, previous);
        }
        self.thread(id).last_event = ended;
        self.fork_succeeded(id);
    }

    /// Every thread is over. AWS lets what follows this event follow from the one before it.
    pub(super) fn fork_succeeded(&mut self, id: ThreadId) {
        let Stage::Forked(fork) = &mut self.thread(id).stage else { return };
        let mut results = std::mem::take(&mut fork.results);
        let failed: Vec<ThreadId> = self.children(id);
        for child in failed {
            let thread = self.execution.threads.remove(&child);
            let Some(Thread { parent: Some((_, place)), stage: Stage::Failed(failure), .. }) = thread else {
                continue;
            };
            if let Some(result) = results.get_mut(place) {
                *result = Some(failure.output());
            }
        }
        let results = results.into_iter().flatten().collect();
        let previous = self.thread(id).last_event;
        self.log(
            previous,
            if self.is_map(id) { "MapStateSucceeded" } else { "ParallelStateSucceeded" },
            None,
        );
        self.thread(id).stage = Stage::Answered;
        self.leave_with(id, Value::Array(results));
    }

    /// Ends every thread below `id`, because one of them failed after the event `previous`.
    fn abort_below(&mut self, id: ThreadId, previous: u64, failed: Option<ThreadId>) {
        let is_map = self.is_map(id);
        for child in self.children(id) {
            let Some(thread) = self.execution.threads.get(&child) else { continue };
            let (place, over) =
                (thread.parent.map_or(0, |(_, place)| place), matches!(thread.stage, Stage::Failed(_)));
            if is_map && Some(child) != failed && !over {
                self.log_iteration(id, previous, "Aborted", place);
            }
            self.abort_below(child, previous, None);
            let inside = self.state(child).filter(|_| !over).map(|state| &state.kind);
            if let Some(kind @ (Kind::Task(_) | Kind::Wait(_) | Kind::Parallel(_) | Kind::Map(_))) = inside
                && !matches!(self.thread(child).stage, Stage::Entering)
            {
                self.log(previous, &format!("{}StateAborted", kind.name()), None);
            }
            if let Some(thread) = self.execution.threads.remove(&child) {
                self.abandon(&thread);
            }
        }
    }

    fn children(&self, id: ThreadId) -> Vec<ThreadId> {
        let threads = self.execution.threads.iter();
        threads.filter(|(_, thread)| thread.is_child_of(id)).map(|(child, _)| *child).collect()
    }

    fn failed_below(&self, id: ThreadId) -> usize {
        let failed = |thread: &&Thread| thread.is_child_of(id) && matches!(thread.stage, Stage::Failed(_));
        self.execution.threads.values().filter(failed).count()
    }

    fn is_map(&self, id: ThreadId) -> bool {
        matches!(self.state(id).map(|state| &state.kind), Some(Kind::Map(_)))
    }
}
