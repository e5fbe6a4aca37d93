use super::lines::{Fence, Line, Marker, ends_html};
use std::ops::Range;

/// A stretch of Markdown that can be read on its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Portion {
    pub(super) range: Range<usize>,
    /// It begins with an item of the list with which the portion before it ended.
    pub(super) continues_list: bool,
}

/// Cuts Markdown at lines that begin a block outside any other, so that no block is cut in two. Portions have at least
/// `bytes`, and may have many more: where it cannot be told whether a line begins such a block, there is no cut.
pub(super) fn portions(markdown: &str, bytes: usize) -> impl Iterator<Item = Portion> + '_ {
    let mut lines = markdown.split_inclusive('\n');
    let (mut start, mut at, mut continues_list) = (0, 0, false);
    let mut state = State::default();
    std::iter::from_fn(move || {
        for line in lines.by_ref() {
            let cut = state.line(Line::of(line));
            let line_start = at;
            at += line.len();
            if let Some(cut) = cut
                && line_start > start
                && line_start - start >= bytes
            {
                let range = std::mem::replace(&mut start, line_start)..line_start;
                let continues_list = std::mem::replace(&mut continues_list, cut == Cut::InList);
                return Some(Portion { range, continues_list });
            }
        }
        let rest = std::mem::replace(&mut start, markdown.len())..markdown.len();
        (!rest.is_empty()).then_some(Portion { range: rest, continues_list })
    })
}

/// How a line may begin a portion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    NewBlock,
    /// As the next item of a list.
    InList,
}

/// What is open after the lines so far.
#[derive(Default)]
struct State {
    open: Open,
    before: Before,
    list: List,
    /// Something may be open in which an indented line lies.
    nested: bool,
    /// The lines since the last blank one may be HTML.
    in_html: bool,
    /// What is open cannot be told any more.
    unsure: bool,
}

/// The line before.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    #[default]
    Blank,
    /// Began an item of the outermost list.
    Item,
    Other,
}

/// The outermost list.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum List {
    #[default]
    Closed,
    Open(Marker),
    /// It cannot be told whether it is still open.
    Unsure,
}

/// What a line alone can end.
#[derive(Default)]
enum Open {
    #[default]
    Nothing,
    /// Fenced code; `nested` if it may lie in a list and end with it.
    Code {
        fence: Fence,
        nested: bool,
    },
    Html {
        end: &'static str,
        nested: bool,
    },
}

impl State {
    /// Takes in a line, and says whether a portion may begin with it.
    fn line(&mut self, line: Line<'_>) -> Option<Cut> {
        if self.unsure || self.goes_on(line) {
            return None;
        }
        if line.is_blank() {
            (self.before, self.in_html) = (Before::Blank, false);
            return None;
        }
        let marker = line.marker();
        let cut = self.cut(line, marker);
        self.follow_list(line, marker);
        self.open(line);
        let begins_item = line.indent == 0 && marker.is_some();
        self.before = if begins_item { Before::Item } else { Before::Other };
        cut
    }

    /// Whether the line goes on with code or HTML that is open, or ends it.
    fn goes_on(&mut self, line: Line<'_>) -> bool {
        let (ends, nested) = match &self.open {
            Open::Nothing => return false,
            Open::Code { fence, nested } => (line.closes(*fence), *nested),
            Open::Html { end, nested } => (ends_html(line.content, end), *nested),
        };
        if nested && line.indent == 0 && !line.is_blank() {
            self.unsure = true;
        }
        if ends {
            self.open = Open::Nothing;
        }
        self.before = Before::Other;
        true
    }

    fn cut(&self, line: Line<'_>, marker: Option<Marker>) -> Option<Cut> {
        let after_blank = self.before == Before::Blank;
        match marker {
            _ if line.indent > 0 => None,
            Some(_) if self.list == List::Unsure => None,
            Some(marker) if self.list == List::Open(marker) => {
                (after_blank || self.before == Before::Item).then_some(Cut::InList)
            }
            _ => after_blank.then_some(Cut::NewBlock),
        }
    }

    fn follow_list(&mut self, line: Line<'_>, marker: Option<Marker>) {
        match marker {
            Some(marker) => {
                // In a paragraph or in HTML it may be text.
                let may_be_text =
                    self.in_html || (self.before == Before::Other && self.list != List::Open(marker));
                let is_item = line.indent == 0 && self.list != List::Unsure && !may_be_text;
                self.list = if is_item { List::Open(marker) } else { List::Unsure };
                self.nested = true;
            }
            None if line.indent > 0 => {}
            None if self.before == Before::Blank => (self.list, self.nested) = (List::Closed, false),
            // A paragraph that goes on, or a block that ends the list.
            None if self.nested => self.list = List::Unsure,
            None => {}
        }
    }

    /// Takes note of code and HTML that begin with the line.
    fn open(&mut self, line: Line<'_>) {
        let nested = self.nested && line.indent > 0;
        if let Some(fence) = line.fence() {
            self.unsure |= self.in_html;
            self.open = Open::Code { fence, nested };
        } else if line.is_html() {
            if let Some(end) = line.html_end().filter(|end| !ends_html(line.content, end)) {
                self.unsure |= self.in_html;
                self.open = Open::Html { end, nested };
            }
            self.in_html = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(markdown: &str, expect: &[&str]) {
        let found: Vec<_> = portions(markdown, 1).map(|portion| &markdown[portion.range]).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn cuts_are_made_between_outermost_blocks() {
        check("", &[]);
        check("a\nb\n\nc", &["a\nb\n\n", "c"]);
        check("a\n\n    b\n\n c\n\nd\n", &["a\n\n    b\n\n c\n\n", "d\n"]);
        check("```\na\n\nb\n```\n\nc", &["```\na\n\nb\n```\n\n", "c"]);
        check("<!--\n\na\n-->\n\nb", &["<!--\n\na\n-->\n\n", "b"]);
        check("- a\n- b\n\n  c\n\n* d\n\ne", &["- a\n", "- b\n\n  c\n\n", "* d\n\n", "e"]);
        check("- a\n\n  ```\n\nb\n\nc", &["- a\n\n  ```\n\nb\n\nc"]);
        check("- a\nlazy\n- b\n\nc", &["- a\nlazy\n- b\n\n", "c"]);
    }
}
