//! Corruption: 33 to 37.

use crate::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
