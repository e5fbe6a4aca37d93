//! A machine run without a world: its tasks answer from a table and time is virtual.

use crate::{
    About, Effect, Execution, Failure, HistoryEvent, Input, Machine, Outcome, Status, Surroundings, TaskStart,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::{BTreeMap, VecDeque},
    num::NonZeroU32,
};
use thiserror::Error;

/// What a task answers, instead of a service.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum MockResult {
    /// It succeeds with what `$states.result` then holds: for `lambda:invoke` an object with `Payload`.
    Result {
        /// The result.
        result: Value,
    },
    /// It fails.
    Error {
        /// The error's name.
        error: String,
        /// What is known about it.
        #[serde(default)]
        cause: String,
    },
    /// It never answers, so only its time-out ends it.
    Silence {
        /// Always true.
        #[serde(deserialize_with = "only_true")]
        silence: bool,
    },
}

fn only_true<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    bool::deserialize(deserializer)?
        .then_some(true)
        .ok_or_else(|| serde::de::Error::custom("a task that answers has a result or an error"))
}

/// What tasks answer, by the name of their state: in turn, the last one again and again.
pub type Mocks = BTreeMap<String, Vec<MockResult>>;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// How the execution ended.
    pub status: Status,
    /// The output, if it succeeded.
    pub output: Option<Value>,
    /// The error's name, if it did not.
    pub error: Option<String>,
    /// What is known about the error.
    pub cause: Option<String>,
    /// When it ended, on virtual time.
    pub stopped: Timestamp,
    /// Everything that happened.
    pub history: Vec<HistoryEvent>,
}

/// Why a run came to no end.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OfflineError {
    /// A task has no answer in the table.
    #[error("no mocked result for the task of state {state:?}")]
    NoMock {
        /// The state.
        state: String,
    },
    /// Nothing can move the execution any more.
    #[error("state {state:?} waits for an answer that never comes, and has no time-out")]
    Stuck {
        /// A state that waits.
        state: String,
    },
}

/// Runs a machine to its end from `start`, jumping over every wait.
pub fn run(
    machine: &Machine,
    input: Value,
    mocks: &Mocks,
    start: Timestamp,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<Run, OfflineError> {
    let about = About {
        id: "arn:aws:states:eu-central-1:000000000000:execution:offline:run".to_owned(),
        name: "run".to_owned(),
        role: "arn:aws:iam::000000000000:role/offline".to_owned(),
        machine_id: "arn:aws:states:eu-central-1:000000000000:stateMachine:offline".to_owned(),
        machine_name: "offline".to_owned(),
        started: start,
        input,
        region: "eu-central-1".to_owned(),
    };
    let mut theatre =
        Theatre { machine, mocks, played: BTreeMap::new(), inputs: VecDeque::new(), history: Vec::new() };
    let mut execution = machine.start(about);
    let mut now = start;
    theatre.inputs.push_back(Input::Begin);
    loop {
        while let Some(input) = theatre.inputs.pop_front() {
            let mut around = Surroundings { now, scale: NonZeroU32::MIN, random: &mut *random };
            theatre.play(&mut execution, input, &mut around)?;
        }
        if let Some(outcome) = execution.outcome() {
            return Ok(theatre.end(outcome.clone()));
        }
        let stuck = || OfflineError::Stuck { state: execution.a_state().unwrap_or_default() };
        now = execution.next_due().ok_or_else(stuck)?.max(now);
        theatre.inputs.push_back(Input::Tick);
    }
}

struct Theatre<'a> {
    machine: &'a Machine,
    mocks: &'a Mocks,
    /// How many answers each state has had.
    played: BTreeMap<String, usize>,
    inputs: VecDeque<Input>,
    history: Vec<HistoryEvent>,
}

impl Theatre<'_> {
    fn play(
        &mut self,
        execution: &mut Execution,
        input: Input,
        around: &mut Surroundings<'_>,
    ) -> Result<(), OfflineError> {
        let step = self.machine.advance(execution, input, around);
        self.history.extend(step.history);
        for effect in step.effects {
            if let Effect::StartTask(start) = effect {
                self.answer(&start)?;
            }
        }
        Ok(())
    }

    fn answer(&mut self, start: &TaskStart) -> Result<(), OfflineError> {
        let answers = self.mocks.get(&start.state).map_or(&[][..], Vec::as_slice);
        let played = self.played.entry(start.state.clone()).or_default();
        let answer = answers.get(*played).or_else(|| answers.last());
        *played += 1;
        let task = start.task;
        if start.token.is_some() {
            self.inputs
                .push_back(Input::TaskSubmitted { task, output: Value::Object(serde_json::Map::new()) });
        }
        match answer {
            None => return Err(OfflineError::NoMock { state: start.state.clone() }),
            Some(MockResult::Silence { .. }) => {}
            Some(MockResult::Result { result }) => {
                self.inputs.push_back(Input::TaskSucceeded { task, output: result.clone() });
            }
            Some(MockResult::Error { error, cause }) => {
                let failure = Failure::new(error.clone(), cause.clone());
                self.inputs.push_back(Input::TaskFailed { task, failure });
            }
        }
        Ok(())
    }

    fn end(self, outcome: Outcome) -> Run {
        let Outcome { status, stopped, output, error, cause } = outcome;
        Run { status, output, error, cause, stopped, history: self.history }
    }
}
