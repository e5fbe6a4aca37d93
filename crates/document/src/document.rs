use crate::{
    DocumentId, Failure, Kind, MachineInput, MachineName, Moment, Sequencer, Status, Work, execution_name,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Attempts remembered with their references; at most three are made per redrive.
pub const ATTEMPTS_KEPT_MAX: usize = 10;
/// Closed revisions remembered.
pub const REVISIONS_KEPT_MAX: usize = 20;
/// Timeline entries kept: the first and the latest.
pub const TIMELINE_ENTRIES_MAX: usize = 50;
/// Longest note of the timeline, in characters: a failure's message with its detail, and what is said before it.
const NOTE_CHARS_MAX: usize = 600;

/// A document as the register holds it: one item of the `documents` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub document_id: DocumentId,
    /// Counts the writes: each is made on condition that this has not changed since it was read.
    pub version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher: Option<String>,
    /// What to show for the teacher: the name under which they handed it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher_name: Option<String>,
    /// Whether the teacher is only what an object's metadata said.
    #[serde(default)]
    pub teacher_unverified: bool,
    pub kind: Kind,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<Lesson>,
    pub file_name: String,
    pub media_type: String,
    /// Bytes, as announced or as arrived.
    pub size: u64,
    /// Of the original, lower-case hexadecimal, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The key of the original in the uploads bucket.
    pub key: String,
    pub uploaded_at: Moment,
    /// The multipart upload that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<Upload>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<ClosedRevision>,
    pub status: Status,
    pub status_at: Moment,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// The number of the last attempt before the latest redrive: attempts are counted from here.
    #[serde(default)]
    pub redriven_after: u32,
    /// Counts recovery claims and redrives.
    #[serde(default)]
    pub cycle: u32,
    /// How often a deadline passed in the present status.
    #[serde(default)]
    pub nudges: u32,
    #[serde(default, skip_serializing_if = "Owner::is_nobody")]
    pub owner: Owner,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Moment>,
    /// The start that the machine owning the document was given, kept so that a repeat can start it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_input: Option<MachineInput>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ResultSet>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalized: Option<Normalized>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    pub timeline: Vec<Entry>,
}

/// What the teacher says of the lesson (schema.org `LearningResource` property names).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lesson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
}

/// A multipart upload under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// S3's upload id.
    pub id: String,
    /// Bytes of each part but the last.
    pub part_size: u64,
    /// Whether the teacher's client said that all parts are there.
    #[serde(default)]
    pub completed: bool,
}

/// The version of the original that is worked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The S3 version id.
    pub id: String,
    /// Its place in the order of events on the key.
    pub sequencer: Sequencer,
}

/// A revision that a newer one replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedRevision {
    pub id: String,
    pub sequencer: Sequencer,
    /// How it ended.
    pub outcome: Status,
    pub at: Moment,
    /// Every reference issued for it: a late callback is told apart from a forged one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// One sending of a revision to the processor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: u32,
    pub reference: String,
    /// When the processor accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<String>,
}

/// Who is responsible for a document now. A function may hold a lease while it acts for a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Owner {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineRef>,
}

impl Owner {
    fn is_nobody(&self) -> bool {
        self.lease.is_none() && self.machine.is_none()
    }
}

/// A function's claim for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lease {
    pub function: String,
    pub until: Moment,
}

/// One machine in one cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MachineRef {
    pub name: MachineName,
    pub cycle: u32,
}

/// The proved results of one attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultSet {
    pub attempt: u32,
    pub files: Vec<ResultFile>,
}

/// One proved file in the results bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultFile {
    pub role: String,
    pub name: String,
    pub key: String,
    pub sha256: String,
    pub media_type: String,
    pub size: u64,
}

/// The normalized document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Normalized {
    pub key: String,
    pub size: u64,
    /// Counts for lists: words, annotations, segments, duration in ms, whichever apply.
    pub summary: BTreeMap<String, u64>,
}

/// What became of everything when a document was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    pub at: Moment,
    /// Object versions that were removed.
    pub objects: u64,
    /// Jobs that the processor was asked to forget and did.
    pub jobs: u64,
}

/// One line of a document's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    pub at: Moment,
    pub status: Status,
    pub note: String,
}

impl Document {
    /// The attempt under way or made last.
    pub fn latest_attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// Its number, 0 before the first.
    pub fn attempt_number(&self) -> u32 {
        self.latest_attempt().map_or(0, |attempt| attempt.number)
    }

    /// The version id of the current revision.
    pub fn revision_id(&self) -> &str {
        self.revision.as_ref().map_or("", |revision| revision.id.as_str())
    }

    /// The work that a message for this document names.
    pub fn work(&self, attempt: u32) -> Work {
        Work {
            document_id: self.document_id,
            revision: self.revision_id().to_owned(),
            attempt,
            machine: None,
        }
    }

    /// Whether this reference was ever given to the processor, for any revision.
    pub fn has_issued(&self, reference: &str) -> bool {
        self.attempts.iter().any(|attempt| attempt.reference == reference)
            || self.revisions.iter().any(|closed| closed.references.iter().any(|known| known == reference))
    }

    /// Every reference ever given out.
    pub fn references(&self) -> Vec<String> {
        let closed = self.revisions.iter().flat_map(|closed| closed.references.iter().cloned());
        closed.chain(self.attempts.iter().map(|attempt| attempt.reference.clone())).collect()
    }

    pub(crate) fn note(&mut self, at: Moment, note: &str) {
        if self.timeline.len() >= TIMELINE_ENTRIES_MAX {
            self.timeline.remove(1);
        }
        let note = note.chars().take(NOTE_CHARS_MAX).collect();
        self.timeline.push(Entry { at, status: self.status, note });
    }

    /// Moves to a status: its history, its time and a fresh count of nudges.
    pub(crate) fn become_status(&mut self, status: Status, at: Moment, note: &str) {
        if self.status != status {
            self.nudges = 0;
            self.status_at = at;
        }
        self.status = status;
        self.note(at, note);
    }

    pub(crate) fn free(&mut self) {
        self.owner = Owner::default();
        self.machine_input = None;
    }

    /// Ends the work: no owner, no deadline.
    pub(crate) fn finish(&mut self, status: Status, at: Moment, note: &str) {
        self.become_status(status, at, note);
        self.free();
        self.deadline = None;
    }

    pub(crate) fn fail(&mut self, failure: Failure, at: Moment) {
        let note = failure.message.clone();
        self.failure = Some(failure);
        self.finish(Status::Failed, at, &note);
    }

    pub(crate) fn execution(&self, machine: MachineName) -> String {
        execution_name(machine, self.document_id, self.revision_id(), self.attempt_number(), self.cycle)
    }
}
