//! Where one run of a machine stands. It serialises, so a host can store it between two steps.

use crate::{Failure, TaskId, limits::HISTORY_EVENTS_MAX};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What an execution is told about itself; expressions read it through `$states.context`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The execution's ARN.
    pub id: String,
    /// The execution's name.
    pub name: String,
    /// The ARN of the role it runs as.
    pub role: String,
    /// The machine's ARN.
    pub machine_id: String,
    /// The machine's name.
    pub machine_name: String,
    /// When it was started.
    pub started: Timestamp,
    /// Its input.
    pub input: Value,
    /// The region that history events name.
    pub region: String,
}

/// One run of a machine, between two steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    pub(crate) about: About,
    pub(crate) threads: BTreeMap<ThreadId, Thread>,
    pub(crate) next_thread: u32,
    pub(crate) next_event: u64,
    pub(crate) next_task: u64,
    /// When the execution as a whole times out.
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) outcome: Option<Outcome>,
    /// How often it was redriven.
    #[serde(default)]
    pub(crate) redrives: u32,
}

/// How an execution stands, as AWS names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It goes on.
    Running,
    /// It ended well.
    Succeeded,
    /// It ended in an error that nothing caught.
    Failed,
    /// It ran longer than the machine's `TimeoutSeconds`.
    TimedOut,
    /// Somebody stopped it.
    Aborted,
}

impl Status {
    /// AWS's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Never [`Status::Running`].
    pub status: Status,
    /// When.
    pub stopped: Timestamp,
    /// The output of an execution that succeeded.
    pub output: Option<Value>,
    /// The error's name, of one that did not.
    pub error: Option<String>,
    /// What is known about the error.
    pub cause: Option<String>,
}

/// A line of control: the execution itself, a branch of a Parallel or an item of a Map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ThreadId(pub(crate) u32);

impl ThreadId {
    pub(crate) const ROOT: Self = Self(0);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Thread {
    /// Which thread waits for this one, and in which place of its results.
    pub(crate) parent: Option<(ThreadId, usize)>,
    /// The blocks around this thread: the state and the branch entered at each level.
    pub(crate) block: Vec<(String, usize)>,
    /// The item of a Map that this thread works on.
    pub(crate) item: Option<Item>,
    /// Variables it sees. What a branch assigns stays in the branch, so each thread has its own.
    pub(crate) variables: Map<String, Value>,
    pub(crate) state: String,
    /// The input of the state.
    pub(crate) input: Value,
    pub(crate) entered: Timestamp,
    pub(crate) entered_event: u64,
    /// The event that the state's entry followed from.
    #[serde(default)]
    pub(crate) before_event: u64,
    pub(crate) last_event: u64,
    /// How often the state was tried again.
    pub(crate) retries: u32,
    /// The same, by retrier.
    pub(crate) attempts: Vec<u32>,
    pub(crate) stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) index: usize,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// About to enter its state.
    Entering,
    /// In a Wait state.
    Waiting { until: Timestamp },
    /// Waits for its task.
    Working(Work),
    /// Its task is over and the state about to be left or tried again.
    Answered,
    /// Waits before its state is tried again.
    BackingOff { until: Timestamp },
    /// Waits for the threads it started.
    Forked(Fork),
    /// An item of a Map that failed and is tolerated; kept so that a redrive can go on with it.
    Failed(Failure),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Work {
    pub(crate) task: TaskId,
    pub(crate) token: Option<String>,
    pub(crate) deadline: Option<Timestamp>,
    /// When the next sign of life is due.
    pub(crate) heartbeat_due: Option<Timestamp>,
    /// How long a sign of life may take, in configured seconds.
    pub(crate) heartbeat_seconds: Option<u32>,
    /// Whether the call was made and only the token is waited for.
    pub(crate) submitted: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fork {
    /// One place for each branch or item, filled as they end.
    pub(crate) results: Vec<Option<Value>>,
    /// Items of a Map that have not begun, last first.
    pub(crate) pending: Vec<Pending>,
    /// How many items of a Map may fail; none if the first that fails ends it.
    #[serde(default)]
    pub(crate) tolerated: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) item: Item,
    /// What its iteration begins with.
    pub(crate) input: Value,
}

impl Execution {
    /// What the execution is told about itself.
    pub const fn about(&self) -> &About {
        &self.about
    }

    /// How it ended, if it has.
    pub const fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        self.outcome.as_ref().map_or(Status::Running, |outcome| outcome.status)
    }

    /// How often it was redriven.
    pub const fn redrives(&self) -> u32 {
        self.redrives
    }

    /// How many events its history has.
    pub const fn events(&self) -> u64 {
        self.next_event.saturating_sub(1)
    }

    /// Whether an [`crate::Input::Redrive`] lets it go on: it ended unsuccessfully, and its history has room.
    pub fn is_redrivable(&self) -> bool {
        let ended_badly = self.outcome.as_ref().is_some_and(|outcome| outcome.status != Status::Succeeded);
        ended_badly && self.events() < HISTORY_EVENTS_MAX - 1
    }

    /// When it wants an [`crate::Input::Tick`] next; none if only a task can move it.
    pub fn next_due(&self) -> Option<Timestamp> {
        if self.outcome.is_some() {
            return None;
        }
        self.threads.values().filter_map(|thread| thread.stage.due()).chain(self.deadline).min()
    }

    /// The state of one of its threads: what a person is told when nothing moves.
    pub(crate) fn a_state(&self) -> Option<String> {
        self.threads.values().next_back().map(|thread| thread.state.clone())
    }

    pub(crate) fn thread_of(&self, task: TaskId) -> Option<ThreadId> {
        let works_on = |thread: &Thread| matches!(&thread.stage, Stage::Working(work) if work.task == task);
        self.threads.iter().find(|(_, thread)| works_on(thread)).map(|(id, _)| *id)
    }
}

impl Thread {
    pub(crate) fn is_child_of(&self, id: ThreadId) -> bool {
        self.parent.is_some_and(|(parent, _)| parent == id)
    }
}

impl Stage {
    pub(crate) fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Waiting { until } | Self::BackingOff { until } => Some(*until),
            Self::Working(work) => work.deadline.into_iter().chain(work.heartbeat_due).min(),
            Self::Entering | Self::Answered | Self::Forked(_) | Self::Failed(_) => None,
        }
    }
}
