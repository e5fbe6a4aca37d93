//! What the machines' tasks are asked and answer. A machine's own input is [`document::MachineInput`].

use document::{Answer, DocumentId, Kind, MachineInput};
use serde::{Deserialize, Serialize};

/// What a worker tells the machine that waits for it (`SendTaskSuccess`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub outcome: Outcome,
    /// Seconds that the processor asked us to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
}

/// How the work went, as far as the machine is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What the machine wanted has happened.
    Done,
    /// Not yet: the machine waits and tries the same again.
    Retry,
    /// The results are wrong: the machine asks for a new attempt.
    AskAgain,
    /// Another machine is responsible now.
    HandedOver,
    /// The document has moved on without this machine.
    MovedOn,
    /// The document has failed, and says why.
    Failed,
}

impl Outcome {
    /// The outcome that an answer of the register amounts to; `None` while another function is at work on it.
    pub fn of(answer: &Answer) -> Option<Self> {
        Some(match answer {
            Answer::Done | Answer::Repeated | Answer::Claimed { .. } => Self::Done,
            Answer::Stale(_) | Answer::Unknown => Self::MovedOn,
            Answer::HandedOver => Self::HandedOver,
            Answer::Retry => Self::Retry,
            Answer::AskAgain => Self::AskAgain,
            Answer::Failed => Self::Failed,
            Answer::Busy { .. } => return None,
        })
    }
}

/// What `ask` is invoked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskInput {
    pub document_id: DocumentId,
    pub revision: String,
    pub kind: Kind,
    pub attempt: u32,
    pub reference: String,
}

/// What `ask` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskAnswer {
    pub status: Asked,
    /// Where the result lies, if the job finished or failed: the shape of a callback's body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
}

/// What the processor says of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    Finished,
    Failed,
    Busy,
    Unknown,
    /// It could not be asked.
    Error,
}

/// What `forget` is invoked with: one step of the forget machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgetInput {
    pub step: ForgetStep,
    pub machine: MachineInput,
    /// Object versions removed by earlier steps.
    #[serde(default)]
    pub objects: u64,
    /// Jobs forgotten by earlier steps.
    #[serde(default)]
    pub jobs: u64,
}

/// The steps of forgetting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForgetStep {
    /// Remove every version, result and normalized document here.
    Remove,
    /// Ask the processor to forget the jobs.
    Processor,
    /// Write the receipt.
    Receipt,
}

/// What `forget` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgetAnswer {
    pub outcome: Outcome,
    /// Object versions removed by this step.
    #[serde(default)]
    pub objects: u64,
    /// Jobs forgotten by this step.
    #[serde(default)]
    pub jobs: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
}
