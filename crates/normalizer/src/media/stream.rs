//! What several formats of media facts say in the same ways.

use crate::{json::Number, limits::DURATION_SECONDS_MAX};

/// Whole milliseconds of a duration in seconds, if it can be believed.
pub(super) fn millis(seconds: Number) -> Option<u64> {
    let seconds = seconds.0.filter(|seconds| (0.0..=DURATION_SECONDS_MAX).contains(seconds))?;
    Number(Some((seconds * 1000.0).round())).whole()
}

/// Width and height as shown, after the rotation that players apply.
pub(super) fn shown(
    width: Option<u64>,
    height: Option<u64>,
    rotation_degrees: f64,
) -> (Option<u64>, Option<u64>) {
    let on_its_side = (rotation_degrees.abs() % 180.0 - 90.0).abs() < 1.0;
    if on_its_side { (height, width) } else { (width, height) }
}

/// Frames a second, to three decimals.
pub(super) fn frame_rate(rate: f64) -> Option<f64> {
    (rate.is_finite() && rate > 0.0).then(|| (rate * 1000.0).round() / 1000.0)
}
