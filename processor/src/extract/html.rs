//! HTML, tokenized as browsers do and never rendered: scripts, styles, handlers and addresses vanish.

use super::block::Block;
use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer,
        states::RawKind::{Rawtext, Rcdata, ScriptData},
    },
};
use std::cell::RefCell;

/// What these elements hold is not text.
const SILENT: [&str; 10] =
    ["script", "style", "head", "noscript", "template", "iframe", "object", "svg", "textarea", "select"];

/// Reads a page.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    let tokenizer = Tokenizer::new(Sink::default(), html5ever::tokenizer::TokenizerOpts::default());
    // `feed` stops after each script, which nobody runs here.
    while !matches!(tokenizer.feed(&input), html5ever::TokenizerResult::Done) {}
    tokenizer.end();
    let mut page = tokenizer.sink.0.into_inner();
    page.flush();
    page.close_tables();
    page.blocks
}

#[derive(Default)]
struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => page.tag(&tag),
            Token::CharacterTokens(text) => {
                page.text(&text);
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

/// What the text that is being gathered will become.
#[derive(Clone, Copy, Default)]
enum Role {
    #[default]
    Paragraph,
    Heading(u8),
    Item,
    Code,
}

#[derive(Default)]
struct Page {
    blocks: Vec<Block>,
    text: String,
    role: Role,
    /// Open lists; true where numbered.
    lists: Vec<bool>,
    tables: Vec<Vec<Vec<String>>>,
    silent: Vec<String>,
}

impl Page {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let start = tag.kind == TagKind::StartTag;
        if SILENT.contains(&name) {
            if !start {
                if let Some(open) = self.silent.iter().rposition(|open| open == name) {
                    self.silent.truncate(open);
                }
            } else if !tag.self_closing {
                self.silent.push(name.to_owned());
            }
        } else if start && name == "body" {
            // A head may be left unclosed.
            self.silent.clear();
        }
        match (start, name) {
            (true, "title" | "textarea") => return self.raw(name, Rcdata),
            (true, "script") => return TokenSinkResult::RawData(ScriptData),
            (true, "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript") => {
                return TokenSinkResult::RawData(Rawtext);
            }
            (true, "plaintext") => return TokenSinkResult::Plaintext,
            (false, "title") => self.silent.retain(|open| open != "title"),
            _ if !self.silent.is_empty() => {}
            (true, _) => self.start(name),
            (false, _) => self.end(name),
        }
        TokenSinkResult::Continue
    }

    /// The page's title stands in its head and is not text of the page.
    fn raw(&mut self, name: &str, kind: html5ever::tokenizer::states::RawKind) -> TokenSinkResult<()> {
        if name == "title" {
            self.silent.push(name.to_owned());
        }
        TokenSinkResult::RawData(kind)
    }

    fn start(&mut self, name: &str) {
        match name {
            "br" => self.text.push('\n'),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.open(Role::Heading(name.as_bytes()[1] - b'0')),
            "ul" | "menu" | "ol" => {
                self.flush();
                self.lists.push(name == "ol");
            }
            "li" => self.open(Role::Item),
            "pre" => self.open(Role::Code),
            "table" => {
                self.flush();
                self.tables.push(Vec::new());
            }
            "tr" => self.tables.last_mut().into_iter().for_each(|table| table.push(Vec::new())),
            "td" | "th" => {
                if let Some(table) = self.tables.last_mut() {
                    if table.is_empty() {
                        table.push(Vec::new());
                    }
                    table.last_mut().into_iter().for_each(|row| row.push(String::new()));
                }
            }
            _ if is_block(name) => self.open(Role::Paragraph),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "ul" | "menu" | "ol" => {
                self.flush();
                self.lists.pop();
            }
            "table" => {
                self.flush();
                self.close_table();
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "li" | "pre" => self.flush(),
            _ if is_block(name) => self.flush(),
            _ => {}
        }
    }

    fn open(&mut self, role: Role) {
        // A paragraph inside an item is that item's text.
        if matches!((self.role, role), (Role::Item, Role::Paragraph)) && self.text.trim().is_empty() {
            return;
        }
        self.flush();
        self.role = role;
    }

    /// White space collapses, except in preformatted text.
    fn text(&mut self, text: &str) {
        if !self.silent.is_empty() {
            return;
        }
        if matches!(self.role, Role::Code) {
            self.text.push_str(text);
            return;
        }
        for c in text.chars() {
            if !matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{C}') {
                self.text.push(c);
            } else if !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
        }
        if self.cell().is_some() {
            let text = std::mem::take(&mut self.text);
            self.cell().into_iter().for_each(|cell| cell.push_str(&text));
        }
    }

    fn cell(&mut self) -> Option<&mut String> {
        self.tables.last_mut()?.last_mut()?.last_mut()
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        let role = std::mem::take(&mut self.role);
        if let Some(cell) = self.cell() {
            cell.push_str(&text);
            cell.push('\n');
            return;
        }
        if text.trim().is_empty() {
            return;
        }
        let depth = u8::try_from(self.lists.len().saturating_sub(1)).unwrap_or(u8::MAX);
        self.blocks.push(match role {
            Role::Paragraph => Block::paragraph(text),
            Role::Heading(level) => Block::heading(level, text),
            Role::Item => Block::item(depth, self.lists.last().copied().unwrap_or(false), text),
            Role::Code => Block::Code { text },
        });
    }

    fn close_table(&mut self) {
        let Some(rows) = self.tables.pop() else { return };
        match self.cell() {
            Some(cell) => rows.iter().flatten().for_each(|text| cell.push_str(text)),
            None => self.blocks.push(Block::Table { rows }),
        }
    }

    fn close_tables(&mut self) {
        while !self.tables.is_empty() {
            self.close_table();
        }
    }
}

fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 22] = [
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "nav",
        "aside",
        "blockquote",
        "figure",
        "figcaption",
        "address",
        "dl",
        "dt",
        "dd",
        "hr",
        "form",
        "fieldset",
        "details",
        "summary",
        "body",
    ];
    BLOCKS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_text_and_its_structure_survive() {
        let found = blocks(
            "<!doctype html><html><head><title>T</title><style>p{}</style><script>if (a<b) '<p>no'</script></head>\
             <body onload=x><h2>Goals &amp; <em>aims</em></h2><p onclick=evil()>One<br>two<p>three\
             <ul><li>a<ol><li><p>b</p></ol></ul><table><tr><th>x<td>y</table><pre> k\n v</pre>\
             <script src=//evil></script><svg><text>no</text></svg>end",
        );
        let expect = [
            Block::heading(2, "Goals & aims"),
            Block::paragraph("One\ntwo"),
            Block::paragraph("three"),
            Block::item(0, false, "a"),
            Block::item(1, true, "b"),
            Block::Table { rows: vec![vec!["x".into(), "y\n".into()]] },
            Block::Code { text: " k\n v".into() },
            Block::paragraph("end"),
        ];
        assert_eq!(found, expect);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "[<>/a-z \"'=&;!-]{0,200}") {
            let held: usize = blocks(&text).iter().map(|block| format!("{block:?}").len()).sum();
            prop_assert!(held <= 200 * (text.len() + 1));
        }
    }
}
