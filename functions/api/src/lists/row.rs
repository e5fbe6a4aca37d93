use document::{DocumentId, Failure, Kind, Lesson, Moment, Status};
use edge::UNASSIGNED_SCHOOL;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// A document in a list: what the indexes hold of it. `GET /api/documents/{id}` has the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Row {
    pub document_id: DocumentId,
    pub version: u64,
    /// `null`: it belongs to no school.
    #[serde(default, deserialize_with = "assigned")]
    pub school: Option<String>,
    #[serde(default)]
    pub teacher: Option<String>,
    /// What to show for the teacher: the name under which they handed it in, where that is known.
    #[serde(default)]
    pub teacher_name: Option<String>,
    pub kind: Kind,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<Lesson>,
    pub file_name: String,
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    pub status: Status,
    pub status_at: Moment,
    pub uploaded_at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Moment>,
}

/// When a document came to its status, and whose it is: what counting needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Since {
    pub(crate) status_at: Moment,
    #[serde(default, deserialize_with = "assigned")]
    pub(crate) school: Option<String>,
    #[serde(default)]
    pub(crate) teacher: Option<String>,
}

/// The index lists a document without a school under a word of its own.
fn assigned<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let school = Option::<String>::deserialize(from)?;
    Ok(school.filter(|school| school != UNASSIGNED_SCHOOL))
}
