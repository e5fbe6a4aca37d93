//! Notes of evaluators, each on a passage of a lesson plan, on a moment of a video, or on the whole document.
//!
//! The evaluators and operators of the document's school read them; evaluators write them; only who wrote one changes or
//! deletes it. They lie in a table of their own and are shown as W3C Web Annotations. A note belongs to the normalized
//! document that it was written on: its passage is proved against the text then, and kept with its words.

pub(crate) mod list;
mod note;
mod store;
mod target;
pub(crate) mod write;

pub use list::Notes;
pub(crate) use list::list;
pub use note::{Body, Creator, Note, Selector, ShownTarget};
pub(crate) use store::Store;
pub use target::Target;
pub use write::{Change, NewNote};
pub(crate) use write::{change, create, remove};

use crate::{
    Code, Problem,
    auth::{Person, Role},
};

/// Longest note, in characters: some pages of remarks on one passage.
pub(crate) const NOTE_CHARS_MAX: usize = 5000;
/// Notes on one document: all of them are one answer.
pub(crate) const NOTES_MAX: usize = 500;
/// All notes on one document, in bytes as they are answered: a function's answer ends at 6 MB.
pub(crate) const NOTES_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Refuses whoever may see a document but not what evaluators say of it.
fn may_read(person: &Person) -> Result<(), Problem> {
    if person.sees_school() { Ok(()) } else { person.must_be(Role::Evaluator) }
}

/// A note's text: something, at most so long, without control characters but line ends and tabs.
fn check_body(body: &str) -> Result<(), Problem> {
    let wrong = |detail: &str| Err(Problem::new(Code::FieldWrong).because(detail));
    if body.trim().is_empty() {
        return wrong("body is empty");
    }
    if body.chars().count() > NOTE_CHARS_MAX {
        return wrong(&format!("body has more than {NOTE_CHARS_MAX} characters"));
    }
    if body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return wrong("body has control characters");
    }
    Ok(())
}
