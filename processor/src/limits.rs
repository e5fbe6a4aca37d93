//! What is taken at all.

use crate::wire::Kind;

/// A lesson plan with many pictures has some 50 MiB.
const LESSON_PLAN_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Four hours of video at 1080p.
const VIDEO_BYTES_MAX: u64 = 20 * 1024 * 1024 * 1024;
/// The part `job` of a submission, and any other small body.
pub(crate) const JOB_BYTES_MAX: usize = 64 * 1024;
/// A reference becomes part of paths and log lines.
pub(crate) const REFERENCE_BYTES_MAX: usize = 512;

/// The largest file of a kind.
pub(crate) const fn bytes_max(kind: Kind) -> u64 {
    match kind {
        Kind::LessonPlan => LESSON_PLAN_BYTES_MAX,
        Kind::Video => VIDEO_BYTES_MAX,
    }
}
