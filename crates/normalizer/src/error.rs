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
    /// The content uses a part of its format that is not read, be it for safety or for want of sense here.
    #[error("the {format} file uses {what}, which is not read")]
    Unsupported { format: &'static str, what: &'static str },
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
    /// The media type announces a unit that nobody counts in.
    #[error(
        "offsets are announced in {announced:?}, which is none of bytes, utf-16, code-points and graphemes"
    )]
    UnitUnknown { announced: String },
    /// Annotations that were made for another text.
    #[error("{wrong} of {all} annotations do not quote what lies at their place")]
    AnnotationsForAnotherText { wrong: usize, all: usize },
    /// A number that is no time.
    #[error("a time is given as {written}, which lies outside what a recording can have")]
    TimeUnusable { written: String },
    /// A word that ends before it begins, by more than rounding explains.
    #[error("a word begins at {start_ms} ms and ends at {end_ms} ms")]
    WordBackwards { start_ms: u64, end_ms: u64 },
    /// A vendor's report of its own failure in place of a transcript.
    #[error("the file says that the transcription failed: {why}")]
    TranscriptionFailed { why: String },
    /// A cue that ends before it begins.
    #[error("a cue begins at {start_ms} ms and ends at {end_ms} ms")]
    CueBackwards { start_ms: u64, end_ms: u64 },
    /// Cues that are not in the order of their beginnings.
    #[error("a cue begins at {start_ms} ms, before the one in front of it at {previous_ms} ms")]
    CueOutOfOrder { start_ms: u64, previous_ms: u64 },
    /// Words after the end of the media.
    #[error("the last words end at {end_ms} ms, and the media after {duration_ms} ms")]
    TranscriptOutsideMedia { end_ms: u64, duration_ms: u64 },
    /// Words for the very beginning of a long video only.
    #[error("the last words end at {end_ms} ms, and the media goes on until {duration_ms} ms")]
    TranscriptCutShort { end_ms: u64, duration_ms: u64 },
    /// No words for media with sound, and nobody says why.
    #[error("nothing is transcribed of {duration_ms} ms of media with sound, and no note says why")]
    TranscriptMissing { duration_ms: u64 },
    /// More words than can be spoken.
    #[error("{words_per_minute} words a minute cannot be spoken")]
    TranscriptTooDense { words_per_minute: u64 },
    /// A text that is far shorter or longer than its original.
    #[error("the text has {text_bytes} bytes, and the original {original_bytes}")]
    TextLength { text_bytes: u64, original_bytes: u64 },
    /// A duration that a file of this size cannot have.
    #[error("the media plays {duration_ms} ms, which does not fit an original of {original_bytes} bytes")]
    MediaForAnotherFile { duration_ms: u64, original_bytes: u64 },
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
            Fault::Unsupported { .. } => "format-unsupported",
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
            Fault::UnitUnknown { .. } => "offset-unit-unknown",
            Fault::AnnotationsForAnotherText { .. } => "annotations-for-another-text",
            Fault::TimeUnusable { .. } => "time-unusable",
            Fault::WordBackwards { .. } => "word-backwards",
            Fault::TranscriptionFailed { .. } => "transcription-failed",
            Fault::CueBackwards { .. } => "cue-backwards",
            Fault::CueOutOfOrder { .. } => "cue-out-of-order",
            Fault::TranscriptOutsideMedia { .. } => "transcript-for-another-video",
            Fault::TranscriptCutShort { .. } => "transcript-cut-short",
            Fault::TranscriptMissing { .. } => "transcript-missing",
            Fault::TranscriptTooDense { .. } => "transcript-too-dense",
            Fault::TextLength { .. } => "text-for-another-document",
            Fault::MediaForAnotherFile { .. } => "media-for-another-video",
            Fault::NoDuration => "media-without-duration",
            Fault::Unwritable { .. } => "document-unwritable",
        }
    }

    /// A plain sentence for people, with its place.
    pub fn sentence(&self) -> String {
        format!("In what was returned as {}, {}.", self.place, self.fault)
    }

    /// The sentence for the teacher whose document it is: what is wrong, without the vendor's paths and units.
    pub fn for_teacher(&self) -> String {
        match &self.fault {
            Fault::TranscriptOutsideMedia { end_ms, duration_ms } => format!(
                "The proofreader returned a transcript for a different video: it runs {} past the end of yours.",
                spoken(end_ms.saturating_sub(*duration_ms))
            ),
            Fault::TranscriptCutShort { end_ms, duration_ms } => format!(
                "The proofreader returned a transcript that ends after {}, and your video goes on until {}.",
                spoken(*end_ms),
                spoken(*duration_ms)
            ),
            Fault::TranscriptMissing { duration_ms } => format!(
                "The proofreader returned an empty transcript for your video of {} and did not say why.",
                spoken(*duration_ms)
            ),
            Fault::TranscriptTooDense { words_per_minute } => format!(
                "The proofreader returned a transcript with {words_per_minute} words a minute, which nobody can speak."
            ),
            Fault::TextLength { text_bytes, original_bytes } => {
                let than = if text_bytes < original_bytes { "shorter" } else { "longer" };
                format!("The proofreader returned a text that is far {than} than yours, so it belongs to another document.")
            }
            Fault::MediaForAnotherFile { duration_ms, .. } => format!(
                "The proofreader described a video of {}, which yours cannot be.",
                spoken(*duration_ms)
            ),
            Fault::OutsideText { .. } | Fault::InsideCharacter { .. } | Fault::AnnotationsForAnotherText { .. } => {
                "The proofreader returned remarks about a different text: they do not fit the one that it sent back."
                    .to_owned()
            }
            Fault::TextEmpty => "The proofreader returned an empty text.".to_owned(),
            Fault::TranscriptionFailed { .. } => "The proofreader could not transcribe your video.".to_owned(),
            Fault::UnitUnknown { .. } => "The proofreader did not say how its remarks are to be placed.".to_owned(),
            Fault::CueBackwards { .. }
            | Fault::CueOutOfOrder { .. }
            | Fault::TimeUnusable { .. }
            | Fault::WordBackwards { .. } => {
                "The proofreader returned a transcript whose times make no sense.".to_owned()
            }
            Fault::Unrecognised { .. } | Fault::NotAsAnnounced { .. } | Fault::Unsupported { .. } => {
                format!("The proofreader returned a file ({}) of a kind that we do not read.", self.role())
            }
            Fault::Protected { .. } => {
                format!("The proofreader returned a file ({}) that is protected with a password.", self.role())
            }
            Fault::Malformed { .. } | Fault::Undecodable { .. } | Fault::NoDuration => {
                format!("The proofreader returned a damaged file ({}).", self.role())
            }
            Fault::TooMany { .. } => {
                format!("The proofreader returned a file ({}) that is larger than any can be.", self.role())
            }
            Fault::RoleMissing { .. } | Fault::RoleTwice { .. } | Fault::RoleUnknown { .. } => {
                "The proofreader did not return exactly the files that belong together.".to_owned()
            }
            Fault::Changed | Fault::Unwritable { .. } => {
                "What the proofreader returned was damaged on its way to us.".to_owned()
            }
        }
    }

    /// The part of the place that names what the file is for.
    fn role(&self) -> &str {
        self.place.split('/').next().unwrap_or_default()
    }

    /// What to do next.
    pub const fn advice(&self) -> &'static str {
        match self.fault {
            Fault::Unrecognised { .. } | Fault::NotAsAnnounced { .. } | Fault::Unsupported { .. } => {
                "Ask the processor to return one of the formats that Lectern reads and to announce its media type."
            }
            Fault::Protected { .. } => "Ask the processor for a file without a password.",
            Fault::Changed => "Fetch the files again.",
            Fault::RoleMissing { .. } | Fault::RoleTwice { .. } | Fault::RoleUnknown { .. } => {
                "Ask the processor for the complete set of files, each role once."
            }
            Fault::UnitUnknown { .. } => {
                "Ask the processor to announce the unit in which it counts offsets, or none."
            }
            Fault::OutsideText { .. }
            | Fault::InsideCharacter { .. }
            | Fault::AnnotationsForAnotherText { .. } => {
                "Ask the processor for annotations of exactly the text that it returned."
            }
            Fault::CueBackwards { .. }
            | Fault::CueOutOfOrder { .. }
            | Fault::TranscriptOutsideMedia { .. }
            | Fault::TranscriptCutShort { .. }
            | Fault::TranscriptTooDense { .. } => "Ask the processor for a transcript of exactly this video.",
            Fault::TranscriptMissing { .. } => {
                "Ask the processor for a transcript, or for a WebVTT file with a NOTE that says why there is none."
            }
            Fault::TextLength { .. } | Fault::MediaForAnotherFile { .. } => {
                "Ask the processor for the results of exactly this file."
            }
            _ => "Ask the processor to process the document again.",
        }
    }
}

/// Another program's explanation, fit to be kept: bounded and on one line.
pub(crate) fn why(error: &impl std::fmt::Display) -> String {
    error.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).take(WHY_CHARS_MAX).collect()
}

/// A length of time in words, as exact as people are.
fn spoken(ms: u64) -> String {
    let seconds = ms.div_ceil(1000);
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        _ => (seconds / 3600, "hour"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
