//! Crash points: 1 to 12.

use crate::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
