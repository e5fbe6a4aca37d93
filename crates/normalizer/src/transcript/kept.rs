//! Segments of vendors that give no words: kept as they are.

use super::{
    joining::rounded,
    ledger::{Ledger, Repaired},
    speakers::{Speaker, Speakers},
    time::Time,
};
use crate::{Fault, limits::CUES_MAX, schema::Segment, source::fold};

/// A segment as a vendor gives it.
pub(super) struct Stretch<'a> {
    pub(super) text: &'a str,
    pub(super) start: Time,
    pub(super) end: Time,
    pub(super) confidence: Option<f64>,
    pub(super) speaker: Option<Speaker>,
}

/// The segments so far.
#[derive(Debug, Default)]
pub(super) struct Kept {
    segments: Vec<Segment>,
}

impl Kept {
    /// Takes a segment, unless nothing is said in it.
    pub(super) fn take(
        &mut self,
        stretch: Stretch<'_>,
        speakers: &Speakers<'_>,
        ledger: &mut Ledger,
        place: impl Fn() -> String,
    ) {
        let (start, end) = match (stretch.start, stretch.end) {
            (Ok(start), Ok(end)) => (start, end),
            (Err(fault), _) | (_, Err(fault)) => return ledger.fault(place, fault),
        };
        let text = fold(stretch.text.trim());
        if text.is_empty() || ledger.is_faulty() {
            return;
        }
        if self.segments.len() == CUES_MAX {
            return ledger.fault(place, Fault::TooMany { what: "segments", most: CUES_MAX });
        }
        let before_ms = self.segments.last().and_then(|before| u32::try_from(before.end_ms).ok());
        let start_ms = start.unwrap_or_else(|| before_ms.unwrap_or(0).min(end.unwrap_or(u32::MAX)));
        ledger.repaired(Repaired::TimeTaken, usize::from(start.is_none() || end.is_none()), &place);
        let end_ms = ledger.end(start_ms, end.unwrap_or(start_ms), &place);
        self.segments.push(Segment {
            id: String::new(),
            start_ms: start_ms.into(),
            end_ms: end_ms.into(),
            speaker: stretch.speaker.map(|speaker| speakers.name(speaker).to_owned()),
            text: text.into_owned(),
            confidence: ledger.confidence(stretch.confidence, place).map(rounded),
            words: Vec::new(),
        });
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// All texts, one after the other.
    pub(super) fn text(&self) -> String {
        self.segments.iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The segments together with others that are in order.
    pub(super) fn close_with(self, others: Vec<Segment>, ledger: &mut Ledger, place: &str) -> Vec<Segment> {
        let mut all = self.close(ledger, place);
        if all.is_empty() {
            return others;
        }
        all.extend(others);
        all.sort_by_key(|segment| segment.start_ms);
        number(&mut all);
        all
    }

    /// The segments, numbered, in the order of their beginnings.
    pub(super) fn close(mut self, ledger: &mut Ledger, place: &str) -> Vec<Segment> {
        let late = self.segments.windows(2).filter(|pair| pair[1].start_ms < pair[0].start_ms).count();
        if late > 0 {
            self.segments.sort_by_key(|segment| segment.start_ms);
            ledger.repaired(Repaired::Reordered, late, || place.to_owned());
        }
        number(&mut self.segments);
        self.segments
    }
}

/// Names the segments by their places.
pub(super) fn number(segments: &mut [Segment]) {
    for (index, segment) in segments.iter_mut().enumerate() {
        segment.id = format!("s{}", index + 1);
    }
}
