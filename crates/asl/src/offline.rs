//! A machine run without a world: its tasks answer from a table and time is virtual.

use crate::{
    About, Effect, Execution, Failure, HistoryEvent, Input, Machine, Outcome, Status, Surroundings, TaskStart,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};
use thiserror::Error;

/// What a task answers, instead of a service.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum MockResult {
    /// It succeeds with what `$states.result` then holds: for `lambda:invoke` an object with `Payload`.
    Result(MockSuccess),
    /// It fails.
    Error(MockFailure),
    /// It never answers, so only its time-out ends it.
    Timeout(MockTimeout),
}

/// `{"result": …}`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MockSuccess {
    /// The result.
    #[serde(deserialize_with = "any")]
    result: Value,
    /// Seconds until it comes.
    #[serde(default)]
    after: u32,
    /// Seconds between two signs of life until then; none if it gives none.
    #[serde(default)]
    heartbeat_every: Option<NonZeroU32>,
}

/// `{"error": "…", "cause": "…"}`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MockFailure {
    /// The error's name.
    error: String,
    /// What is known about it.
    #[serde(default)]
    cause: Option<String>,
    /// Seconds until it comes.
    #[serde(default)]
    after: u32,
    /// Seconds between two signs of life until then; none if it gives none.
    #[serde(default)]
    heartbeat_every: Option<NonZeroU32>,
}

/// `{"timeout": true}`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MockTimeout {
    /// Always true.
    #[serde(deserialize_with = "only_true")]
    timeout: bool,
}

/// A result may be null, which is not the same as no result.
fn any<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Value::deserialize(deserializer)
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// The error's name, if it did not and has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What is known about the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// When it ended, on virtual time.
    #[serde(skip)]
    pub stopped: Timestamp,
    /// Everything that happened, as `GetExecutionHistory` names it.
    pub history: Vec<HistoryEvent>,
    /// States whose answers were not all used, with how many were.
    #[serde(skip)]
    pub unused: Vec<(String, usize)>,
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
    let mut theatre = Theatre {
        machine,
        mocks,
        played: BTreeMap::new(),
        inputs: BTreeMap::new(),
        sequence: 0,
        history: Vec::new(),
    };
    let mut execution = machine.start(about);
    let mut now = start;
    theatre.expect(now, Input::Begin);
    loop {
        while let Some(input) = theatre.due(now) {
            let mut around = Surroundings { now, scale: NonZeroU32::MIN, random: &mut *random };
            theatre.play(&mut execution, input, &mut around)?;
        }
        if let Some(outcome) = execution.outcome() {
            return Ok(theatre.end(outcome.clone()));
        }
        let stuck = || OfflineError::Stuck { state: execution.a_state().unwrap_or_default() };
        let next = execution.next_due().into_iter().chain(theatre.next());
        now = next.min().ok_or_else(stuck)?.max(now);
        // A time-out and an answer at the same instant: the time-out was there first.
        if execution.next_due().is_some_and(|due| due <= now) {
            theatre.hurry(now, Input::Tick);
        }
    }
}

struct Theatre<'a> {
    machine: &'a Machine,
    mocks: &'a Mocks,
    /// How many answers each state has had.
    played: BTreeMap<String, usize>,
    /// What will happen, by when and in which order.
    inputs: BTreeMap<(Timestamp, i64), Input>,
    sequence: i64,
    history: Vec<HistoryEvent>,
}

impl Theatre<'_> {
    fn expect(&mut self, at: Timestamp, input: Input) {
        self.sequence += 1;
        self.inputs.insert((at, self.sequence), input);
    }

    /// Before everything else at that instant.
    fn hurry(&mut self, at: Timestamp, input: Input) {
        self.inputs.insert((at, 0), input);
    }

    fn due(&mut self, now: Timestamp) -> Option<Input> {
        let first = self.inputs.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    fn next(&self) -> Option<Timestamp> {
        self.inputs.keys().next().map(|(at, _)| *at)
    }

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
                self.answer(&start, around.now)?;
            }
        }
        Ok(())
    }

    fn answer(&mut self, start: &TaskStart, now: Timestamp) -> Result<(), OfflineError> {
        let answers = self.mocks.get(&start.state).map_or(&[][..], Vec::as_slice);
        let played = self.played.entry(start.state.clone()).or_default();
        let answer = answers.get(*played).or_else(|| answers.last());
        *played += 1;
        let task = start.task;
        if start.token.is_some() {
            self.expect(now, Input::TaskSubmitted { task, output: Value::Object(serde_json::Map::new()) });
        }
        let (input, after, heartbeat_every) = match answer {
            None => return Err(OfflineError::NoMock { state: start.state.clone() }),
            Some(MockResult::Timeout(_)) => return Ok(()),
            Some(MockResult::Result(MockSuccess { result, after, heartbeat_every })) => {
                (Input::TaskSucceeded { task, output: result.clone() }, after, heartbeat_every)
            }
            Some(MockResult::Error(MockFailure { error, cause, after, heartbeat_every })) => {
                let failure = Failure::given(Some(error.clone()), cause.clone());
                (Input::TaskFailed { task, failure }, after, heartbeat_every)
            }
        };
        let later =
            |seconds: u32| now.saturating_add(Duration::from_secs(seconds.into())).unwrap_or(Timestamp::MAX);
        if let Some(every) = heartbeat_every {
            let every = usize::try_from(every.get()).unwrap_or(usize::MAX);
            for seconds in (0..*after).step_by(every).skip(1) {
                self.expect(later(seconds), Input::TaskHeartbeat { task });
            }
        }
        self.expect(later(*after), input);
        Ok(())
    }

    fn end(self, outcome: Outcome) -> Run {
        let Outcome { status, stopped, output, error, cause } = outcome;
        let used = |state: &String| self.played.get(state).copied().unwrap_or_default();
        let unused = self.mocks.iter().filter(|(state, answers)| used(state) < answers.len());
        let unused = unused.map(|(state, _)| (state.clone(), used(state))).collect();
        Run { status, output, error, cause, stopped, history: self.history, unused }
    }
}
