use crate::{DocumentId, Failure, Kind, Lesson, MachineRef, Normalized, Receipt, ResultFile, Revision};
use serde::{Deserialize, Serialize};

/// The piece of work that a message names. A receiver acts only if the register still says the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Work {
    pub document_id: DocumentId,
    /// The S3 version id.
    pub revision: String,
    pub attempt: u32,
    /// The machine that put the work on the queue, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineRef>,
}

/// An upload that a teacher announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub document_id: DocumentId,
    pub school: Option<String>,
    pub teacher: Option<String>,
    /// The name to show for the teacher.
    pub teacher_name: Option<String>,
    pub kind: Kind,
    pub title: String,
    pub lesson: Option<Lesson>,
    pub file_name: String,
    pub media_type: String,
    pub size: u64,
    pub sha256: Option<String>,
    pub key: String,
    pub upload_id: String,
    pub part_size: u64,
}

/// Where an arrived object belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An announced upload: counts only if the register expects exactly this key.
    Upload,
    /// Put straight into the bucket: the school is fenced by its prefix, the teacher is only said to be.
    Inbox { school: String, teacher: Option<String>, title: Option<String>, file_name: String },
}

/// An object that lies in the uploads bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub document_id: DocumentId,
    pub key: String,
    pub origin: Origin,
    pub revision: Revision,
    pub size: u64,
    pub media_type: String,
    pub kind: Kind,
    /// What looking at the object gave.
    pub inspection: Result<(), Failure>,
}

/// What was wrong with a set of results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// They could not be fetched: the same results are tried again.
    Unreachable(Failure),
    /// They were fetched and are wrong, or the job failed and may be tried again: a new attempt is asked for.
    Wrong(Failure),
    /// The processor says that trying again is no use.
    Hopeless(Failure),
}

/// The stage at which a message came to rest in a dead-letter queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Uploads,
    Transfer,
    Results,
    Normalization,
}

/// Everything that can happen to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A teacher announced an upload.
    Declared(Box<Declaration>),
    /// The teacher's client says that every part is there.
    UploadCompleted,
    /// The teacher called the upload off.
    UploadCancelled,
    /// An object lies in the bucket.
    Arrived(Box<Arrival>),
    /// Somebody looked for the announced object: it is not there and its upload is aborted.
    NotThere,
    /// The transfer function wants to send: `nonce` serves if a reference must be minted.
    Claimed { work: Work, function: String, nonce: [u8; 16] },
    /// The processor took the job.
    Accepted { work: Work, job_id: Option<String>, sha256: Option<String> },
    /// The processor will never take it.
    Refused { work: Work, failure: Failure },
    /// It could not be delivered this time.
    Undelivered { work: Work, reason: String, retry_after_seconds: Option<u64> },
    /// A set of results was fetched and proved.
    ResultsProved { reference: String, machine: Option<MachineRef>, files: Vec<ResultFile> },
    /// A set of results cannot be used.
    ResultsUnusable { reference: String, machine: Option<MachineRef>, callback_key: String, fault: Unusable },
    /// The normalized document is written.
    Normalized { work: Work, normalized: Normalized },
    /// The proved results cannot be normalized.
    NotNormalized { work: Work, failure: Failure },
    /// The deadline passed.
    DeadlinePassed,
    /// A message came to rest in a dead-letter queue.
    Parked { stage: Stage, work: Option<Work>, failure: Failure },
    /// A machine failed, timed out or was stopped.
    MachineEnded { machine: MachineRef, failure: Failure },
    /// An operator lets a failed document go on.
    Redriven,
    /// A person deletes the document.
    Deleted,
    /// Everything of a deleted document is gone.
    Forgotten { receipt: Receipt },
}
