//! The contract's JSON, under the names by which the processor thinks of it.

pub(crate) use contract::{
    callback::{Callback, CallbackType, Data as Outcome, File as ResultFile, JobError},
    processor::{Job as Submission, JobAccepted, JobState, JobStatus, Reason, Refusal},
};
pub(crate) use document::Kind;
