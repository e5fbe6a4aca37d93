//! From a vendor's offsets to places in the normalized text, proved by what the vendor quoted.

mod search;

use crate::{
    Fault, NormalizeError,
    annotations::{Finding, Findings, Place},
    limits::{
        CONTEXT_CHARS, QUOTED_BYTES_MIN, QUOTED_TIMES_MAX, UNANCHORED_COUNT_MIN, UNANCHORED_PERCENT_MAX,
    },
    offsets::{CodePoints, Offsets},
    schema::{Annotation, Motivation, Position, Quote, Repair, Stretch, Target},
    source::BOM,
    text::{Located, Rendered},
};
use search::{Found, Search};
use std::ops::Range;

/// Anchors every finding in the text: ordered by place, those about the whole document last.
///
/// An offset outside the text or inside a character is an error. A quote that is not at its place is searched with what
/// stood around it; where that does not find exactly one place, the finding stays as a remark about the document.
pub(crate) fn anchor(
    findings: Findings,
    rendered: &Rendered,
    points: &CodePoints<'_>,
    repairs: &mut Vec<Repair>,
) -> Result<Vec<Annotation>, NormalizeError> {
    let offsets = Offsets::new(&rendered.source.decoded, findings.unit);
    let mut anchoring =
        Anchoring { rendered, points, search: Search::new(rendered), repairs, lost: 0, quoted_bytes: 0 };
    let all = findings.all.len();
    let quoted_bytes_max = QUOTED_BYTES_MIN.max(rendered.text.len().saturating_mul(QUOTED_TIMES_MAX));
    let mut anchored = Vec::with_capacity(all);
    for finding in findings.all {
        let span = finding.span.map(|(start, end)| offsets.span(start, end)).transpose();
        let span = span.map_err(|fault| NormalizeError::new(finding.place.to_string(), fault))?;
        anchored.push(anchoring.annotation(*finding, span));
        if anchoring.quoted_bytes > quoted_bytes_max {
            let fault = Fault::TooMany { what: "bytes of quoted text", most: quoted_bytes_max };
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
    let place = |annotation: &Annotation| match annotation.target {
        Some(Target::Text { position, .. }) => (position.start, position.end),
        _ => (usize::MAX, usize::MAX),
    };
    // The sort is stable: findings about one place stay in the vendor's order. Most vendors have sorted them.
    if !annotations.is_sorted_by_key(place) {
        annotations.sort_by_key(place);
    }
    for (index, annotation) in annotations.iter_mut().enumerate() {
        annotation.id = format!("a{}", index + 1);
    }
}

struct Anchoring<'a> {
    rendered: &'a Rendered,
    points: &'a CodePoints<'a>,
    search: Search<'a>,
    repairs: &'a mut Vec<Repair>,
    /// Findings whose quote is nowhere.
    lost: usize,
    quoted_bytes: usize,
}

impl Anchoring<'_> {
    fn annotation(&mut self, finding: Finding, span: Option<Range<usize>>) -> Annotation {
        let located = self.located(&finding, span);
        let mut suggestions = finding.suggestions;
        let range = match located {
            None => None,
            Some(Located::At(range)) => Some(range),
            Some(Located::Near(range)) => {
                if !suggestions.is_empty() {
                    suggestions.clear();
                    self.repair(
                        finding.place,
                        "suggestions-dropped",
                        "The finding is about markup; its suggestions fit no text.",
                    );
                }
                Some(range)
            }
            Some(Located::Nowhere) => {
                self.repair(finding.place, "annotation-in-markup", "The finding is about markup far from any text; it is kept as a remark about the document.");
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

    /// Where in the text the finding is, if its quote is there. A finding with neither place nor quote is about the document.
    fn located(&mut self, finding: &Finding, span: Option<Range<usize>>) -> Option<Located> {
        let Some(claim) = &finding.claim else { return span.map(|span| self.rendered.locate(&span)) };
        if let Some(span) = &span
            && self.search.spend(span.len())
            && same(&self.rendered.source.text[span.clone()], claim.exact())
        {
            return Some(self.rendered.locate(span));
        }
        let found = match self.search.find(claim) {
            Found::InSource(range) => self.rendered.locate(&range),
            Found::InText(range) => Located::At(range),
            Found::Nowhere => {
                self.lost += 1;
                self.repair(finding.place, "annotation-unanchored", "The quote is not at its place and not in exactly one other; it is kept as a remark about the document.");
                return None;
            }
            Found::NotSearched => {
                self.repair(finding.place, "annotation-unsearched", "The quote is not at its place, and too many others were looked for already; it is kept as a remark about the document.");
                return None;
            }
        };
        if span.is_some() {
            self.repair(
                finding.place,
                "annotation-reanchored",
                "The quote was not at its place and was found by its surroundings.",
            );
        }
        Some(found)
    }

    fn target(&mut self, range: &Range<usize>) -> Target {
        let text = &self.rendered.text;
        let before = text[..range.start].char_indices().rev().take(CONTEXT_CHARS).last();
        let prefix = before.map_or(range.start, |(at, _)| at)..range.start;
        let after = text[range.end..].char_indices().nth(CONTEXT_CHARS);
        let suffix = range.end..after.map_or(text.len(), |(at, _)| range.end + at);
        let position =
            Position { start: self.points.before(range.start), end: self.points.before(range.end) };
        self.quoted_bytes += range.len();
        let [exact, prefix, suffix] = [range.clone(), prefix, suffix].map(|bytes| Stretch::of(text, bytes));
        Target::Text { position, quote: Quote { exact, prefix, suffix } }
    }

    fn repair(&mut self, place: Place, code: &str, note: &str) {
        self.repairs.push(Repair { code: code.to_owned(), place: place.to_string(), note: note.to_owned() });
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
