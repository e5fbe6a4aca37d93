//! Markdown, read in portions: the parser keeps some hundred bytes for each mark of what it reads at once.

mod html_text;
mod lines;
mod portions;
mod references;

use super::{
    is_text,
    layout::Gap,
    rendered::{Builder, Rendered},
};
use crate::{
    Fault, NormalizeError, adapter::Adapter, candidate::Candidate, limits::MARKS_MAX, schema::BlockKind,
    source::Source,
};
use html_text::{HtmlText, Piece};
use portions::{Portion, portions};
use pulldown_cmark::{Event, Options, Tag, TagEnd};
use references::References;
use std::{ops::Range, sync::Arc};

/// `CommonMark` with tables and strikethrough. What is markup vanishes; what it marked becomes blocks.
pub(crate) struct Markdown;

impl Adapter for Markdown {
    type Output = Rendered;

    fn name(&self) -> &'static str {
        "markdown"
    }

    fn looked_for(&self) -> &'static str {
        "Markdown"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["text/markdown", "text/x-markdown"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        is_text(file)
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Rendered, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let builder = Source::of(file).and_then(|source| render(source, PORTION_BYTES));
        builder.and_then(Builder::finish).map_err(wrong)
    }
}

/// Bytes that are read at once where blocks permit it: enough that portions cost no time, little beside any text that is
/// large.
const PORTION_BYTES: usize = 32 * 1024;

/// What the text under way lies in.
enum Container {
    Quote,
    List {
        next: Option<u64>,
    },
    /// The number belongs to the first block of the item.
    Item {
        ordinal: Option<u64>,
        fresh: bool,
    },
}

struct Walk {
    out: Builder,
    containers: Vec<Container>,
    html: HtmlText,
    /// Lists that are open.
    lists: usize,
    /// The number after the last one of the last outermost list.
    next_number: Option<u64>,
    /// The next list goes on with that number.
    continues: bool,
    /// Whether the next cell is the first of its row, and whether its row is the first of its table.
    first_cell: bool,
    first_row: bool,
}

fn render(source: Source, portion_bytes: usize) -> Result<Builder, Fault> {
    let markdown = Arc::clone(&source.text);
    let mut walk = Walk {
        out: Builder::new(source),
        containers: Vec::new(),
        html: HtmlText::default(),
        lists: 0,
        next_number: None,
        continues: false,
        first_cell: false,
        first_row: false,
    };
    let portions: Vec<_> = portions(&markdown, portion_bytes).collect();
    // What is too dense is refused before anything of it is read.
    if portions.iter().any(|portion| marks(&markdown[portion.range.clone()]) > MARKS_MAX) {
        return Err(Fault::TooMany { what: "marks in one stretch of Markdown", most: MARKS_MAX });
    }
    let references = References::of(&markdown, &portions);
    for portion in &portions {
        walk.portion(&markdown, portion, &references);
        if walk.out.is_full() {
            break;
        }
    }
    Ok(walk.out)
}

/// Signs for each of which the parser keeps something: those that may be markup, and line ends, for which it looks at all that
/// is open.
const IS_MARK: [bool; 256] = {
    let signs = b"\n*_~`|&\\[]<>!-+#";
    let mut marks = [false; 256];
    let mut at = 0;
    while at < signs.len() {
        marks[signs[at] as usize] = true;
        at += 1;
    }
    marks
};

/// How many such signs there are, and numbers of items.
fn marks(markdown: &str) -> usize {
    let mut after_digit = false;
    let is_mark = |byte: u8| {
        let after_digit = std::mem::replace(&mut after_digit, byte.is_ascii_digit());
        IS_MARK[usize::from(byte)] | (after_digit & matches!(byte, b'.' | b')'))
    };
    markdown.bytes().map(is_mark).map(usize::from).sum()
}

const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

impl Walk {
    fn portion(&mut self, markdown: &str, portion: &Portion, references: &References) {
        self.continues = portion.continues_list;
        let start = portion.range.start;
        let parser = references.parser(&markdown[portion.range.clone()]);
        for (event, range) in parser.into_offset_iter() {
            self.event(event, range.start + start..range.end + start);
            if self.out.is_full() {
                return;
            }
        }
        self.out.end();
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, range),
            Event::Code(text) => self.marked(&text, range),
            Event::SoftBreak | Event::HardBreak => self.marked("\n", range),
            Event::InlineHtml(tag) => self.inline_html(&tag, range),
            Event::Html(line) => self.html_line(&line, &range),
            Event::Rule => self.out.end(),
            // Extensions that are not switched on.
            Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph => self.begin(),
            Tag::HtmlBlock => {
                self.html = HtmlText::default();
                self.begin();
            }
            Tag::Heading { level, .. } => {
                self.out.begin(BlockKind::Heading, Some(*level as u32), None, Gap::Paragraph);
            }
            Tag::CodeBlock(_) => self.out.begin(BlockKind::Code, None, None, Gap::Paragraph),
            Tag::BlockQuote(_) => self.contain(Container::Quote),
            Tag::List(first) => {
                let goes_on = std::mem::take(&mut self.continues) && first.is_some();
                let next = if goes_on { self.next_number.or(*first) } else { *first };
                self.lists += 1;
                self.contain(Container::List { next });
            }
            Tag::Item => {
                let ordinal = self.next_ordinal();
                self.contain(Container::Item { ordinal, fresh: true });
            }
            Tag::Table(_) => self.first_row = true,
            Tag::TableHead | Tag::TableRow => self.first_cell = true,
            Tag::TableCell => self.cell(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph
            | TagEnd::HtmlBlock
            | TagEnd::Heading(_)
            | TagEnd::CodeBlock
            | TagEnd::TableCell
            | TagEnd::Table => self.out.end(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => {
                self.out.end();
                if let Some(Container::List { next }) = self.containers.pop() {
                    self.lists -= 1;
                    self.next_number = next;
                }
            }
            _ => {}
        }
    }

    fn contain(&mut self, container: Container) {
        self.out.end();
        self.containers.push(container);
    }

    fn next_ordinal(&mut self) -> Option<u64> {
        let Some(Container::List { next }) = self.containers.last_mut() else { return None };
        let ordinal = *next;
        *next = ordinal.map(|number| number.saturating_add(1));
        ordinal
    }

    /// Begins a block of the kind that its surroundings give it.
    fn begin(&mut self) {
        let depth = self.lists;
        let (kind, level, ordinal, fresh) = match self.containers.last_mut() {
            Some(Container::Item { ordinal, fresh }) => {
                let depth = u32::try_from(depth).unwrap_or(u32::MAX);
                (BlockKind::ListItem, Some(depth), ordinal.take(), std::mem::take(fresh))
            }
            Some(Container::Quote) => (BlockKind::Quote, None, None, false),
            _ => (BlockKind::Paragraph, None, None, false),
        };
        let follows_item = fresh && self.out.is_last_kind(BlockKind::ListItem);
        self.out.begin(kind, level, ordinal, if follows_item { Gap::Line } else { Gap::Paragraph });
    }

    fn cell(&mut self) {
        let gap = match (self.first_cell, self.first_row) {
            (true, true) => Gap::Paragraph,
            (true, false) => Gap::Line,
            (false, _) => Gap::Cell,
        };
        self.out.begin(BlockKind::TableCell, None, None, gap);
        self.first_row &= !self.first_cell;
        self.first_cell = false;
    }

    /// Text outside any paragraph is that of a tight list item.
    fn text(&mut self, text: &str, range: Range<usize>) {
        if !self.out.is_open() {
            self.begin();
        }
        self.out.push(text, range);
    }

    fn marked(&mut self, text: &str, range: Range<usize>) {
        if !self.out.is_open() {
            self.begin();
        }
        self.out.push_marked(text, range);
    }

    /// Of the tags inside a line only the line break is seen by a reader.
    fn inline_html(&mut self, tag: &str, range: Range<usize>) {
        if tag.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("<br")) {
            self.text("\n", range);
        }
    }

    fn html_line(&mut self, line: &str, range: &Range<usize>) {
        for piece in self.html.line(line) {
            match piece {
                Piece::Text(piece) => {
                    let from = range.start + piece.start..range.start + piece.end;
                    self.text(&line[piece], from);
                }
                Piece::Break(at) => self.text("\n", range.start + at..range.start + at),
            }
        }
    }
}

#[cfg(test)]
mod tests;
