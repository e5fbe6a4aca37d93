use super::page::Cell;
use crate::text::layout::Gap;

/// The tables around the text under way, outermost first.
#[derive(Default)]
pub(super) struct Tables {
    open: Vec<Table>,
    cells: usize,
}

/// Where in a table the text under way lies.
struct Table {
    first_row: bool,
    first_cell: bool,
    cell: Option<Cell>,
}

impl Tables {
    pub(super) fn begin(&mut self) {
        self.open.push(Table { first_row: true, first_cell: true, cell: None });
    }

    pub(super) fn end(&mut self) {
        self.open.pop();
    }

    pub(super) fn begin_row(&mut self) {
        if let Some(table) = self.open.last_mut() {
            table.first_cell = true;
        }
    }

    pub(super) fn begin_cell(&mut self) {
        let Some(table) = self.open.last_mut() else { return };
        let gap = match (table.first_cell, table.first_row) {
            (true, true) => Gap::Paragraph,
            (true, false) => Gap::Line,
            (false, _) => Gap::Cell,
        };
        self.cells += 1;
        table.cell = Some(Cell { number: self.cells, gap });
    }

    /// The cell under way, which is taken out of the table.
    pub(super) fn drop_cell(&mut self) {
        if let Some(table) = self.open.last_mut() {
            table.cell = None;
        }
    }

    pub(super) fn end_cell(&mut self) -> Option<Cell> {
        let table = self.open.last_mut()?;
        let cell = table.cell.take()?;
        table.first_row &= !table.first_cell;
        table.first_cell = false;
        Some(cell)
    }

    /// The innermost cell under way.
    pub(super) fn cell(&self) -> Option<Cell> {
        self.open.iter().rev().find_map(|table| table.cell)
    }
}
