//! The normalized document, `lectern.document/1`, as it is written.
//!
//! Annotations follow the W3C Web Annotation model: offsets are Unicode code points into `text`, end exclusive. Times are
//! whole milliseconds from the beginning of the media. Fields that do not apply are left out. The order of the fields is
//! the order of these declarations, so the same document always has the same bytes.

mod annotation;
mod media;
mod provenance;
mod stretch;
mod transcript;

pub use annotation::{Annotation, Motivation, Position, Quote, Severity, Target, TimeSpan};
pub use media::Media;
pub use provenance::{Provenance, Repair, ReturnedFile};
pub use stretch::Stretch;
pub use transcript::{Segment, Transcript, Word};

use serde::{Deserialize, Serialize};

/// The name and version of this schema.
pub const SCHEMA: &str = "lectern.document/1";

/// What evaluators read. Offsets are Unicode code points into `text`, end exclusive; times are whole milliseconds from the
/// beginning of the media. Fields that do not apply are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Document {
    /// Always `lectern.document/1`.
    #[cfg_attr(feature = "schema", schemars(extend("const" = SCHEMA)))]
    pub schema: String,
    pub document_id: String,
    /// The S3 version id of the original.
    pub revision: String,
    /// `lesson_plan` or `video`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["lesson_plan", "video"])))]
    pub kind: String,
    pub title: String,
    /// BCP 47, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// One string, LF only, without Unicode normalisation. Empty for videos.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub text: Stretch,
    /// The structure of `text`, in order, without overlap.
    pub blocks: Vec<Block>,
    /// Ordered by place; those about the whole document last.
    pub annotations: Vec<Annotation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<Transcript>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    pub provenance: Provenance,
}

/// A stretch of `text` that belongs together.
///
/// Between the cells of a table row lies a tab, between rows and between list items a line feed, between other blocks two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Block {
    pub id: String,
    pub kind: BlockKind,
    /// Of a heading, 1 to 6; of a list item, its depth from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub level: Option<u32>,
    /// The number of an item in an ordered list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordinal: Option<u64>,
    /// Code points into `text`.
    pub start: usize,
    /// Code points into `text`, exclusive.
    pub end: usize,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    Heading,
    Paragraph,
    ListItem,
    TableCell,
    Quote,
    Code,
}
