//! What a document is and what may happen to it.
//!
//! Everything here is pure: a [`Document`] as the register holds it and an [`Event`] go into [`decide`], and a
//! [`Verdict`] comes out: the document as it must be written next, what must be sent afterwards, and the answer for
//! whoever brought the event. The register writes with one condition (nothing changed since it was read), so every rule
//! about order, duplicates and ownership lives here and nowhere else.

mod document;
mod event;
mod failure;
mod file_type;
mod identity;
mod kind;
mod moment;
pub mod rules;
mod send;
mod status;
mod timing;

pub use document::{
    ATTEMPTS_KEPT_MAX, Attempt, ClosedRevision, Document, Entry, Lease, Lesson, MachineRef, Normalized,
    Owner, REVISIONS_KEPT_MAX, Receipt, ResultFile, ResultSet, Revision, TIMELINE_ENTRIES_MAX, Upload,
};
pub use event::{Arrival, Declaration, Event, Origin, Stage, Unusable, Work};
pub use failure::{Code, Failure};
pub use file_type::{FileType, HEAD_BYTES, Mismatch};
pub use identity::{
    DocumentId, EXECUTION_NAME_BYTES_MAX, IdentityError, Place, Reference, Sequencer, execution_name,
    normalized_key, refused_key, result_key, revision_hash,
};
pub use kind::Kind;
pub use moment::Moment;
pub use rules::{Answer, News, Verdict, decide};
pub use send::{MachineInput, MachineName, Send};
pub use status::Status;
pub use timing::Timing;
