//! A document as the API shows it. What is shown is named here field by field, so a new internal field stays inside.

use crate::auth::{Person, Role};
use document::{
    Attempt, ClosedRevision, Document, DocumentId, Entry, Failure, Kind, Lesson, Moment, Owner, Receipt,
    Status,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// `GET /api/documents/{id}`: the register's item without what is internal.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Item {
    pub document_id: DocumentId,
    /// Grows with every change; give it back as `since=` to wait for the next.
    pub version: u64,
    /// `null`: it belongs to no school.
    pub school: Option<String>,
    pub teacher: Option<String>,
    /// What to show for the teacher: the name under which they handed it in, where that is known.
    pub teacher_name: Option<String>,
    /// Whether the teacher is only what an object's metadata said.
    pub teacher_unverified: bool,
    pub kind: Kind,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lesson: Option<Lesson>,
    pub file_name: String,
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    pub uploaded_at: Moment,
    pub status: Status,
    pub status_at: Moment,
    /// When somebody looks after it if nothing has happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// There while an upload is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload: Option<UploadUnderWay>,
    /// The S3 version id of the original.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    pub attempts: Vec<ShownAttempt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<ShownResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalized: Option<ShownNormalized>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    pub timeline: Vec<Entry>,
    /// For operators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
}

/// The upload, without S3's own id of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UploadUnderWay {
    pub part_size: u64,
    pub completed: bool,
}

/// One sending to the processor.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownAttempt {
    pub number: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Moment>,
    /// For operators only: without the nonce, which is what makes a reference a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// For operators only: what the processor calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<String>,
}

/// The proved files of one attempt, without where they lie.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownResult {
    pub attempt: u32,
    pub files: Vec<ShownFile>,
}

/// One proved file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownFile {
    pub role: String,
    pub name: String,
    pub media_type: String,
    pub size: u64,
    pub sha256: String,
}

/// The normalized document, without where it lies.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownNormalized {
    /// Bytes.
    pub size: u64,
    pub summary: BTreeMap<String, u64>,
}

/// What an operator needs to find out what goes on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Operation {
    /// The key of the original in the uploads bucket.
    pub key: String,
    pub cycle: u32,
    pub nudges: u32,
    pub owner: Owner,
    pub revisions: Vec<ShownRevision>,
}

/// A revision that a newer one replaced.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownRevision {
    pub id: String,
    pub outcome: Status,
    pub at: Moment,
}

impl Item {
    /// The document as this person sees it.
    pub fn for_person(document: Document, person: &Person) -> Self {
        let operator = person.is(Role::Operator);
        Self {
            operation: operator.then(|| Operation::of(&document)),
            attempts: document
                .attempts
                .into_iter()
                .map(|attempt| ShownAttempt::of(attempt, operator))
                .collect(),
            document_id: document.document_id,
            version: document.version,
            school: document.school,
            teacher: document.teacher,
            teacher_name: document.teacher_name,
            teacher_unverified: document.teacher_unverified,
            kind: document.kind,
            title: document.title,
            lesson: document.lesson,
            file_name: document.file_name,
            media_type: document.media_type,
            size: document.size,
            sha256: document.sha256,
            uploaded_at: document.uploaded_at,
            status: document.status,
            status_at: document.status_at,
            deadline: document.deadline,
            failure: document.failure,
            upload: document
                .upload
                .map(|upload| UploadUnderWay { part_size: upload.part_size, completed: upload.completed }),
            revision: document.revision.map(|revision| revision.id),
            result: document.result.map(|result| ShownResult {
                attempt: result.attempt,
                files: result.files.into_iter().map(ShownFile::from).collect(),
            }),
            normalized: document
                .normalized
                .map(|normalized| ShownNormalized { size: normalized.size, summary: normalized.summary }),
            receipt: document.receipt,
            timeline: document.timeline,
        }
    }
}

impl ShownAttempt {
    fn of(attempt: Attempt, operator: bool) -> Self {
        let without_nonce = attempt.reference.rsplit_once('.').map(|(known, _)| known.to_owned());
        Self {
            number: attempt.number,
            sent_at: attempt.sent_at,
            reference: without_nonce.filter(|_| operator),
            job_id: attempt.job_id.filter(|_| operator),
        }
    }
}

impl From<document::ResultFile> for ShownFile {
    fn from(file: document::ResultFile) -> Self {
        Self {
            role: file.role,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            sha256: file.sha256,
        }
    }
}

impl Operation {
    fn of(document: &Document) -> Self {
        let shown = |closed: &ClosedRevision| ShownRevision {
            id: closed.id.clone(),
            outcome: closed.outcome,
            at: closed.at,
        };
        Self {
            key: document.key.clone(),
            cycle: document.cycle,
            nudges: document.nudges,
            owner: document.owner.clone(),
            revisions: document.revisions.iter().map(shown).collect(),
        }
    }
}
