use super::{
    Evidence,
    thresholds::{
        PACKED_GROWS_MAX, PLAIN_GROWS_MAX, PLAIN_SHRINKS_TO_ONE_IN, TEXT_ALWAYS_BYTES_MAX,
        TEXT_JUDGED_BYTES_MIN,
    },
};
use crate::Fault;
use document::{FileType, Kind};

/// A text is about as long as the original lets expect: else it belongs to another document, or was cut off.
pub(super) fn is_as_long_as_the_original(evidence: &Evidence<'_>) -> Option<Fault> {
    let original = evidence.original.filter(|original| original.file_type.kind() == Kind::LessonPlan)?;
    let text_bytes = evidence.document.text.len() as u64;
    let (least, most) = match original.file_type {
        FileType::Text | FileType::Markdown => {
            (original.bytes / PLAIN_SHRINKS_TO_ONE_IN, original.bytes.saturating_mul(PLAIN_GROWS_MAX))
        }
        // Mark-up may be nearly all of a page, and is never text.
        FileType::Html => (0, original.bytes.saturating_mul(PLAIN_GROWS_MAX)),
        // Pictures may be nearly all of a file.
        _ => (0, original.bytes.saturating_mul(PACKED_GROWS_MAX)),
    };
    let short = original.bytes >= TEXT_JUDGED_BYTES_MIN && text_bytes < least;
    let long = text_bytes > most.max(TEXT_ALWAYS_BYTES_MAX);
    let original_bytes = original.bytes;
    (short || long).then_some(Fault::TextLength { text_bytes, original_bytes })
}
