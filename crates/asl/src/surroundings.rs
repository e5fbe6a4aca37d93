//! What passes between an execution and whoever runs it.

use crate::{Failure, HistoryEvent, Integration};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt, num::NonZeroU32, time::Duration};

/// What an execution may know of the world while it advances.
pub struct Surroundings<'a> {
    /// The present instant.
    pub now: Timestamp,
    /// Every configured duration (waits, time-outs, retry delays) is divided by this; absolute instants stay.
    pub scale: NonZeroU32,
    /// Fills a buffer with random bytes. Task tokens come from here, so they must be unguessable.
    pub random: &'a mut dyn FnMut(&mut [u8]),
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings")
            .field("now", &self.now)
            .field("scale", &self.scale)
            .finish_non_exhaustive()
    }
}

impl Surroundings<'_> {
    /// The instant a configured duration from now; the far end of time when it lies beyond.
    pub(crate) fn after(&self, configured: Duration) -> Timestamp {
        self.now.saturating_add(configured / self.scale.get()).unwrap_or(Timestamp::MAX)
    }

    /// Eight random bytes as a number.
    pub(crate) fn draw(&mut self) -> u64 {
        let mut bytes = [0; 8];
        (self.random)(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

/// One attempt of one task within an execution. A retry has another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskId(pub u64);

/// Something that happened to an execution.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// It begins.
    Begin,
    /// Time has passed: whatever is due by now fires.
    Tick,
    /// The call of a task with a token was made and answered; now the token is waited for.
    TaskSubmitted {
        /// Which attempt.
        task: TaskId,
        /// What the service answered.
        output: Value,
    },
    /// A task without a token is done, or a token was answered.
    TaskSucceeded {
        /// Which attempt.
        task: TaskId,
        /// Its result.
        output: Value,
    },
    /// A task failed.
    TaskFailed {
        /// Which attempt.
        task: TaskId,
        /// Why.
        failure: Failure,
    },
    /// Whoever holds the token of a task is still at work.
    TaskHeartbeat {
        /// Which attempt.
        task: TaskId,
    },
    /// Somebody stops the execution.
    Stop {
        /// The error's name, if one was given.
        error: Option<String>,
        /// The reason, if one was given.
        cause: Option<String>,
    },
    /// Somebody lets an execution that ended unsuccessfully go on from where it failed.
    Redrive,
}

/// What came of an [`Input`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// False if the execution has nothing (or nothing any more) that this input speaks of.
    pub accepted: bool,
    /// The history that was made, in order.
    pub history: Vec<HistoryEvent>,
    /// What is to be done now, in order.
    pub effects: Vec<Effect>,
}

/// Something an execution asks of whoever runs it.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Call a service.
    StartTask(TaskStart),
    /// Nothing this task answers matters any more, and its token is void.
    AbandonTask(TaskId),
}

/// A call to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskStart {
    /// Which attempt.
    pub task: TaskId,
    /// The state that asks.
    pub state: String,
    /// Which service.
    pub integration: Integration,
    /// What to call it with, evaluated.
    pub arguments: Value,
    /// The token that ends the task, if it waits for one.
    pub token: Option<String>,
    /// When the task times out, if it does.
    pub deadline: Option<Timestamp>,
}
