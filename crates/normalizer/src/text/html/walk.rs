use super::elements::Element;
use crate::{
    schema::BlockKind,
    text::{
        grid::{Grid, Piece},
        tables::Tables,
    },
};

/// Lists and quotes inside one another, and tables inside one another, that are told apart; deeper ones count as these.
const DEPTH_MAX: usize = 256;

/// Turns what is marked into blocks. White space collapses as CSS has it (CSS Text, 4.1), and is kept in code.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) grid: Grid,
    /// The text of the block under way.
    text: String,
    /// White space was read that shows only if something follows on its line.
    space: bool,
    around: Vec<Around>,
    lists: usize,
    /// Lists, quotes and tables that are open and too deep to be told apart.
    deeper: usize,
    tables: Tables,
    heading: Option<u32>,
    /// Code elements that are open.
    code: usize,
    /// A line end right after the beginning of code belongs to its markup.
    at_code: bool,
}

/// What the text under way lies in.
enum Around {
    List { is_numbered: bool, next: i64, step: i64, item: Option<Item> },
    Quote,
}

#[derive(Default)]
struct Item {
    ordinal: Option<u64>,
    /// Nothing of it was laid out yet.
    fresh: bool,
}

/// What the attributes of a start tag say of a list or its item.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    pub(super) start: Option<i64>,
    pub(super) value: Option<i64>,
    pub(super) reversed: bool,
}

impl Walk {
    pub(super) fn start(&mut self, element: Element, numbers: Numbers) {
        match element {
            Element::Inline | Element::Skipped => return,
            Element::LineBreak => {
                self.text.push('\n');
                self.space = false;
                return;
            }
            _ => self.end_block(),
        }
        match element {
            Element::Heading(level) => self.heading = Some(level),
            Element::List(is_numbered) => {
                let step = if numbers.reversed { -1 } else { 1 };
                let next = numbers.start.unwrap_or(1);
                // Where a list that counts down starts depends on items that are still to come.
                let is_numbered = is_numbered && !(numbers.reversed && numbers.start.is_none());
                self.contain(Around::List { is_numbered, next, step, item: None });
            }
            Element::Item => self.begin_item(numbers.value),
            Element::Quote => self.contain(Around::Quote),
            Element::Code => {
                self.code += 1;
                self.at_code = true;
            }
            Element::Table if self.tables.depth() == DEPTH_MAX => self.deeper += 1,
            Element::Table => {
                self.hold_cell();
                self.tables.begin();
            }
            Element::Row => {
                self.end_cell();
                self.tables.begin_row();
            }
            Element::Cell => {
                self.end_cell();
                self.tables.begin_cell();
            }
            _ => {}
        }
    }

    pub(super) fn end(&mut self, element: Element) {
        match element {
            Element::Inline | Element::Skipped | Element::LineBreak => return,
            _ => self.end_block(),
        }
        match element {
            Element::Heading(_) => self.heading = None,
            Element::Item => {
                if let Some(Around::List { item, .. }) = self.around.last_mut() {
                    *item = None;
                }
            }
            Element::List(_) | Element::Quote | Element::Table if self.deeper > 0 => self.deeper -= 1,
            Element::List(_) => self.leave(true),
            Element::Quote => self.leave(false),
            Element::Code => self.code = self.code.saturating_sub(1),
            Element::Cell | Element::Row => self.end_cell(),
            Element::Table => {
                self.end_cell();
                self.tables.end();
            }
            _ => {}
        }
    }

    fn contain(&mut self, around: Around) {
        if self.around.len() == DEPTH_MAX {
            self.deeper += 1;
            return;
        }
        self.lists += usize::from(matches!(around, Around::List { .. }));
        self.around.push(around);
    }

    /// Leaves the innermost list or quote, and what was left open in it.
    fn leave(&mut self, list: bool) {
        let open = if list { self.lists } else { self.around.len() - self.lists };
        if open == 0 {
            return;
        }
        while let Some(left) = self.around.pop() {
            let was_list = matches!(left, Around::List { .. });
            self.lists -= usize::from(was_list);
            if was_list == list {
                return;
            }
        }
    }

    fn begin_item(&mut self, value: Option<i64>) {
        if let Some(Around::List { is_numbered, next, step, item }) = self.around.last_mut() {
            let number = value.unwrap_or(*next);
            *next = number.saturating_add(*step);
            let ordinal = is_numbered.then(|| u64::try_from(number).ok()).flatten();
            *item = Some(Item { ordinal, fresh: true });
        }
    }

    fn hold_cell(&mut self) {
        if let Some(cell) = self.tables.cell() {
            self.grid.hold(cell);
        }
    }

    fn end_cell(&mut self) {
        if let Some(cell) = self.tables.end_cell() {
            self.grid.hold(cell);
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.code > 0 {
            let text = if self.at_code { text.strip_prefix('\n').unwrap_or(text) } else { text };
            self.at_code = false;
            self.text.push_str(text);
            return;
        }
        let mut words = text.split([' ', '\t', '\n', '\r', '\u{C}']);
        self.word(words.next().unwrap_or_default());
        for word in words {
            self.space = true;
            self.word(word);
        }
    }

    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        if std::mem::take(&mut self.space) && !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push(' ');
        }
        self.text.push_str(word);
    }

    pub(super) fn end_block(&mut self) {
        self.space = false;
        if self.text.is_empty() {
            return;
        }
        let mut piece = Piece {
            text: std::mem::take(&mut self.text),
            kind: BlockKind::Paragraph,
            level: None,
            ordinal: None,
            begins_item: false,
            cell: self.tables.cell(),
        };
        if self.code > 0 {
            piece.kind = BlockKind::Code;
        } else if self.heading.is_some() {
            (piece.kind, piece.level) = (BlockKind::Heading, self.heading);
        } else {
            match self.around.last_mut() {
                Some(Around::Quote) => piece.kind = BlockKind::Quote,
                Some(Around::List { item: Some(item), .. }) => {
                    (piece.kind, piece.level) = (BlockKind::ListItem, u32::try_from(self.lists).ok());
                    (piece.ordinal, piece.begins_item) =
                        (item.ordinal.take(), std::mem::take(&mut item.fresh));
                }
                _ => {}
            }
        }
        self.grid.place(&piece);
        // Its memory serves the next block.
        self.text = piece.text;
        self.text.clear();
    }
}
