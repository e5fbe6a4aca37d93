//! When each part of a segment's text is said.

use super::{START_MS_MAX, atoms::Atom};
use crate::schema::Segment;
use std::ops::Range;

/// The times of stretches of a text. Inside a stretch, time runs as the bytes do.
pub(super) struct Clock {
    stretches: Vec<Stretch>,
    /// The stretch that was asked about last: questions come in order.
    current: usize,
}

struct Stretch {
    bytes: Range<usize>,
    start_ms: u64,
    end_ms: u64,
}

impl Clock {
    /// From the words, if the text has them all in order; else from the whole.
    pub(super) fn of(segment: &Segment, whole: Range<u64>) -> Self {
        let bytes = 0..segment.text.len();
        let stretches = words(segment, &whole)
            .unwrap_or_else(|| vec![Stretch { bytes, start_ms: whole.start, end_ms: whole.end }]);
        Self { stretches, current: 0 }
    }

    /// The atom with its times.
    pub(super) fn timed<'a>(&mut self, mut atom: Atom<'a>) -> Atom<'a> {
        while self.current + 1 < self.stretches.len() && self.stretches[self.current].bytes.end <= atom.at {
            self.current += 1;
        }
        let end = atom.at + atom.text.len();
        let rest = self.stretches.get(self.current..).unwrap_or_default();
        let last =
            rest.iter().take_while(|stretch| stretch.bytes.start < end).last().or_else(|| rest.first());
        if let (Some(first), Some(last)) = (rest.first(), last) {
            atom.start_ms = first.time(atom.at);
            atom.end_ms = last.time(end).max(atom.start_ms);
        }
        atom
    }
}

impl Stretch {
    fn time(&self, byte: usize) -> u64 {
        let all = self.bytes.len().max(1) as u128;
        let before = byte.clamp(self.bytes.start, self.bytes.end) - self.bytes.start;
        let passed = u128::from(self.end_ms - self.start_ms) * before as u128 / all;
        self.start_ms + u64::try_from(passed).unwrap_or(0)
    }
}

/// White space and signs that may lie between two words of a list, in bytes.
const SKIPPED_BYTES_MAX: usize = 16;

fn words(segment: &Segment, whole: &Range<u64>) -> Option<Vec<Stretch>> {
    let mut at = 0;
    let mut before_ms = whole.start;
    let mut stretches = Vec::with_capacity(segment.words.len());
    for word in segment.words.iter().filter(|word| !word.text.is_empty()) {
        let end = segment.text.floor_char_boundary(at + SKIPPED_BYTES_MAX + word.text.len());
        let start = at + segment.text[at..end].find(&word.text)?;
        at = start + word.text.len();
        let start_ms = word.start_ms.clamp(before_ms, START_MS_MAX);
        let end_ms = word.end_ms.clamp(start_ms, START_MS_MAX);
        stretches.push(Stretch { bytes: start..at, start_ms, end_ms });
        before_ms = start_ms;
    }
    (!stretches.is_empty()).then_some(stretches)
}
