use super::changes::Point;
use crate::text::grid::{Grid, Piece};
use std::ops::Range;

/// Lays paragraphs out and remembers where each came to lie.
#[derive(Default)]
pub(super) struct Page {
    pub(super) grid: Grid,
    placed: Vec<Placed>,
}

/// Where a paragraph came to lie: bytes of the text, and how much white space went from its beginning.
#[derive(Clone, Copy, Default)]
struct Placed {
    start: usize,
    cut: usize,
    length: usize,
}

impl Page {
    /// Lays out the paragraph of this number.
    pub(super) fn place(&mut self, paragraph: usize, piece: &Piece) {
        let (cut, length) = self.grid.place(piece);
        let start = self.text().len() - length;
        if self.placed.len() <= paragraph {
            self.placed.resize(paragraph + 1, Placed { start, ..Placed::default() });
        }
        self.placed[paragraph] = Placed { start, cut, length };
    }

    pub(super) fn text(&self) -> &str {
        self.grid.layout.text()
    }

    /// The byte of the text at a point.
    pub(super) fn byte(&self, point: Point) -> usize {
        let Some(placed) = self.placed.get(point.paragraph) else { return self.text().len() };
        placed.start + point.at.saturating_sub(placed.cut).min(placed.length)
    }

    /// The bytes between two points, whichever comes first.
    pub(super) fn range(&self, start: Point, end: Point) -> Range<usize> {
        let (start, end) = (self.byte(start), self.byte(end));
        start.min(end)..start.max(end)
    }
}
