use super::block::Block;
use std::fmt::Write as _;

/// More columns than this is a layout trick or a bomb, not a table.
const COLUMNS_MAX: usize = 64;
/// Deeper lists than this are flattened.
const LIST_DEPTH_MAX: u8 = 8;

/// Writes blocks as `CommonMark` with GFM tables. What the author wrote is escaped, so it cannot become markup.
pub(super) fn render(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut list = ListState::default();
    for block in blocks {
        let written = match block {
            Block::Heading { level, text } => {
                format!("{} {}", "#".repeat(usize::from(*level)), heading_text(&one_line(text)))
            }
            Block::Paragraph { text } => paragraph(text),
            Block::Item { depth, ordered, text } => {
                let text = one_line(text);
                if text.is_empty() {
                    continue;
                }
                let (indent, marker) = list.place(*depth, *ordered);
                separate(&mut out, list.continues);
                list.continues = true;
                let _ = write!(out, "{:indent$}{marker}{}", "", escape_line(&text));
                continue;
            }
            Block::Table { rows } => table(rows),
            Block::Code { text } => code(text),
        };
        if is_blank(block) || written.trim().is_empty() {
            continue;
        }
        separate(&mut out, false);
        list = ListState::default();
        out.push_str(&written);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn is_blank(block: &Block) -> bool {
    match block {
        Block::Heading { text, .. }
        | Block::Paragraph { text }
        | Block::Item { text, .. }
        | Block::Code { text } => one_line(text).is_empty(),
        Block::Table { rows } => rows.iter().flatten().all(|cell| one_line(cell).is_empty()),
    }
}

fn separate(out: &mut String, same_list: bool) {
    if !out.is_empty() {
        out.push_str(if same_list { "\n" } else { "\n\n" });
    }
}

/// Numbers ordered items and keeps an item at most one level below the item before it.
#[derive(Default)]
struct ListState {
    continues: bool,
    numbers: Vec<u32>,
}

impl ListState {
    fn place(&mut self, depth: u8, ordered: bool) -> (usize, String) {
        let depth = usize::from(depth.min(LIST_DEPTH_MAX)).min(self.numbers.len());
        self.numbers.truncate(depth + 1);
        if self.numbers.len() == depth {
            self.numbers.push(0);
        }
        let number = self.numbers.last_mut().expect("the level was pushed above when it was missing");
        *number += 1;
        let marker = if ordered { format!("{number}. ") } else { "- ".to_owned() };
        (depth * 4, marker)
    }
}

/// The author's line breaks become hard breaks.
fn paragraph(text: &str) -> String {
    let lines = text.lines().map(clean).filter(|line| !line.is_empty());
    lines.map(|line| escape_line(&line)).collect::<Vec<_>>().join("\\\n")
}

fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0).min(COLUMNS_MAX);
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        out.push('|');
        for column in 0..columns {
            let cell = row.get(column).map(|cell| escape(&one_line(cell))).unwrap_or_default();
            let _ = write!(out, " {cell} |");
        }
        if number == 0 {
            let _ = write!(out, "\n|{}", " --- |".repeat(columns));
        }
        if number + 1 < rows.len() {
            out.push('\n');
        }
    }
    out
}

/// A fence longer than any run of backticks inside.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let body: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    format!("{fence}\n{}\n{fence}", body.trim_matches('\n'))
}

/// Removes what no reader can see; a tab is a space.
fn clean(line: &str) -> String {
    let visible = line.chars().map(|c| if c == '\t' { ' ' } else { c });
    visible.filter(|c| !c.is_control() && *c != '\u{FEFF}').collect::<String>().trim().to_owned()
}

fn one_line(text: &str) -> String {
    text.lines().map(clean).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Closing hashes would vanish from a heading.
fn heading_text(text: &str) -> String {
    let escaped = escape(text);
    match escaped.strip_suffix('#') {
        Some(rest) => format!("{rest}\\#"),
        None => escaped,
    }
}

/// Escapes inline markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let special = match c {
            '\\' | '*' | '`' | '[' | '<' | '|' | '~' | '^' | '$' => true,
            // Within a word an underscore is only an underscore.
            '_' => !(text[..at].ends_with(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric)),
            '&' => next.is_some_and(|n| n == '#' || n.is_ascii_alphabetic()),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Escapes inline markup and what would start a block at the beginning of a line.
fn escape_line(line: &str) -> String {
    let escaped = escape(line);
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &escaped[digits..];
    if digits > 0 && rest.starts_with(['.', ')']) {
        return format!("{}\\{rest}", &escaped[..digits]);
    }
    if escaped.starts_with(['#', '>', '+', '-', '=', ':']) { format!("\\{escaped}") } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    #[test]
    fn blocks_become_markdown() {
        let blocks = [
            Block::heading(1, "Plan #"),
            Block::paragraph("One\ntwo"),
            Block::item(0, false, "a"),
            Block::item(3, false, "b"),
            Block::item(0, true, "c"),
            Block::paragraph(" \u{7} "),
            Block::Table { rows: vec![vec!["x|y".into(), "z".into()], vec!["1".into()]] },
            Block::Code { text: "a ``` b".into() },
            Block::paragraph("1. not a list"),
        ];
        let expect = "# Plan \\#\n\nOne\\\ntwo\n\n- a\n    - b\n2. c\n\n\
            | x\\|y | z |\n| --- | --- |\n| 1 |  |\n\n````\na ``` b\n````\n\n1\\. not a list\n";
        assert_eq!(render(&blocks), expect);
        assert_eq!(render(&[]), "");
    }

    fn read_back(markdown: &str) -> (Vec<String>, String) {
        let mut tags = Vec::new();
        let mut text = String::new();
        for event in Parser::new_ext(markdown, Options::all() & !Options::ENABLE_SMART_PUNCTUATION) {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::HardBreak => text.push('\n'),
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                other => tags.push(format!("{other:?}")),
            }
        }
        (tags, text)
    }

    proptest! {
        #[test]
        fn whatever_an_author_writes_stays_text(text in "[ -~äé\u{1F600}]{1,60}") {
            let (tags, back) = read_back(&render(&[Block::paragraph(text.clone())]));
            prop_assert_eq!(tags, Vec::<String>::new(), "{}", text);
            prop_assert_eq!(back, text.trim());
        }
    }
}
