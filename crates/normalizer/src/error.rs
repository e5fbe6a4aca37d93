use crate::limits::WHY_CHARS_MAX;
use thiserror::Error;

/// What is wrong with returned files, with the facts.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Fault {
    /// Nothing that we read looks like this.
    #[error("the file is none of the formats that were looked for: {looked_for}")]
    Unrecognised { looked_for: String },
    /// The content is of one type and the announcement of another.
    #[error("the file was announced as {announced:?} and its content is {found}")]
    NotAsAnnounced { announced: String, found: &'static str },
    /// The content begins like its format and then breaks its rules.
    #[error("the {format} file is malformed: {why}")]
    Malformed { format: &'static str, why: String },
    /// A file that opens with a password only.
    #[error("the {format} file is protected with a password")]
    Protected { format: &'static str },
    /// Bytes that no permitted character set explains.
    #[error("the text cannot be decoded as {charset}")]
    Undecodable { charset: &'static str },
    /// More of something than is taken.
    #[error("there are more than {most} {what}")]
    TooMany { what: &'static str, most: usize },
    /// Not the bytes that were announced.
    #[error("the file's length or SHA-256 is not as announced")]
    Changed,
    /// A role that the kind of document needs has no file.
    #[error("no file with the role {wanted} was returned")]
    RoleMissing { wanted: String },
    /// Two files for one role.
    #[error("more than one file with the role {role} was returned")]
    RoleTwice { role: &'static str },
    /// A role that does not belong to this kind of document.
    #[error("a file with the role {role} does not belong to this kind of document")]
    RoleUnknown { role: &'static str },
    /// There is no text.
    #[error("the text is empty")]
    TextEmpty,
    /// An annotation that does not lie in the text.
    #[error("an annotation spans {start} to {end} in {unit}, and the text has {length}")]
    OutsideText { start: i64, end: i64, length: usize, unit: &'static str },
    /// An annotation that begins or ends inside a character.
    #[error("an annotation spans {start} to {end} in {unit}, which cuts a character in two")]
    InsideCharacter { start: i64, end: i64, unit: &'static str },
    /// Annotations that were made for another text.
    #[error("{wrong} of {all} annotations do not quote what lies at their place")]
    AnnotationsForAnotherText { wrong: usize, all: usize },
    /// A cue that ends before it begins.
    #[error("a cue begins at {start_ms} ms and ends at {end_ms} ms")]
    CueBackwards { start_ms: u64, end_ms: u64 },
    /// Cues that are not in the order of their beginnings.
    #[error("a cue begins at {start_ms} ms, before the one in front of it at {previous_ms} ms")]
    CueOutOfOrder { start_ms: u64, previous_ms: u64 },
    /// Words after the end of the media.
    #[error("a cue ends at {end_ms} ms, and the media after {duration_ms} ms")]
    CueOutsideMedia { end_ms: u64, duration_ms: u64 },
    /// Media facts without a usable duration.
    #[error("the media facts give no duration")]
    NoDuration,
    /// The document could not be written as JSON.
    #[error("the normalized document could not be written: {why}")]
    Unwritable { why: String },
}

/// Why returned files cannot be normalized. Reading the same files again ends the same way: only new files help.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{place}: {fault}")]
pub struct NormalizeError {
    /// Where: a role, and within it the vendor's own path.
    pub place: String,
    /// What.
    pub fault: Fault,
}

impl NormalizeError {
    pub(crate) fn new(place: impl Into<String>, fault: Fault) -> Self {
        Self { place: place.into(), fault }
    }

    /// The stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self.fault {
            Fault::Unrecognised { .. } => "format-unrecognised",
            Fault::NotAsAnnounced { .. } => "format-not-as-announced",
            Fault::Malformed { .. } => "format-malformed",
            Fault::Protected { .. } => "file-protected",
            Fault::Undecodable { .. } => "text-undecodable",
            Fault::TooMany { .. } => "content-too-large",
            Fault::Changed => "file-changed",
            Fault::RoleMissing { .. } => "role-missing",
            Fault::RoleTwice { .. } => "role-twice",
            Fault::RoleUnknown { .. } => "role-unknown",
            Fault::TextEmpty => "text-empty",
            Fault::OutsideText { .. } => "annotation-outside-text",
            Fault::InsideCharacter { .. } => "annotation-inside-character",
            Fault::AnnotationsForAnotherText { .. } => "annotations-for-another-text",
            Fault::CueBackwards { .. } => "cue-backwards",
            Fault::CueOutOfOrder { .. } => "cue-out-of-order",
            Fault::CueOutsideMedia { .. } => "cue-outside-media",
            Fault::NoDuration => "media-without-duration",
            Fault::Unwritable { .. } => "document-unwritable",
        }
    }

    /// A plain sentence for people, with its place.
    pub fn sentence(&self) -> String {
        format!("In what was returned as {}, {}.", self.place, self.fault)
    }

    /// What to do next.
    pub const fn advice(&self) -> &'static str {
        match self.fault {
            Fault::Unrecognised { .. } | Fault::NotAsAnnounced { .. } => {
                "Ask the processor to return one of the formats that Lectern reads and to announce its media type."
            }
            Fault::Protected { .. } => "Ask the processor for a file without a password.",
            Fault::Changed => "Fetch the files again.",
            Fault::RoleMissing { .. } | Fault::RoleTwice { .. } | Fault::RoleUnknown { .. } => {
                "Ask the processor for the complete set of files, each role once."
            }
            Fault::OutsideText { .. }
            | Fault::InsideCharacter { .. }
            | Fault::AnnotationsForAnotherText { .. } => {
                "Ask the processor for annotations of exactly the text that it returned."
            }
            Fault::CueBackwards { .. } | Fault::CueOutOfOrder { .. } | Fault::CueOutsideMedia { .. } => {
                "Ask the processor for a transcript of exactly this video."
            }
            _ => "Ask the processor to process the document again.",
        }
    }
}

/// Another program's explanation, fit to be kept: bounded and on one line.
pub(crate) fn why(error: &impl std::fmt::Display) -> String {
    error.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).take(WHY_CHARS_MAX).collect()
}
