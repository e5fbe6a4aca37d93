//! What happens to an error: it is tried again, caught, or ends the thread and troubles whoever started it.

use super::Walk;
use crate::{
    Failure,
    definition::Kind,
    execution::{Stage, ThreadId},
    expression::Trouble,
    failure::QUERY,
    history::Details,
};
use serde_json::json;

impl Walk<'_, '_> {
    /// An expression failed: recorded, then treated like any other error.
    pub(super) fn fail_query(&mut self, id: ThreadId, trouble: &Trouble) {
        let failure = self.query_failure(id, trouble);
        self.fail(id, failure);
    }

    /// Records that an expression failed, and says what error that is.
    pub(super) fn query_failure(&mut self, id: ThreadId, trouble: &Trouble) -> Failure {
        let thread = self.thread(id);
        let cause = format!(
            "An error occurred while executing the state '{}' (entered at the event id #{}). {}",
            thread.state, thread.entered_event, trouble.cause
        );
        let mut details = json!({"error": QUERY, "cause": cause, "state": thread.state});
        if let Some(location) = &trouble.location {
            details["location"] = json!(location);
        }
        // On AWS the entry of a state counts only once its fields are evaluated.
        let entering = thread.last_event == thread.entered_event;
        let previous = if entering { thread.before_event } else { thread.last_event };
        let details = Details::new("evaluationFailedEventDetails", details);
        self.thread(id).last_event = self.log(previous, "EvaluationFailed", Some(details));
        Failure::new(QUERY, cause)
    }

    /// The state of a thread failed: the first retrier that matches decides, then the first catcher.
    pub(super) fn fail(&mut self, id: ThreadId, failure: Failure) {
        if self.try_again(id, &failure) {
            self.wreck = None;
            return;
        }
        let Some(state) = self.state(id) else { return };
        // A fork whose threads all ended well has said so already.
        let answered = matches!(self.thread(id).stage, Stage::Answered);
        if matches!(state.kind, Kind::Parallel(_) | Kind::Map(_)) && !answered {
            self.log_for(id, &format!("{}StateFailed", state.kind.name()), None);
        }
        let catcher = state.catch.iter().enumerate().find(|(_, catcher)| failure.matches(&catcher.errors));
        match catcher {
            Some((index, catcher)) => {
                self.wreck = None;
                self.leave_by_catcher(id, catcher, index, &failure);
            }
            None => self.fail_beyond(id, failure),
        }
    }

    fn try_again(&mut self, id: ThreadId, failure: &Failure) -> bool {
        let Some(state) = self.state(id) else { return false };
        let retrier = state.retry.iter().enumerate().find(|(_, retrier)| failure.matches(&retrier.errors));
        let Some((index, retrier)) = retrier else { return false };
        let thread = self.thread(id);
        let Some(attempts) = thread.attempts.get_mut(index) else { return false };
        if *attempts >= retrier.attempts_max {
            return false;
        }
        *attempts += 1;
        let attempt = *attempts;
        thread.retries += 1;
        let delay = retrier.delay(attempt, self.around);
        let until = self.around.after(delay);
        self.thread(id).stage = Stage::BackingOff { until };
        true
    }

    /// Nothing in the state holds the error: it ends the thread, and the state around the thread fails of it
    /// unless it tolerates that.
    pub(super) fn fail_beyond(&mut self, id: ThreadId, failure: Failure) {
        match self.execution.threads.get(&id).and_then(|thread| thread.parent) {
            None => self.finish_failed(failure),
            Some((parent, place)) => self.thread_failed(id, parent, place, failure),
        }
    }
}
