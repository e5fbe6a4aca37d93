//! How an execution moves: an input is applied, then every thread goes as far as it can without the world.

mod fail;
mod fork;
mod leave;
mod task;
mod visit;

use crate::{
    About, Effect, Execution, Failure, HistoryEvent, Input, Machine, Outcome, Status, Step, Surroundings,
    definition::{Block, Kind, State},
    execution::{Stage, Thread, ThreadId},
    failure::{RUNTIME, TIMEOUT},
    history::Details,
    limits::HISTORY_EVENTS_MAX,
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, VecDeque};

impl Machine {
    /// An execution that has not begun; [`Input::Begin`] begins it.
    pub fn start(&self, about: About) -> Execution {
        Execution {
            about,
            threads: BTreeMap::new(),
            next_thread: 0,
            next_event: 1,
            next_task: 1,
            deadline: None,
            outcome: None,
        }
    }

    /// Applies what happened and moves the execution as far as it goes by itself.
    ///
    /// An execution that has ended, or has no such task any more, accepts nothing and stays as it is.
    pub fn advance(&self, execution: &mut Execution, input: Input, around: &mut Surroundings<'_>) -> Step {
        let mut walk =
            Walk { machine: self, execution, around, step: Step::default(), ready: VecDeque::new() };
        if walk.execution.outcome.is_none() {
            walk.step.accepted = walk.apply(input);
            walk.run();
        }
        walk.step
    }
}

/// One call of [`Machine::advance`].
struct Walk<'a, 'r> {
    machine: &'a Machine,
    execution: &'a mut Execution,
    around: &'a mut Surroundings<'r>,
    step: Step,
    /// Threads that can go on, in the order in which they became able to.
    ready: VecDeque<ThreadId>,
}

impl<'a> Walk<'a, '_> {
    fn apply(&mut self, input: Input) -> bool {
        match input {
            Input::Begin => self.begin(),
            Input::Tick => self.tick(),
            Input::TaskSubmitted { task, output } => self.task_submitted(task, &output),
            Input::TaskSucceeded { task, output } => self.task_succeeded(task, output),
            Input::TaskFailed { task, failure } => self.task_failed(task, &failure),
            Input::TaskHeartbeat { task } => self.task_heartbeat(task),
            Input::Stop { error, cause } => {
                let outcome = self.outcome(Status::Aborted, None, error, cause);
                self.finish("ExecutionAborted", Some("executionAbortedEventDetails"), outcome);
                true
            }
        }
    }

    fn begin(&mut self) -> bool {
        if self.execution.next_thread > 0 {
            return false;
        }
        let about = &self.execution.about;
        let details = json!({
            "input": about.input.to_string(), "inputDetails": {"truncated": false}, "roleArn": about.role,
        });
        let input = about.input.clone();
        self.execution.deadline = self.machine.timeout.map(|timeout| self.around.after(timeout));
        self.log(0, "ExecutionStarted", Some(Details::new("executionStartedEventDetails", details)));
        // AWS lets the first state follow from nothing, so no event precedes it here either.
        self.spawn(Thread::new(None, Vec::new(), self.machine.root.start_at.clone(), input));
        true
    }

    fn run(&mut self) {
        while let Some(id) = self.ready.pop_front() {
            if self.execution.outcome.is_some() {
                return;
            }
            if self.execution.next_event > HISTORY_EVENTS_MAX {
                let cause = format!(
                    "The execution reached the maximum number of history events ({HISTORY_EVENTS_MAX})."
                );
                self.finish_failed(Failure::new(RUNTIME, cause));
                return;
            }
            if self.execution.threads.contains_key(&id) {
                self.visit(id);
            }
        }
    }

    /// Fires whatever is due: the execution's own end first, then threads in the order of their instants.
    fn tick(&mut self) -> bool {
        let now = self.around.now;
        if self.execution.deadline.is_some_and(|deadline| deadline <= now) {
            let outcome = self.outcome(Status::TimedOut, None, Some(TIMEOUT.to_owned()), None);
            self.finish("ExecutionTimedOut", Some("executionTimedOutEventDetails"), outcome);
            return true;
        }
        let due = self.execution.threads.iter().filter_map(|(id, thread)| Some((thread.stage.due()?, *id)));
        let mut due: Vec<_> = due.filter(|(at, _)| *at <= now).collect();
        due.sort_unstable();
        let any = !due.is_empty();
        for (_, id) in due {
            // What fired before may have ended this thread.
            match self.execution.threads.get(&id).map(|thread| &thread.stage) {
                Some(Stage::Waiting { .. }) => self.wake(id),
                Some(Stage::BackingOff { .. }) => self.attempt(id),
                Some(Stage::Working(_)) => self.task_timed_out(id),
                _ => {}
            }
        }
        any
    }

    fn spawn(&mut self, thread: Thread) -> ThreadId {
        let id = ThreadId(self.execution.next_thread);
        self.execution.next_thread += 1;
        self.execution.threads.insert(id, thread);
        self.ready.push_back(id);
        id
    }

    /// The state a thread is in. None only if a stored execution is run on a definition that is not its own.
    fn state(&self, id: ThreadId) -> Option<&'a State> {
        let thread = self.execution.threads.get(&id)?;
        self.block(&thread.block)?.states.get(&thread.state)
    }

    fn block(&self, path: &[(String, usize)]) -> Option<&'a Block> {
        path.iter().try_fold(&self.machine.root, |block, (state, branch)| {
            match &block.states.get(state)?.kind {
                Kind::Parallel(parallel) => parallel.branches.get(*branch),
                Kind::Map(map) => Some(&map.body),
                _ => None,
            }
        })
    }

    fn thread(&mut self, id: ThreadId) -> &mut Thread {
        self.execution.threads.get_mut(&id).expect("callers hold the id of a thread that lives")
    }

    /// Writes an event that follows from the thread's last one, and makes it the last.
    fn log_for(&mut self, id: ThreadId, kind: &str, details: Option<Details>) -> u64 {
        let previous = self.thread(id).last_event;
        let event = self.log(previous, kind, details);
        self.thread(id).last_event = event;
        event
    }

    fn log(&mut self, previous_event_id: u64, kind: &str, details: Option<Details>) -> u64 {
        let id = self.execution.next_event;
        self.execution.next_event += 1;
        self.step.history.push(HistoryEvent {
            id,
            previous_event_id,
            timestamp: self.around.now,
            kind: kind.to_owned(),
            details: details.map_or_else(Map::new, Details::into_map),
        });
        id
    }

    fn finish_succeeded(&mut self, output: Value) {
        let details = json!({"output": output.to_string(), "outputDetails": {"truncated": false}});
        let previous = self.thread(ThreadId::ROOT).last_event;
        self.log(
            previous,
            "ExecutionSucceeded",
            Some(Details::new("executionSucceededEventDetails", details)),
        );
        self.end(self.outcome(Status::Succeeded, Some(output), None, None));
    }

    fn finish_failed(&mut self, failure: Failure) {
        let outcome = self.outcome(Status::Failed, None, Some(failure.error), Some(failure.cause));
        self.finish("ExecutionFailed", Some("executionFailedEventDetails"), outcome);
    }

    fn finish(&mut self, kind: &str, details: Option<&'static str>, outcome: Outcome) {
        let mut content = Map::new();
        for (name, text) in [("error", &outcome.error), ("cause", &outcome.cause)] {
            content.extend(text.as_ref().map(|text| (name.to_owned(), Value::String(text.clone()))));
        }
        let previous = self.execution.threads.get(&ThreadId::ROOT).map_or(0, |thread| thread.last_event);
        self.log(previous, kind, details.map(|name| Details::new(name, Value::Object(content))));
        self.end(outcome);
    }

    fn outcome(
        &self,
        status: Status,
        output: Option<Value>,
        error: Option<String>,
        cause: Option<String>,
    ) -> Outcome {
        Outcome { status, stopped: self.around.now, output, error, cause }
    }

    fn end(&mut self, outcome: Outcome) {
        for thread in std::mem::take(&mut self.execution.threads).into_values() {
            self.abandon(&thread);
        }
        self.execution.outcome = Some(outcome);
    }

    /// A thread is gone; what it was waiting for does not matter any more.
    fn abandon(&mut self, thread: &Thread) {
        if let Stage::Working(work) = &thread.stage {
            self.step.effects.push(Effect::AbandonTask(work.task));
        }
    }
}
