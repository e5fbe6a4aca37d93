use super::{
    html_text::{HtmlText, Piece},
    is_text,
    layout::Gap,
    rendered::{Builder, Rendered},
};
use crate::{NormalizeError, adapter::Adapter, candidate::Candidate, schema::BlockKind, source::Source};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

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
        render(Source::of(file).map_err(wrong)?).finish().map_err(wrong)
    }
}

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
    /// Whether the next cell is the first of its row, and whether its row is the first of its table.
    first_cell: bool,
    first_row: bool,
}

fn render(source: Source) -> Builder {
    let markdown = std::rc::Rc::clone(&source.text);
    let mut walk = Walk {
        out: Builder::new(source),
        containers: Vec::new(),
        html: HtmlText::default(),
        first_cell: false,
        first_row: false,
    };
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(&markdown, options).into_offset_iter() {
        match event {
            Event::Start(tag) => walk.start(&tag),
            Event::End(tag) => walk.end(tag),
            Event::Text(text) => walk.text(&text, range),
            Event::Code(text) => walk.marked(&text, range),
            Event::SoftBreak | Event::HardBreak => walk.marked("\n", range),
            Event::InlineHtml(tag) => walk.inline_html(&tag, range),
            Event::Html(line) => walk.html_line(&line, &range),
            Event::Rule => walk.out.end(),
            // Extensions that are not switched on.
            Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }
    walk.out
}

impl Walk {
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
            Tag::List(first) => self.contain(Container::List { next: *first }),
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
                self.containers.pop();
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
        let depth =
            self.containers.iter().filter(|container| matches!(container, Container::List { .. })).count();
        let (kind, level, ordinal, fresh) = match self.containers.last_mut() {
            Some(Container::Item { ordinal, fresh }) => {
                let depth = u32::try_from(depth).unwrap_or(u32::MAX);
                (BlockKind::ListItem, Some(depth), ordinal.take(), std::mem::take(fresh))
            }
            Some(Container::Quote) => (BlockKind::Quote, None, None, false),
            _ => (BlockKind::Paragraph, None, None, false),
        };
        let follows_item = fresh && self.out.last_kind() == Some(BlockKind::ListItem);
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
mod tests {
    use super::*;
    use crate::text::Located;
    use proptest::prelude::*;

    fn rendered(markdown: &str) -> Rendered {
        render(Source::from_decoded(markdown.to_owned())).finish().expect("few blocks")
    }

    fn check(markdown: &str, text: &str, blocks: &[(BlockKind, Option<u32>, &str)]) {
        let rendered = rendered(markdown);
        assert_eq!(rendered.text, text);
        let found: Vec<_> =
            rendered.blocks.iter().map(|b| (b.kind, b.level, &rendered.text[b.span.clone()])).collect();
        assert_eq!(found, blocks);
    }

    #[test]
    fn markup_becomes_blocks() {
        use BlockKind::{Code, Heading, ListItem, Paragraph, Quote};
        check(
            "# A *big* title\n\nOne `two` **three**\nfour &amp; \\*five\\*.\n\n> said\n\n```\n  let x\n```\n",
            "A big title\n\nOne two three\nfour & *five*.\n\nsaid\n\n  let x",
            &[
                (Heading, Some(1), "A big title"),
                (Paragraph, None, "One two three\nfour & *five*."),
                (Quote, None, "said"),
                (Code, None, "  let x"),
            ],
        );
        check(
            "3. three\n4. four\n   - inner\n\n   more\n",
            "three\nfour\ninner\n\nmore",
            &[
                (ListItem, Some(1), "three"),
                (ListItem, Some(1), "four"),
                (ListItem, Some(2), "inner"),
                (ListItem, Some(1), "more"),
            ],
        );
        let ordinals: Vec<_> =
            rendered("3. three\n4. four\n").blocks.iter().map(|block| block.ordinal).collect();
        assert_eq!(ordinals, [Some(3), Some(4)]);
    }

    #[test]
    fn tables_keep_their_grid() {
        use BlockKind::{Paragraph, TableCell};
        check(
            "| Time | Do |\n|---|---|\n| 5 min |  |\n| `a\\|b` | x<br>y |\n\nend",
            "Time\tDo\n5 min\t\na|b\tx\ny\n\nend",
            &[
                (TableCell, None, "Time"),
                (TableCell, None, "Do"),
                (TableCell, None, "5 min"),
                (TableCell, None, ""),
                (TableCell, None, "a|b"),
                (TableCell, None, "x\ny"),
                (Paragraph, None, "end"),
            ],
        );
    }

    #[test]
    fn html_is_reduced_to_its_text() {
        let Rendered { text, .. } = rendered(
            "<div onclick=\"x()\">\nHi <b>there</b>\n</div>\n\n<script>\nbad()\n</script>\n\nok <i>now</i>",
        );
        assert_eq!(text, "Hi there\n\nok now");
    }

    #[test]
    fn ranges_of_the_source_are_found_in_the_text() {
        let markdown = "## The **very** good &amp; `old` idea\n\n---\n\n- [link](http://x)\n";
        let rendered = rendered(markdown);
        let locate = |part: &str| {
            let start = markdown.find(part).expect("part of the source");
            match rendered.locate(&(start..start + part.len())) {
                Located::At(range) => format!("at {}", &rendered.text[range]),
                Located::Near(range) => format!("near {}", &rendered.text[range]),
                Located::Nowhere => "nowhere".to_owned(),
            }
        };
        assert_eq!(locate("very"), "at very");
        assert_eq!(locate("**very** good"), "at very good");
        assert_eq!(locate("y** g"), "at y g");
        assert_eq!(locate("&amp;"), "at &");
        assert_eq!(locate("mp"), "at &");
        assert_eq!(locate("`old`"), "at old");
        assert_eq!(locate("ol"), "at ol");
        assert_eq!(locate("##"), "near The ");
        assert_eq!(locate("---"), "nowhere");
        assert_eq!(locate("http"), "near link");
        let point = markdown.find("good").expect("there");
        assert_eq!(rendered.locate(&(point..point)), Located::At(9..9));
    }

    proptest! {
        /// Whatever the markup, pieces keep their order, lie inside, and verbatim ones are the same on both sides.
        #[test]
        fn pieces_lie_where_they_say(markdown in "([#>*_`|<&;\\-!\\[\\]() 0-9a-cé👍\n\t.~]|<p>|<!--|-->|1\\. |\\|--\\|\n){0,120}") {
            let rendered = rendered(&markdown);
            let (mut text_end, mut source_end) = (0, 0);
            for segment in &rendered.segments {
                prop_assert!(segment.text.start >= text_end && segment.source.start >= source_end, "{:?}", rendered);
                (text_end, source_end) = (segment.text.end, segment.source.end);
                if segment.verbatim {
                    prop_assert_eq!(&rendered.text[segment.text.clone()], &rendered.source.text[segment.source.clone()]);
                }
            }
            let mut end = 0;
            for block in &rendered.blocks {
                prop_assert!(block.span.start >= end && block.span.end <= rendered.text.len());
                end = block.span.end;
            }
            prop_assert!(text_end <= rendered.text.len());
            let bounds: Vec<usize> = rendered.source.text.char_indices().map(|(at, _)| at).collect();
            for pair in bounds.windows(3) {
                if let Located::At(range) | Located::Near(range) = rendered.locate(&(pair[0]..pair[2])) {
                    prop_assert!(rendered.text.get(range).is_some());
                }
            }
        }
    }
}
