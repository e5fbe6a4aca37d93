use super::limits::DELETED_CHARS_MAX;
use crate::{Fault, limits::ANNOTATIONS_MAX};

/// A place in the text under way: a paragraph by its number, and a byte of what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) paragraph: usize,
    pub(super) at: usize,
}

/// What somebody did to the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Inserted,
    Deleted,
    MovedHere,
    MovedAway,
}

impl Act {
    pub(super) const fn of(element: &str) -> Option<Self> {
        Some(match element.as_bytes() {
            b"ins" | b"cellIns" => Self::Inserted,
            b"del" | b"cellDel" => Self::Deleted,
            b"moveTo" => Self::MovedHere,
            b"moveFrom" => Self::MovedAway,
            _ => return None,
        })
    }

    /// Whether what it covers is no longer there once it is accepted.
    pub(super) const fn removes(self) -> bool {
        matches!(self, Self::Deleted | Self::MovedAway)
    }
}

/// A tracked change and who made it. The author tells neighbouring changes apart and goes no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Revision {
    pub(super) act: Act,
    pub(super) author: Option<String>,
}

/// A stretch of the text that was put in, or the point where some was taken out.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) revision: Revision,
    pub(super) start: Point,
    pub(super) end: Point,
    /// The beginning of what was taken out.
    pub(super) removed: String,
    /// Characters of it that are not kept.
    pub(super) removed_more: usize,
    /// It goes on through the end of its paragraph.
    through_mark: bool,
}

/// The tracked changes, neighbours of one kind and author together: writers split them wherever the format of a run changes.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) all: Vec<Change>,
}

impl Changes {
    /// Text between two points was put in.
    pub(super) fn inserted(&mut self, revision: &Revision, start: Point, end: Point) -> Result<(), Fault> {
        let last = self.last_like(revision);
        match last.filter(|last| last.end == start || (last.through_mark && follows(last.end, start))) {
            Some(last) => {
                last.end = end;
                last.through_mark = false;
            }
            None => self.push(revision, start, end)?,
        }
        Ok(())
    }

    /// The end of the paragraph that ends at `point` was put in.
    pub(super) fn inserted_mark(&mut self, revision: &Revision, point: Point) -> Result<(), Fault> {
        self.inserted(revision, point, point)?;
        if let Some(last) = self.all.last_mut() {
            last.through_mark = true;
        }
        Ok(())
    }

    /// Text at a point was taken out.
    pub(super) fn removed(&mut self, revision: &Revision, point: Point, text: &str) -> Result<(), Fault> {
        if self.last_like(revision).is_none_or(|last| last.end != point) {
            self.push(revision, point, point)?;
        }
        let Some(last) = self.all.last_mut() else { return Ok(()) };
        // What is kept is counted by its bytes first: characters are never fewer than a quarter of them.
        let mut chars = text.chars();
        if last.removed.len() < DELETED_CHARS_MAX * 4 && last.removed_more == 0 {
            let kept = last.removed.chars().count();
            last.removed.extend(chars.by_ref().take(DELETED_CHARS_MAX.saturating_sub(kept)));
        }
        last.removed_more += chars.count();
        Ok(())
    }

    fn last_like(&mut self, revision: &Revision) -> Option<&mut Change> {
        self.all.last_mut().filter(|last| last.revision == *revision)
    }

    fn push(&mut self, revision: &Revision, start: Point, end: Point) -> Result<(), Fault> {
        if self.all.len() == ANNOTATIONS_MAX {
            return Err(Fault::TooMany { what: "tracked changes", most: ANNOTATIONS_MAX });
        }
        let (revision, removed) = (revision.clone(), String::new());
        self.all.push(Change { revision, start, end, removed, removed_more: 0, through_mark: false });
        Ok(())
    }
}

/// Whether a point begins the paragraph after the one of `end`.
fn follows(end: Point, point: Point) -> bool {
    point.at == 0 && point.paragraph == end.paragraph + 1
}
