use super::{
    Evidence,
    thresholds::{
        COVERAGE_JUDGED_MS_MIN, COVERAGE_PERCENT_MIN, OVERRUN_MS_MAX, RATE_JUDGED_WORDS_MIN,
        SILENCE_UNEXPLAINED_MS_MAX, WORDS_PER_MINUTE_MAX,
    },
};
use crate::{Fault, words::words};

/// Nothing is said after the end: else it is the transcript of another video.
pub(super) fn lies_within_the_media(evidence: &Evidence<'_>) -> Option<Fault> {
    let duration_ms = evidence.document.media.as_ref()?.duration_ms;
    let end_ms = end_ms(evidence)?;
    (end_ms > duration_ms.saturating_add(OVERRUN_MS_MAX))
        .then_some(Fault::TranscriptOutsideMedia { end_ms, duration_ms })
}

/// Where there is sound, something is said, or the processor says why nothing is written down.
pub(super) fn is_there_or_explained(evidence: &Evidence<'_>) -> Option<Fault> {
    let (media, transcript) = (evidence.document.media.as_ref()?, evidence.document.transcript.as_ref()?);
    let missing = media.has_audio
        && media.duration_ms > SILENCE_UNEXPLAINED_MS_MAX
        && transcript.segments.is_empty()
        && transcript.note.is_none();
    missing.then_some(Fault::TranscriptMissing { duration_ms: media.duration_ms })
}

/// It does not end right after the beginning of a long video.
pub(super) fn covers_the_media(evidence: &Evidence<'_>) -> Option<Fault> {
    let duration_ms = evidence.document.media.as_ref()?.duration_ms;
    let end_ms = end_ms(evidence)?;
    let short = duration_ms >= COVERAGE_JUDGED_MS_MIN
        && end_ms.saturating_mul(100) < duration_ms.saturating_mul(COVERAGE_PERCENT_MIN);
    short.then_some(Fault::TranscriptCutShort { end_ms, duration_ms })
}

/// No more is said than people can say in that time.
pub(super) fn can_be_spoken(evidence: &Evidence<'_>) -> Option<Fault> {
    let segments = &evidence.document.transcript.as_ref()?.segments;
    let said: usize = segments.iter().map(|segment| words(&segment.text)).sum();
    let start_ms = segments.iter().map(|segment| segment.start_ms).min()?;
    let time_ms = end_ms(evidence)?.saturating_sub(start_ms).max(1);
    let per_minute = (said as u64).saturating_mul(60_000) / time_ms;
    (said >= RATE_JUDGED_WORDS_MIN && per_minute > WORDS_PER_MINUTE_MAX)
        .then_some(Fault::TranscriptTooDense { words_per_minute: per_minute })
}

/// When the last words end.
fn end_ms(evidence: &Evidence<'_>) -> Option<u64> {
    evidence.document.transcript.as_ref()?.segments.iter().map(|segment| segment.end_ms).max()
}
