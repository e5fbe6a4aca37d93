use document::{DocumentId, Failure, Kind, Lesson, Moment, Status};
use edge::UNASSIGNED_SCHOOL;
use serde::{Deserialize, Deserializer, Serialize};

/// A document in a list: what the indexes hold of it. `GET /api/documents/{id}` has the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub document_id: DocumentId,
    pub version: u64,
    /// `null`: it belongs to no school.
    #[serde(default, deserialize_with = "assigned")]
    pub school: Option<String>,
    #[serde(default)]
    pub teacher: Option<String>,
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

/// The index lists a document without a school under a word of its own.
fn assigned<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let school = Option::<String>::deserialize(from)?;
    Ok(school.filter(|school| school != UNASSIGNED_SCHOOL))
}
