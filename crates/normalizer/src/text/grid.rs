use super::{
    layout::{Gap, Layout},
    tables::Cell,
};
use crate::schema::BlockKind;

/// A stretch of text that is done and knows what it is.
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) kind: BlockKind,
    pub(crate) level: Option<u32>,
    pub(crate) ordinal: Option<u64>,
    /// The first stretch of an item of a list.
    pub(crate) begins_item: bool,
    /// The cell that it lies in, of which it becomes a line whatever else it is.
    pub(crate) cell: Option<Cell>,
}

/// Lays stretches of text out, those of one cell as lines of one block: a row has as many blocks as cells.
#[derive(Default)]
pub(crate) struct Grid {
    pub(crate) layout: Layout,
    /// The cell whose block is open.
    open_cell: Option<usize>,
    /// The last cell that has a block.
    last_cell: usize,
}

impl Grid {
    /// Lays out a stretch without the white space around it, if anything is left; how much white space went from its
    /// beginning, and how many bytes are left.
    pub(crate) fn place(&mut self, piece: &Piece) -> (usize, usize) {
        let kept = piece.text.trim_end();
        let cut = match piece.kind {
            // The first line of code may be indented.
            BlockKind::Code => kept.len() - kept.trim_start_matches('\n').len(),
            _ => kept.len() - kept.trim_start().len(),
        };
        let kept = &kept[cut..];
        match piece.cell {
            _ if kept.is_empty() => {}
            Some(cell) => {
                if self.open_cell == Some(cell.number) {
                    self.layout.push("\n");
                } else {
                    self.begin_cell(cell);
                }
                self.layout.push(kept);
            }
            None => {
                let next_item = piece.begins_item && self.layout.is_last_kind(BlockKind::ListItem);
                let gap = if next_item { Gap::Line } else { Gap::Paragraph };
                self.open_cell = None;
                self.layout.begin(piece.kind, piece.level, piece.ordinal, gap);
                self.layout.push(kept);
            }
        }
        (cut, kept.len())
    }

    /// Gives a cell a block, so that it keeps its place in the row even if it is empty.
    pub(crate) fn hold(&mut self, cell: Cell) {
        if cell.number > self.last_cell {
            self.begin_cell(cell);
        }
    }

    fn begin_cell(&mut self, cell: Cell) {
        // After a table inside it, a cell goes on.
        let gap = if cell.number > self.last_cell { cell.gap } else { Gap::Paragraph };
        self.layout.begin(BlockKind::TableCell, None, None, gap);
        self.open_cell = Some(cell.number);
        self.last_cell = self.last_cell.max(cell.number);
    }
}
