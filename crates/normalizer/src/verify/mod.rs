//! Whether a normalized document can have come of what the teacher handed in.
//!
//! Each check is a rule with a name, which is the code of its [`Fault`]; what a rule needs to know is in
//! [`thresholds`]. What can be told of a single file (its format, order of times, places of quotes) is proved while it is
//! read; here the files are held against each other and against the original.

mod media;
mod speech;
mod text;
mod thresholds;

pub use thresholds::OVERRUN_MS_MAX;

use crate::{Fault, NormalizeError, schema::Document};
use document::FileType;

/// The file that the teacher handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its size in bytes.
    pub bytes: u64,
    /// Its type, proved by its first bytes.
    pub file_type: FileType,
}

/// What a rule looks at.
struct Evidence<'a> {
    document: &'a Document,
    /// Unknown where files are tried without the document that they belong to; rules about it are passed over then.
    original: Option<&'a Original>,
}

/// One thing that must be so.
struct Rule {
    /// Where it is looked for: the role of the file that must be made anew.
    place: &'static str,
    check: fn(&Evidence<'_>) -> Option<Fault>,
}

/// Every rule, in the order in which they are applied: what says most to a person first.
const RULES: [Rule; 6] = [
    Rule { place: "transcript", check: speech::lies_within_the_media },
    Rule { place: "transcript", check: speech::is_there_or_explained },
    Rule { place: "transcript", check: speech::covers_the_media },
    Rule { place: "transcript", check: speech::can_be_spoken },
    Rule { place: "text", check: text::is_as_long_as_the_original },
    Rule { place: "media", check: media::fits_the_original },
];

/// Holds a normalized document against every rule.
///
/// # Errors
/// The first rule that it breaks. Only other files from the processor help.
pub fn verify(document: &Document, original: Option<&Original>) -> Result<(), NormalizeError> {
    let evidence = Evidence { document, original };
    let broken = RULES.iter().find_map(|rule| Some((rule.place, (rule.check)(&evidence)?)));
    broken.map_or(Ok(()), |(place, fault)| Err(NormalizeError::new(place, fault)))
}

#[cfg(test)]
mod tests;
