//! `OpenDocument` text (OASIS `OpenDocument` 1.3, part 3): the accepted view.

use super::{
    archive::Archive,
    block::Block,
    xml::{Attributes, Step, walk},
};
use crate::fault::Fault;
use std::fs::File;

/// What these elements hold is not text of the document.
const SKIPPED: [&str; 5] = ["tracked-changes", "annotation", "note-citation", "sequence-decls", "forms"];
/// `text:s` may claim any number of spaces.
const SPACES_MAX: usize = 80;
/// A repeated cell may claim any number of columns.
const CELL_REPEAT_MAX: usize = 64;

/// Reads an `OpenDocument` text.
pub(super) fn blocks(file: File) -> Result<Vec<Block>, Fault> {
    let content = Archive::open(file)?.required("content.xml")?;
    let mut text = Text { ordered: ordered_lists(&content)?, ..Text::default() };
    walk(&content, |step| match &step {
        Step::Start(name, _) if SKIPPED.contains(name) => text.skipping += 1,
        Step::End(name) if SKIPPED.contains(name) => text.skipping = text.skipping.saturating_sub(1),
        _ if text.skipping > 0 => {}
        Step::Start(name, attributes) => text.start(name, attributes),
        Step::End(name) => text.end(name),
        Step::Text(found) => text.write(found),
    })?;
    Ok(text.blocks)
}

/// The list styles whose first level is numbered.
fn ordered_lists(content: &[u8]) -> Result<Vec<String>, Fault> {
    let (mut found, mut style) = (Vec::new(), String::new());
    walk(content, |step| match step {
        Step::Start("list-style", attributes) => {
            attributes.get("name").unwrap_or_default().clone_into(&mut style);
        }
        Step::Start("list-level-style-number", attributes) if attributes.get("level") == Some("1") => {
            found.push(style.clone());
        }
        _ => {}
    })?;
    Ok(found)
}

#[derive(Default)]
struct Text {
    ordered: Vec<String>,
    blocks: Vec<Block>,
    /// Open paragraphs; notes and frames put one into another.
    open: Vec<(Option<u8>, String)>,
    lists: Vec<bool>,
    tables: Vec<Vec<Vec<String>>>,
    repeat: usize,
    skipping: usize,
}

impl Text {
    fn start(&mut self, name: &str, attributes: &Attributes) {
        let number = |name: &str| attributes.get(name).and_then(|value| value.parse::<usize>().ok());
        match name {
            "h" => {
                let level = number("outline-level").and_then(|level| u8::try_from(level).ok()).unwrap_or(1);
                self.open.push((Some(level), String::new()));
            }
            "p" => self.open.push((None, String::new())),
            "s" => {
                let spaces = number("c").unwrap_or(1).min(SPACES_MAX);
                self.raw(&" ".repeat(spaces));
            }
            "tab" => self.raw(" "),
            "line-break" => self.raw("\n"),
            "list" => {
                let inherited = self.lists.last().copied().unwrap_or(false);
                let ordered =
                    attributes.get("style-name").map(|style| self.ordered.iter().any(|own| own == style));
                self.lists.push(ordered.unwrap_or(inherited));
            }
            "table" => self.tables.push(Vec::new()),
            "table-row" => {
                if let Some(table) = self.tables.last_mut() {
                    table.push(Vec::new());
                }
            }
            "table-cell" | "covered-table-cell" => {
                self.repeat = number("number-columns-repeated").unwrap_or(1).clamp(1, CELL_REPEAT_MAX);
                if let Some(row) = self.tables.last_mut().and_then(|table| table.last_mut()) {
                    row.push(String::new());
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "h" | "p" => {
                if let Some((level, text)) = self.open.pop() {
                    self.paragraph(level, text);
                }
            }
            "list" => {
                self.lists.pop();
            }
            "table-cell" | "covered-table-cell" => {
                let repeat = self.repeat;
                if let Some(row) = self.tables.last_mut().and_then(|table| table.last_mut())
                    && let Some(cell) = row.last().cloned()
                {
                    row.extend(std::iter::repeat_n(cell, repeat.saturating_sub(1)));
                }
                self.repeat = 1;
            }
            "table" => self.table(),
            _ => {}
        }
    }

    /// White space collapses (part 3, 6.1.2).
    fn write(&mut self, text: &str) {
        let Some((_, out)) = self.open.last_mut() else { return };
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r') {
                if !out.is_empty() && !out.ends_with([' ', '\n']) {
                    out.push(' ');
                }
            } else {
                out.push(c);
            }
        }
    }

    fn raw(&mut self, text: &str) {
        if let Some((_, out)) = self.open.last_mut() {
            out.push_str(text);
        }
    }

    fn paragraph(&mut self, level: Option<u8>, text: String) {
        if let Some(cell) =
            self.tables.last_mut().and_then(|table| table.last_mut()).and_then(|row| row.last_mut())
        {
            cell.push_str(&text);
            cell.push('\n');
            return;
        }
        let depth = u8::try_from(self.lists.len()).unwrap_or(u8::MAX);
        self.blocks.push(match (level, self.lists.last()) {
            (Some(level), _) => Block::heading(level, text),
            (None, Some(ordered)) => Block::item(depth - 1, *ordered, text),
            (None, None) => Block::paragraph(text),
        });
    }

    fn table(&mut self) {
        let Some(rows) = self.tables.pop() else { return };
        match self.tables.last_mut().and_then(|table| table.last_mut()).and_then(|row| row.last_mut()) {
            Some(cell) => rows.iter().flatten().for_each(|text| cell.push_str(text)),
            None => self.blocks.push(Block::Table { rows }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::archive::tests::package, *};

    #[test]
    fn headings_lists_tables_and_spaces_are_read() {
        let xml = r#"<c xmlns:text="t" xmlns:table="b" xmlns:style="s">
            <text:list-style style:name="L1"><text:list-level-style-number text:level="1"/></text:list-style>
            <text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>
            <text:h text:outline-level="2">Goals</text:h>
            <text:p>Two <text:s text:c="2"/>spaces
               and a<text:line-break/>break<annotation><text:p>note</text:p></annotation></text:p>
            <text:list text:style-name="L1"><text:list-item><text:p>one</text:p>
              <text:list><text:list-item><text:p>deep</text:p></text:list-item></text:list></text:list-item></text:list>
            <table:table><table:table-row><table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell>
            </table:table-row></table:table></c>"#;
        let expect = [
            Block::heading(2, "Goals"),
            Block::paragraph("Two   spaces and a\nbreak"),
            Block::item(0, true, "one"),
            Block::item(1, true, "deep"),
            Block::Table { rows: vec![vec!["x\n".into(), "x\n".into()]] },
        ];
        assert_eq!(blocks(package(&[("content.xml", xml.as_bytes())])).unwrap(), expect);
    }
}
