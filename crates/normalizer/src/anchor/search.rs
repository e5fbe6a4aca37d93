//! Quotes that are not at their place, looked for by what stood around them.

use crate::{
    annotations::Claim,
    limits::{CONTEXT_CLAIMED_BYTES_MAX, SEARCH_BYTES_MAX},
    source::fold,
    text::Rendered,
};
use memchr::memmem::Finder;
use std::{borrow::Cow, cell::OnceCell, ops::Range};

/// Where a quote was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Bytes of the folded source.
    InSource(Range<usize>),
    /// Bytes of the text that readers see: the quote runs across markup.
    InText(Range<usize>),
    /// In no place, or in several that nothing tells apart.
    Nowhere,
    /// The bound on the work for one document is reached.
    NotSearched,
}

/// Looks for quotes, first where the vendor looked and then in what readers see, within a bound on the work for one document.
pub(super) struct Search<'a> {
    rendered: &'a Rendered,
    source: OnceCell<Cow<'a, [u8]>>,
    text: OnceCell<Cow<'a, [u8]>>,
    /// Readers see what the vendor looked at.
    is_source: OnceCell<bool>,
    bytes_left: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(rendered: &'a Rendered) -> Self {
        Self {
            rendered,
            source: OnceCell::new(),
            text: OnceCell::new(),
            is_source: OnceCell::new(),
            bytes_left: SEARCH_BYTES_MAX,
        }
    }

    /// Whether anything more may be read; if so, this much is.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        let may = self.bytes_left > 0;
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
        may
    }

    /// The one place that the claim tells from all others.
    pub(super) fn find(&mut self, claim: &Claim) -> Found {
        let wanted = Wanted::new(claim);
        if wanted.exact.is_empty() {
            return self.find_point(&wanted);
        }
        let rendered = self.rendered;
        let source = self.source.get_or_init(|| spaced(&rendered.source.text));
        match wanted.only_place(source, &mut self.bytes_left) {
            Outcome::One(at) => return Found::InSource(at..at + wanted.exact.len()),
            Outcome::Many => return Found::Nowhere,
            Outcome::NotSearched => return Found::NotSearched,
            Outcome::None if *self.is_source.get_or_init(|| rendered.text == rendered.source.text) => {
                return Found::Nowhere;
            }
            Outcome::None => {}
        }
        let text = self.text.get_or_init(|| spaced(&rendered.text));
        match wanted.only_place(text, &mut self.bytes_left) {
            Outcome::One(at) => Found::InText(at..at + wanted.exact.len()),
            Outcome::None | Outcome::Many => Found::Nowhere,
            Outcome::NotSearched => Found::NotSearched,
        }
    }

    /// A point has nothing but its surroundings.
    fn find_point(&mut self, wanted: &Wanted<'_>) -> Found {
        let around = [wanted.prefix.as_bytes(), wanted.suffix.as_bytes()].concat();
        if around.is_empty() {
            return Found::Nowhere;
        }
        if !self.spend(self.rendered.source.text.len()) {
            return Found::NotSearched;
        }
        let source = self.source.get_or_init(|| spaced(&self.rendered.source.text));
        let finder = Finder::new(&around);
        let mut places = finder.find_iter(source);
        match (places.next(), places.next()) {
            (Some(at), None) => Found::InSource(at + wanted.prefix.len()..at + wanted.prefix.len()),
            _ => Found::Nowhere,
        }
    }
}

/// Vendors show line ends and tabs inside a quote as spaces, so these count as the same.
const SPACES: [char; 3] = ['\n', '\r', '\t'];

/// A text in which quotes are looked for, every byte in its place.
fn spaced(text: &str) -> Cow<'_, [u8]> {
    let space = |byte: u8| if matches!(byte, b'\n' | b'\r' | b'\t') { b' ' } else { byte };
    if text.contains(SPACES) {
        Cow::Owned(text.bytes().map(space).collect())
    } else {
        Cow::Borrowed(text.as_bytes())
    }
}

/// A vendor's quote, a line end of CR LF as one space. Some vendors have made a space of its LF.
fn flat(quote: &str) -> Cow<'_, str> {
    if quote.contains(SPACES) {
        Cow::Owned(fold(&quote.replace("\r ", "\n")).replace(SPACES, " "))
    } else {
        Cow::Borrowed(quote)
    }
}

/// A claim, flattened.
struct Wanted<'a> {
    exact: Cow<'a, str>,
    prefix: Cow<'a, str>,
    suffix: Cow<'a, str>,
}

enum Outcome {
    None,
    One(usize),
    Many,
    NotSearched,
}

impl<'a> Wanted<'a> {
    fn new(claim: &'a Claim) -> Self {
        Self { exact: flat(claim.exact()), prefix: flat(claim.prefix()), suffix: flat(claim.suffix()) }
    }

    /// The only place where the quote stands between its prefix and its suffix; failing that, the only one where it has one
    /// of them, because vendors cut contexts and show markup in them in other ways. Nearness to the given offset proves
    /// nothing: offsets that are wrong are wrong by any amount.
    fn only_place(&self, text: &[u8], bytes_left: &mut usize) -> Outcome {
        let finder = Finder::new(self.exact.as_bytes());
        let (mut whole, mut half) = (Outcome::None, Outcome::None);
        let mut from = 0;
        loop {
            if *bytes_left == 0 {
                return Outcome::NotSearched;
            }
            let found = finder.find(&text[from..]);
            let read = found.unwrap_or(text.len() - from) + self.exact.len() + 2 * CONTEXT_CLAIMED_BYTES_MAX;
            *bytes_left = bytes_left.saturating_sub(read);
            let Some(at) = found else { break };
            let at = from + at;
            let before = text[..at].ends_with(self.prefix.as_bytes());
            let after = text[at + self.exact.len()..].starts_with(self.suffix.as_bytes());
            if before && after {
                whole = whole.and(at);
                if matches!(whole, Outcome::Many) {
                    return whole;
                }
            } else if (before && !self.prefix.is_empty()) || (after && !self.suffix.is_empty()) {
                half = half.and(at);
            }
            // Occurrences may overlap.
            from = at + 1;
        }
        if matches!(whole, Outcome::None) { half } else { whole }
    }
}

impl Outcome {
    fn and(self, at: usize) -> Self {
        if matches!(self, Self::None) { Self::One(at) } else { Self::Many }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, adapter, candidate::Candidate, text::ADAPTERS};

    fn check(markdown: &str, claim: (&str, &str, &str), expect: &Found) {
        let file = Candidate::new(Role::Text, "text/markdown", markdown.as_bytes());
        let (rendered, _) = adapter::read(ADAPTERS, &file).unwrap();
        let (prefix, exact, suffix) = claim;
        let found = Search::new(&rendered).find(&Claim::new(exact, prefix, suffix));
        assert_eq!(&found, expect, "{claim:?} in {markdown:?}");
    }

    #[test]
    fn the_one_place_is_found() {
        let text = "one cat, two cat, three cat";
        check(text, ("two ", "cat", ""), &Found::InSource(13..16));
        check(text, ("two ", "cat", ", three"), &Found::InSource(13..16));
        check(text, ("", "three", ""), &Found::InSource(18..23));
        check(text, ("", "cat", ""), &Found::Nowhere);
        check(text, ("", "dog", ""), &Found::Nowhere);
        check(text, ("", "", ""), &Found::Nowhere);
    }

    #[test]
    fn one_side_is_enough_where_it_tells_the_place() {
        let text = "one cat, two cat, three cat";
        check(text, ("[cut] two ", "cat", ", three"), &Found::InSource(13..16));
        check(text, ("three ", "cat", " sat"), &Found::InSource(24..27));
        check(text, ("[cut]", "cat", ", t"), &Found::Nowhere);
        check(text, ("black ", "cat", " sat"), &Found::Nowhere);
        check(text, ("black ", "three", " dogs"), &Found::Nowhere);
    }

    #[test]
    fn overlapping_occurrences_are_several() {
        check("a nana na", ("", "nana", ""), &Found::InSource(2..6));
        check("banana", ("", "ana", ""), &Found::Nowhere);
        check("banana", ("b", "ana", ""), &Found::InSource(1..4));
    }

    #[test]
    fn quotes_across_markup_are_found_in_what_readers_see() {
        check("A **very** *very* good plan", ("A ", "very very good", ""), &Found::InText(2..16));
        check("two\nlines", ("", "two lines", ""), &Found::InSource(0..9));
        check("a &amp;amp; b", ("a ", "& b", ""), &Found::Nowhere);
        check("a &amp; b", ("a ", "& b", ""), &Found::InText(2..5));
        // A written CR in front of a line end stays in what readers see, and moves nothing.
        check("a&#13;\n*c* é", ("", "c é", ""), &Found::InText(3..7));
    }
}
