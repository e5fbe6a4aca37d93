use super::changes::Point;
use crate::{
    schema::BlockKind,
    text::layout::{Gap, Layout},
};
use std::ops::Range;

/// A cell of a table: its number in the document, and what stands before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) number: usize,
    pub(super) gap: Gap,
}

/// A paragraph that is done.
pub(super) struct Piece {
    /// Its number; without one, it only holds the place of a cell that may be empty.
    pub(super) paragraph: Option<usize>,
    pub(super) text: String,
    pub(super) kind: BlockKind,
    pub(super) level: Option<u32>,
    pub(super) ordinal: Option<u64>,
    pub(super) cell: Option<Cell>,
}

/// Where a paragraph came to lie: bytes of the text, and how much white space went from its beginning.
#[derive(Clone, Copy, Default)]
struct Placed {
    start: usize,
    length: usize,
    cut: usize,
}

/// Lays paragraphs out and remembers where each came to lie. The paragraphs of one cell are lines of one block.
#[derive(Default)]
pub(super) struct Page {
    pub(super) layout: Layout,
    placed: Vec<Placed>,
    /// The cell whose block is open.
    open_cell: Option<usize>,
    /// The last cell that has a block.
    last_cell: usize,
}

impl Page {
    pub(super) fn place(&mut self, piece: &Piece) {
        let text = piece.text.trim_end();
        let length = text.trim_start().len();
        let cut = text.len() - length;
        if let Some(cell) = piece.cell {
            self.place_in_cell(cell, &text[cut..], piece.paragraph.is_none());
        } else if length > 0 {
            self.open_cell = None;
            let follows_item = self.layout.is_open_kind(BlockKind::ListItem);
            let gap =
                if piece.kind == BlockKind::ListItem && follows_item { Gap::Line } else { Gap::Paragraph };
            self.layout.begin(piece.kind, piece.level, piece.ordinal, gap);
            self.layout.push(&text[cut..]);
        }
        if let Some(paragraph) = piece.paragraph {
            let start = self.layout.text().len() - length;
            if self.placed.len() <= paragraph {
                self.placed.resize(paragraph + 1, Placed { start, ..Placed::default() });
            }
            self.placed[paragraph] = Placed { start, length, cut };
        }
    }

    fn place_in_cell(&mut self, cell: Cell, text: &str, holds_place: bool) {
        if text.is_empty() && !(holds_place && cell.number > self.last_cell) {
            return;
        }
        if self.open_cell == Some(cell.number) {
            self.layout.push("\n");
        } else {
            // After a table inside it, a cell goes on.
            let gap = if cell.number > self.last_cell { cell.gap } else { Gap::Paragraph };
            self.layout.begin(BlockKind::TableCell, None, None, gap);
            self.open_cell = Some(cell.number);
            self.last_cell = self.last_cell.max(cell.number);
        }
        self.layout.push(text);
    }

    /// The byte of the text at a point.
    pub(super) fn byte(&self, point: Point) -> usize {
        let Some(placed) = self.placed.get(point.paragraph) else { return self.layout.text().len() };
        placed.start + point.at.saturating_sub(placed.cut).min(placed.length)
    }

    /// The bytes between two points, whichever comes first.
    pub(super) fn range(&self, start: Point, end: Point) -> Range<usize> {
        let (start, end) = (self.byte(start), self.byte(end));
        start.min(end)..start.max(end)
    }
}
