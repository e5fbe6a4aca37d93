//! Duplicates and order: 13 to 21.

use crate::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
