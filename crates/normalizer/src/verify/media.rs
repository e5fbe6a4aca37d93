use super::{
    Evidence,
    thresholds::{BITS_PER_SECOND_MAX, BITS_PER_SECOND_MIN, MEDIA_JUDGED_MS_MIN},
};
use crate::Fault;
use document::Kind;

/// A video of this length has about this size: else the facts are of another file.
pub(super) fn fits_the_original(evidence: &Evidence<'_>) -> Option<Fault> {
    let original = evidence.original.filter(|original| original.file_type.kind() == Kind::Video)?;
    let duration_ms = evidence.document.media.as_ref()?.duration_ms;
    let original_bytes = original.bytes;
    let bits_per_second = original_bytes.saturating_mul(8_000) / duration_ms.max(1);
    let implausible = !(BITS_PER_SECOND_MIN..=BITS_PER_SECOND_MAX).contains(&bits_per_second);
    (implausible && duration_ms >= MEDIA_JUDGED_MS_MIN)
        .then_some(Fault::MediaForAnotherFile { duration_ms, original_bytes })
}
