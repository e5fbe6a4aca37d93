use std::ops::Range;

/// Elements whose content is not text.
const RAW: [&str; 2] = ["script", "style"];
/// Elements that begin on a new line where they are shown.
const BREAKS: [&str; 15] = [
    "p",
    "div",
    "br",
    "tr",
    "td",
    "th",
    "li",
    "ul",
    "ol",
    "table",
    "h1",
    "h2",
    "h3",
    "section",
    "blockquote",
];

/// What of a block of HTML inside Markdown is text: everything but tags, comments, scripts and styles.
///
/// The block comes line by line, so what is open is remembered from one line to the next. Nothing is rendered: what is
/// mistaken for text is inert, and what is mistaken for a tag is lost to the reader but not to the original.
#[derive(Debug, Default)]
pub(crate) struct HtmlText {
    inside: Inside,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Text,
    /// A tag, and the element whose raw content follows it.
    Tag(Option<&'static str>),
    Comment,
    Raw(&'static str),
}

/// A piece of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(Range<usize>),
    /// The next text begins on a new line; where in the line.
    Break(usize),
}

impl HtmlText {
    /// The pieces of the next line, as ranges of its bytes.
    pub(crate) fn line(&mut self, line: &str) -> Vec<Piece> {
        let lower = line.to_ascii_lowercase();
        let mut pieces = Vec::new();
        let mut at = 0;
        while at < line.len() {
            let rest = &lower[at..];
            at += match self.inside {
                Inside::Text => self.text(rest, at, &mut pieces),
                Inside::Tag(raw) => self.until(rest, ">", raw.map_or(Inside::Text, Inside::Raw), 1),
                Inside::Comment => self.until(rest, "-->", Inside::Text, 3),
                Inside::Raw(name) => {
                    self.until(rest, &format!("</{name}"), Inside::Tag(None), 2 + name.len())
                }
            };
        }
        pieces
    }

    /// Skips to the end of what is open; says how many bytes.
    fn until(&mut self, rest: &str, end: &str, next: Inside, length: usize) -> usize {
        rest.find(end).map_or(rest.len(), |found| {
            self.inside = next;
            found + length
        })
    }

    fn text(&mut self, rest: &str, at: usize, pieces: &mut Vec<Piece>) -> usize {
        let Some(length) = rest.find('<') else {
            pieces.push(Piece::Text(at..at + rest.len()));
            return rest.len();
        };
        if length > 0 {
            pieces.push(Piece::Text(at..at + length));
            return length;
        }
        if rest.starts_with("<!--") {
            self.inside = Inside::Comment;
            return 4;
        }
        let closing = rest.starts_with("</");
        let name = &rest[1 + usize::from(closing)..];
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
        if name.is_empty() && !rest.starts_with("<!") && !rest.starts_with("<?") {
            pieces.push(Piece::Text(at..at + 1));
            return 1;
        }
        if BREAKS.contains(&name) {
            pieces.push(Piece::Break(at));
        }
        let raw = RAW.into_iter().find(|raw| *raw == name && !closing);
        self.inside = Inside::Tag(raw);
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], expect: &str) {
        let mut html = HtmlText::default();
        let mut text = String::new();
        for line in lines {
            for piece in html.line(line) {
                match piece {
                    Piece::Text(range) => text.push_str(&line[range]),
                    Piece::Break(_) => text.push('|'),
                }
            }
        }
        assert_eq!(text, expect);
    }

    #[test]
    fn only_text_survives() {
        check(&["<p>one</p><p>two"], "|one||two");
        check(&["<script>alert('x')\n", "</b>alert()</SCRIPT >after"], "after");
        check(&["<!-- a\n", "<p>b --> c"], " c");
        check(&["<a href=\"javascript:x\"\n", "onclick=y>go</a> 1 < 2"], "go 1 < 2");
        check(&["<style>İ</style>é<"], "é<");
    }
}
