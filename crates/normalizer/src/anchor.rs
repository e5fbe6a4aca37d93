//! From a vendor's offsets to places in the normalized text, proved by what the vendor quoted.

use crate::{
    Fault, NormalizeError,
    annotations::{Claim, Finding, Findings},
    limits::{
        CONTEXT_CHARS, QUOTED_BYTES_MAX, SEARCH_BYTES_MAX, UNANCHORED_COUNT_MIN, UNANCHORED_PERCENT_MAX,
    },
    offsets::{CodePoints, Offsets},
    schema::{Annotation, Motivation, Position, Quote, Repair, Target},
    source::{BOM, fold},
    text::{Located, Rendered},
};
use std::{borrow::Cow, cell::OnceCell, ops::Range};

/// Anchors every finding in the text: ordered by place, those about the whole document last.
///
/// An offset outside the text or inside a character is an error. A quote that is not at its place is searched with what
/// stood around it; where that does not find exactly one place, the finding stays as a remark about the document.
pub(crate) fn anchor(
    findings: Findings,
    rendered: &Rendered,
    repairs: &mut Vec<Repair>,
) -> Result<Vec<Annotation>, NormalizeError> {
    let offsets = Offsets::new(&rendered.source.decoded, findings.unit);
    let points = CodePoints::new(&rendered.text);
    let mut anchoring = Anchoring {
        rendered,
        points,
        search: Search::new(&rendered.source.text),
        repairs,
        lost: 0,
        quoted_bytes: 0,
    };
    let all = findings.all.len();
    let mut anchored = Vec::with_capacity(all);
    for finding in findings.all {
        let span = finding.span.map(|(start, end)| offsets.span(start, end)).transpose();
        let span = span.map_err(|fault| NormalizeError::new(finding.place.clone(), fault))?;
        anchored.push(anchoring.annotation(finding, span));
        if anchoring.quoted_bytes > QUOTED_BYTES_MAX {
            let fault = Fault::TooMany { what: "bytes of quoted text", most: QUOTED_BYTES_MAX };
            return Err(NormalizeError::new("annotations", fault));
        }
    }
    let wrong = anchoring.lost;
    if wrong >= UNANCHORED_COUNT_MIN && wrong * 100 > all * UNANCHORED_PERCENT_MAX {
        return Err(NormalizeError::new("annotations", Fault::AnnotationsForAnotherText { wrong, all }));
    }
    order(&mut anchored);
    Ok(anchored)
}

/// Orders annotations by their places and numbers them.
pub(crate) fn order(annotations: &mut [Annotation]) {
    // The sort is stable: findings about one place stay in the vendor's order.
    annotations.sort_by_key(|annotation| match annotation.target {
        Some(Target::Text { position, .. }) => (position.start, position.end),
        _ => (usize::MAX, usize::MAX),
    });
    for (index, annotation) in annotations.iter_mut().enumerate() {
        annotation.id = format!("a{}", index + 1);
    }
}

struct Anchoring<'a> {
    rendered: &'a Rendered,
    points: CodePoints<'a>,
    search: Search<'a>,
    repairs: &'a mut Vec<Repair>,
    /// Findings whose quote is nowhere.
    lost: usize,
    quoted_bytes: usize,
}

impl Anchoring<'_> {
    fn annotation(&mut self, finding: Finding, span: Option<Range<usize>>) -> Annotation {
        let located = self.proved(&finding, span).map(|span| self.rendered.locate(&span));
        let mut suggestions = finding.suggestions;
        let range = match located {
            None => None,
            Some(Located::At(range)) => Some(range),
            Some(Located::Near(range)) => {
                if !suggestions.is_empty() {
                    suggestions.clear();
                    self.repair(
                        &finding.place,
                        "suggestions-dropped",
                        "The finding is about markup; its suggestions fit no text.",
                    );
                }
                Some(range)
            }
            Some(Located::Nowhere) => {
                self.repair(&finding.place, "annotation-in-markup", "The finding is about markup far from any text; it is kept as a remark about the document.");
                None
            }
        };
        Annotation {
            id: String::new(),
            motivation: if suggestions.is_empty() { Motivation::Commenting } else { Motivation::Editing },
            severity: finding.severity,
            category: finding.category,
            rule: finding.rule,
            message: finding.message,
            suggestions,
            target: range.map(|range| self.target(&range)),
        }
    }

    /// The range of the source that the finding is about, if its quote is there. A finding with neither place nor quote is
    /// about the document.
    fn proved(&mut self, finding: &Finding, span: Option<Range<usize>>) -> Option<Range<usize>> {
        let Some(claim) = &finding.claim else { return span };
        if let Some(span) = &span
            && same(&self.rendered.source.text[span.clone()], &claim.exact)
        {
            return Some(span.clone());
        }
        if let Some(found) = self.search.find(claim) {
            if span.is_none() {
                return Some(found);
            }
            self.repair(
                &finding.place,
                "annotation-reanchored",
                "The quote was not at its place and was found by its surroundings.",
            );
            return Some(found);
        }
        self.lost += 1;
        self.repair(&finding.place, "annotation-unanchored", "The quote is not at its place and not in exactly one other; it is kept as a remark about the document.");
        None
    }

    fn target(&mut self, range: &Range<usize>) -> Target {
        let text = &self.rendered.text;
        let before = text[..range.start].char_indices().rev().take(CONTEXT_CHARS).last();
        let prefix = before.map_or("", |(at, _)| &text[at..range.start]);
        let suffix: String = text[range.end..].chars().take(CONTEXT_CHARS).collect();
        let position =
            Position { start: self.points.before(range.start), end: self.points.before(range.end) };
        self.quoted_bytes += range.len();
        let quote = Quote { exact: text[range.clone()].to_owned(), prefix: prefix.to_owned(), suffix };
        Target::Text { position, quote }
    }

    fn repair(&mut self, place: &str, code: &str, note: &str) {
        self.repairs.push(Repair { code: code.to_owned(), place: place.to_owned(), note: note.to_owned() });
    }
}

/// Vendors show line ends and tabs inside a quote as spaces, some of them byte by byte, so these count as the same.
fn flat(text: &str) -> Cow<'_, str> {
    if text.contains(['\n', '\r', '\t']) {
        Cow::Owned(fold(&text.replace("\r ", "\n")).replace(['\n', '\t'], " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a quote says what the text says, whatever white space it was shown with. Byte order marks show nothing.
fn same(text: &str, quote: &str) -> bool {
    fn visible(text: &str) -> impl Iterator<Item = char> {
        let mut after_space = false;
        text.chars().filter(|c| *c != BOM).filter_map(move |c| {
            let space = matches!(c, ' ' | '\t' | '\n' | '\r');
            let repeated = std::mem::replace(&mut after_space, space) && space;
            (!repeated).then_some(if space { ' ' } else { c })
        })
    }
    text == quote || visible(text).eq(visible(quote))
}

/// Looks for quotes in the source, within a bound on the work for one document.
struct Search<'a> {
    text: &'a str,
    flat: OnceCell<String>,
    bytes_left: usize,
}

impl<'a> Search<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, flat: OnceCell::new(), bytes_left: SEARCH_BYTES_MAX }
    }

    /// The one place where the quote stands between its prefix and its suffix.
    fn find(&mut self, claim: &Claim) -> Option<Range<usize>> {
        self.bytes_left = self.bytes_left.checked_sub(self.text.len())?;
        // Of the source, which is folded, flattening keeps every byte in its place.
        let text = self.flat.get_or_init(|| flat(self.text).into_owned());
        let (exact, prefix, suffix) = (flat(&claim.exact), flat(&claim.prefix), flat(&claim.suffix));
        // A point has nothing but its surroundings.
        if exact.is_empty() {
            let around = [prefix.as_ref(), suffix.as_ref()].concat();
            let mut places = text.match_indices(&around).filter(|_| !around.is_empty());
            let point = places.next()?.0 + prefix.len();
            return places.next().is_none().then_some(point..point);
        }
        let mut places = text.match_indices(&*exact).map(|(at, _)| at..at + exact.len()).filter(|place| {
            text[..place.start].ends_with(&*prefix) && text[place.end..].starts_with(&*suffix)
        });
        let place = places.next()?;
        places.next().is_none().then_some(place)
    }
}
