use super::layout::Gap;

/// A cell of a table: its number in the document, and what stands before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) number: usize,
    pub(crate) gap: Gap,
}

/// The tables around the text under way, outermost first.
#[derive(Default)]
pub(crate) struct Tables {
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
    pub(crate) fn begin(&mut self) {
        self.open.push(Table { first_row: true, first_cell: true, cell: None });
    }

    pub(crate) fn end(&mut self) {
        self.open.pop();
    }

    pub(crate) fn begin_row(&mut self) {
        if let Some(table) = self.open.last_mut() {
            table.first_cell = true;
        }
    }

    pub(crate) fn begin_cell(&mut self) {
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
    pub(crate) fn drop_cell(&mut self) {
        if let Some(table) = self.open.last_mut() {
            table.cell = None;
        }
    }

    pub(crate) fn end_cell(&mut self) -> Option<Cell> {
        let table = self.open.last_mut()?;
        let cell = table.cell.take()?;
        table.first_row &= !table.first_cell;
        table.first_cell = false;
        Some(cell)
    }

    /// How many tables are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The innermost cell under way.
    pub(crate) fn cell(&self) -> Option<Cell> {
        self.open.iter().rev().find_map(|table| table.cell)
    }
}
