//! Forgery and attack: 38 to 46.

use crate::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
