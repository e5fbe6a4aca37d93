//! How an execution moves: an input is applied, then every thread goes as far as it can without the world.

mod fail;
mod finish;
mod fork;
mod join;
mod leave;
mod redrive;
mod task;
mod visit;

use crate::{
    About, Execution, Failure, HistoryEvent, Input, Machine, Step, Surroundings,
    definition::{Block, Kind, State},
    execution::{Stage, Thread, ThreadId},
    history::Details,
    limits::HISTORY_EVENTS_MAX,
};
use serde_json::{Map, json};
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
            redrives: 0,
        }
    }

    /// Applies what happened and moves the execution as far as it goes by itself.
    ///
    /// An execution that has ended, or has no such task any more, accepts nothing and stays as it is; only
    /// [`Input::Redrive`] moves one that has ended unsuccessfully.
    pub fn advance(&self, execution: &mut Execution, input: Input, around: &mut Surroundings<'_>) -> Step {
        let mut walk = Walk {
            machine: self,
            execution,
            around,
            step: Step::default(),
            ready: VecDeque::new(),
            starting: Vec::new(),
            wreck: None,
            full: false,
        };
        if walk.execution.outcome.is_none() || input == Input::Redrive {
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
    /// Threads whose tasks were scheduled and are started when nothing else moves, as AWS orders their events.
    starting: Vec<ThreadId>,
    /// The threads as they stood when one of them failed: what a redrive goes on with if nothing holds the error.
    wreck: Option<BTreeMap<ThreadId, Thread>>,
    /// The history has room for nothing but its end.
    full: bool,
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
                self.finish_aborted(Failure::given(error, cause));
                true
            }
            Input::Redrive => self.redrive(),
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
        while self.execution.outcome.is_none() {
            if self.full {
                self.finish_overfull();
            } else if let Some(id) = self.ready.pop_front() {
                if self.execution.threads.contains_key(&id) {
                    self.visit(id);
                }
            } else if self.starting.is_empty() {
                return;
            } else {
                self.log_starts();
            }
        }
    }

    /// Fires whatever is due: the execution's own end first, then threads in the order of their instants.
    fn tick(&mut self) -> bool {
        let now = self.around.now;
        if self.execution.deadline.is_some_and(|deadline| deadline <= now) {
            self.finish_timed_out();
            return true;
        }
        let due = self.execution.threads.iter().filter_map(|(id, thread)| Some((thread.stage.due()?, *id)));
        let mut due: Vec<_> = due.filter(|(at, _)| *at <= now).collect();
        due.sort_unstable();
        let any = !due.is_empty();
        for (_, id) in due {
            // What fired before may have ended this thread, or all of them.
            if self.execution.outcome.is_some() {
                break;
            }
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

    /// Writes an event, unless the history has room for its end alone.
    fn log(&mut self, previous_event_id: u64, kind: &str, details: Option<Details>) -> u64 {
        let id = self.execution.next_event;
        if id >= HISTORY_EVENTS_MAX && !finish::ENDS.contains(&kind) {
            self.full = true;
            return id.saturating_sub(1);
        }
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
}
