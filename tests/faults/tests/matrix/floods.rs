//! Floods and limits: 47 to 52.

use crate::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
