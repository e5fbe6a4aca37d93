use crate::{
    mischief::Behaviour,
    wire::{JobError, JobState, Submission},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is kept of a job, as `job.json` in its folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The processor's own name for it.
    pub(crate) job_id: String,
    pub(crate) submission: Submission,
    /// Of the bytes that arrived, lower-case hexadecimal; absent until a source was fetched.
    pub(crate) sha256: Option<String>,
    pub(crate) accepted_at: Timestamp,
    pub(crate) state: JobState,
    /// When it finished or failed.
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) files: Vec<Stored>,
    /// A second result that contradicts the first, for customers who want to see one.
    #[serde(default)]
    pub(crate) second: Option<Stored>,
    pub(crate) error: Option<JobError>,
    /// The unguessable part of the files' addresses in the callback.
    pub(crate) token: String,
    /// The same in answers to questions about the job.
    pub(crate) fresh_token: String,
    pub(crate) delivery: Delivery,
    #[serde(default)]
    pub(crate) behaviour: Behaviour,
}

/// A result on disk, in the folder `results` of the job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) role: String,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) size: u64,
    pub(crate) sha256: String,
}

/// How far the telling is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// The same at every repetition, so that the receiver can tell repetitions.
    pub(crate) message_id: String,
    /// How often it was sent.
    #[serde(default)]
    pub(crate) attempts: u32,
    /// When it is sent again.
    #[serde(default)]
    pub(crate) next_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) ended: Option<Ended>,
}

/// How the telling ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ended {
    /// The receiver said 2xx.
    Delivered,
    /// The receiver said that it will never take it.
    Refused,
    /// The schedule came to its end.
    GaveUp,
    /// It was never to be sent.
    Silent,
}
