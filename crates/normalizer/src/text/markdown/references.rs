use super::{OPTIONS, portions::Portion};
use pulldown_cmark::{BrokenLink, BrokenLinkCallback, CowStr, Parser};
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

/// The names of links that are defined anywhere in a text: a definition serves portions in front of it as well. Where a link
/// leads does not matter, so a name's hash is enough.
pub(super) struct References(HashSet<u64>);

impl References {
    pub(super) fn of(markdown: &str, portions: &[Portion]) -> Self {
        let mut names = HashSet::new();
        // One portion knows its own.
        if portions.len() > 1 {
            for portion in portions {
                let portion = &markdown[portion.range.clone()];
                if memchr::memmem::find(portion.as_bytes(), b"]:").is_some() {
                    let parser = Parser::new_ext(portion, OPTIONS);
                    names.extend(parser.reference_definitions().iter().map(|(name, _)| hash(name)));
                }
            }
        }
        Self(names)
    }

    /// Reads a portion of the text.
    pub(super) fn parser<'a>(&'a self, portion: &'a str) -> Parser<'a, Defined<'a>> {
        let defined = (!self.0.is_empty()).then_some(Defined(self));
        Parser::new_with_broken_link_callback(portion, OPTIONS, defined)
    }
}

/// Tells the parser of links that are defined elsewhere.
pub(super) struct Defined<'a>(&'a References);

impl<'a> BrokenLinkCallback<'a> for Defined<'a> {
    fn handle_broken_link(&mut self, link: BrokenLink<'a>) -> Option<(CowStr<'a>, CowStr<'a>)> {
        let is_defined = self.0.0.contains(&hash(&link.reference));
        is_defined.then_some((CowStr::Borrowed(""), CowStr::Borrowed("")))
    }
}

/// Names match without regard to case and white space (`CommonMark` 0.31, 4.7).
fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for word in name.split_whitespace() {
        word.to_lowercase().hash(&mut hasher);
    }
    hasher.finish()
}
