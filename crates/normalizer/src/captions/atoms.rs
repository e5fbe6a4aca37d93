//! What of a text is never torn: words, the characters of scripts without spaces, pieces of words that no line holds.

use super::LINE_WIDTH_MAX;
use crate::transcript::is_ideographic;

/// A stretch of text that stays on one line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom<'a> {
    pub(super) text: &'a str,
    /// Where it begins in the text of its segment, in bytes.
    pub(super) at: usize,
    /// Whether white space stands before it.
    pub(super) apart: bool,
    pub(super) width: usize,
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
}

/// The atoms of a text, in order.
pub(super) struct Atoms<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Atoms<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'a> Iterator for Atoms<'a> {
    type Item = Atom<'a>;

    fn next(&mut self) -> Option<Atom<'a>> {
        let rest = &self.text[self.at..];
        let found = rest.trim_start_matches(divides);
        let (at, apart) = (self.text.len() - found.len(), found.len() < rest.len());
        let (length, width) = extent(found);
        self.at = at + length;
        (length > 0).then(|| Atom { text: &found[..length], at, apart, width, start_ms: 0, end_ms: 0 })
    }
}

/// How many bytes the first atom takes, and how wide it is.
fn extent(text: &str) -> (usize, usize) {
    let (mut width, mut before) = (0, None);
    for (at, c) in text.char_indices() {
        let own = char_width(c);
        let tears = before.is_some_and(|before| may_break(before, c) || width + own > LINE_WIDTH_MAX);
        if divides(c) || tears {
            return (at, width);
        }
        width += own;
        before = Some(c);
    }
    (text.len(), width)
}

/// White space at which a line may end. That which holds words together does not.
pub(super) fn divides(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{A0}' | '\u{2007}' | '\u{202F}')
}

/// Whether a line may end between two characters without white space: beside an ideograph, but not before a sign that closes
/// nor after one that opens.
fn may_break(before: char, after: char) -> bool {
    let closes = |c: char| !c.is_alphanumeric();
    (is_ideographic(before) || is_ideographic(after)) && !closes(after) && !is_opening(before)
}

fn is_opening(c: char) -> bool {
    matches!(c, '(' | '[' | '{' | '「' | '『' | '（' | '《' | '〈' | '【' | '“' | '‘')
}

/// How wide a text is: wide characters count twice, all others once, so that no line has more characters than it is wide.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    let is_wide =
        is_ideographic(c) || matches!(u32::from(c), 0x1100..=0x115F | 0xAC00..=0xD7A3 | 0x1_F300..=0x1_FAFF);
    if is_wide { 2 } else { 1 }
}
