//! Captions from a transcript, as WebVTT (W3C) that people can read in time.
//!
//! A segment that fits becomes one cue, with its own lines. A longer one is cut at good places ([`cut`]), each part shown while
//! it is said: word times say when, and where they are missing, the share of the text. Cues that would vanish too quickly
//! linger into the silence behind them, and never into the next cue.

mod atoms;
mod clock;
mod cut;
mod written;

use crate::schema::{Segment, Transcript};
use atoms::{Atom, Atoms};
use clock::Clock;
use std::ops::Range;

/// Longest line, in characters, wide ones counted twice: what the style guides of broadcasters agree on.
const LINE_WIDTH_MAX: usize = 42;
/// Longest time that a cue is shown, in milliseconds: longer, and people read it twice.
const CUE_MS_MAX: u64 = 7_000;
/// Shortest time that a cue is shown where there is room: a second is what it takes to notice it and to read a word.
const CUE_MS_MIN: u64 = 1_000;
/// Characters that people read in a second: adults' programmes are captioned at 17 to 20.
const READ_PER_SECOND: u64 = 20;
/// Silence across which a cue that is too short is shown together with its successor, in milliseconds.
const TOGETHER_MS_MAX: u64 = 500;
/// Words cut together, so that a segment without end takes no memory without end. Hours of speech in one segment are cut at
/// this place whether it is a good one or not.
const ATOMS_MAX: usize = 4_096;
/// Latest beginning: no recording lasts so long, and what is added to it does not overflow.
const START_MS_MAX: u64 = u64::MAX / 2;

/// One cue.
#[derive(Debug)]
struct Cue<'a> {
    start_ms: u64,
    end_ms: u64,
    speaker: Option<&'a str>,
    first: String,
    second: Option<String>,
}

/// The captions of a transcript, in the order of the cues' beginnings. A transcript without words gives the header alone.
pub fn web_vtt(transcript: &Transcript) -> String {
    let mut cues = Vec::with_capacity(transcript.segments.len());
    for segment in &transcript.segments {
        push_cues(&mut cues, segment);
    }
    cues.sort_by_key(|cue| cue.start_ms);
    written::write(&timed(cues))
}

/// The cues of one segment, shown while it is said.
fn push_cues<'a>(cues: &mut Vec<Cue<'a>>, segment: &'a Segment) {
    let start_ms = segment.start_ms.min(START_MS_MAX);
    let end_ms = segment.end_ms.clamp(start_ms, START_MS_MAX);
    let speaker = segment.speaker.as_deref();
    let may_stay = end_ms - start_ms <= CUE_MS_MAX || segment.words.is_empty();
    if let Some((first, second)) = own_lines(&segment.text).filter(|_| may_stay) {
        if !first.is_empty() {
            cues.push(Cue { start_ms, end_ms, speaker, first, second });
        }
        return;
    }
    let mut clock = Clock::of(segment, start_ms..end_ms);
    let mut atoms = Atoms::of(&segment.text).filter(|atom| !atom.text.trim().is_empty()).peekable();
    while atoms.peek().is_some() {
        let part: Vec<Atom<'_>> = atoms.by_ref().take(ATOMS_MAX).map(|atom| clock.timed(atom)).collect();
        for range in cut::cues(&part, !segment.words.is_empty()) {
            cues.extend(cue(&part, range, speaker));
        }
    }
}

fn cue<'a>(atoms: &[Atom<'_>], range: Range<usize>, speaker: Option<&'a str>) -> Option<Cue<'a>> {
    let atoms = &atoms[range];
    let (first, last) = (atoms.first()?, atoms.last()?);
    let (line, rest) = atoms.split_at(cut::line(atoms).unwrap_or(atoms.len()));
    let second = Some(joined(rest)).filter(|rest| !rest.is_empty());
    Some(Cue { start_ms: first.start_ms, end_ms: last.end_ms, speaker, first: joined(line), second })
}

fn joined(atoms: &[Atom<'_>]) -> String {
    let mut line = String::with_capacity(2 * LINE_WIDTH_MAX);
    for atom in atoms {
        if atom.apart && !line.is_empty() {
            line.push(' ');
        }
        line.push_str(atom.text);
    }
    line
}

/// The lines of a text, if it is short enough to be shown as it is.
fn own_lines(text: &str) -> Option<(String, Option<String>)> {
    // A character takes four bytes at most.
    if text.len() > 2 * 4 * LINE_WIDTH_MAX + 2 {
        return None;
    }
    let mut lines = text
        .split(['\n', '\r'])
        .map(|line| line.split(atoms::divides).filter(|word| !word.trim().is_empty()));
    let mut lines =
        lines.by_ref().map(|words| words.collect::<Vec<_>>().join(" ")).filter(|line| !line.is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next());
    let fits = |line: &str| atoms::width(line) <= LINE_WIDTH_MAX;
    (lines.next().is_none() && fits(&first) && second.as_deref().is_none_or(fits)).then_some((first, second))
}

/// Gives cues the time that they need, where there is any.
fn timed(cues: Vec<Cue<'_>>) -> Vec<Cue<'_>> {
    let mut timed: Vec<Cue<'_>> = Vec::with_capacity(cues.len());
    for cue in cues {
        match timed.last_mut().filter(|before| is_shown_together(before, &cue)) {
            Some(before) => {
                before.second = Some(cue.first);
                before.end_ms = before.end_ms.max(cue.end_ms);
            }
            None => timed.push(cue),
        }
    }
    let mut next_ms = u64::MAX;
    for cue in timed.iter_mut().rev() {
        let end_ms = cue.end_ms.min(cue.start_ms + CUE_MS_MAX);
        // Who is spoken over keeps the own time; who is followed by silence may use it.
        let room_ms = if next_ms >= end_ms { next_ms } else { end_ms };
        let lingering_ms = (cue.start_ms + reading_ms(cue)).min(room_ms);
        cue.end_ms = end_ms.max(lingering_ms).max(cue.start_ms + 1);
        next_ms = cue.start_ms;
    }
    timed
}

/// A line that its successor of the same speaker follows before it can be read goes above it.
fn is_shown_together(before: &Cue<'_>, cue: &Cue<'_>) -> bool {
    before.second.is_none()
        && cue.second.is_none()
        && before.speaker == cue.speaker
        && cue.start_ms < before.start_ms + CUE_MS_MIN
        && cue.start_ms <= before.end_ms.saturating_add(TOGETHER_MS_MAX)
        && cue.end_ms <= before.start_ms + CUE_MS_MAX
}

/// How long it takes to read a cue.
fn reading_ms(cue: &Cue<'_>) -> u64 {
    let characters = cue.first.chars().count() + cue.second.as_ref().map_or(0, |line| line.chars().count());
    let needed_ms = u64::try_from(characters).unwrap_or(u64::MAX).saturating_mul(1000) / READ_PER_SECOND;
    needed_ms.clamp(CUE_MS_MIN, CUE_MS_MAX)
}

#[cfg(test)]
mod tests;
