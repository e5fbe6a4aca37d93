//! The processor's API: `POST /jobs`, `GET` and `DELETE /jobs/{reference}`.

use crate::callback::Data;
use document::Kind;
use serde::{Deserialize, Serialize};

/// Longest name that a processor may give a job, in bytes: it is kept with each attempt, and only people read it.
pub const JOB_ID_BYTES_MAX: usize = 200;

/// The part `job` of `POST /jobs` (`multipart/form-data`), before the parts `file` and `digest`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// To be echoed; also the `Idempotency-Key`.
    pub reference: String,
    pub kind: Kind,
    pub file_name: String,
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Of the file, lower-case hexadecimal, if known beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    pub callback_url: String,
    /// Where to fetch the file, instead of the parts `file` and `digest`, if it is above the stream limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
}

/// The body of 202.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobAccepted {
    pub job_id: String,
}

/// The body of a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub error: Reason,
}

/// Why a job was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: String,
    pub message: String,
}

/// The answer to `GET /jobs/{reference}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobStatus {
    pub status: JobState,
    /// What the callback said or would have said, once finished or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Data>,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Queued,
    Processing,
    Finished,
    Failed,
    Unknown,
}
