use super::{
    lines,
    text::push_plain,
    timing::{Timing, looks_like_timing, timing, value},
};
use crate::{
    Fault, Role,
    schema::{Repair, Transcript},
    transcript::{
        Spoken, left_out,
        speech::{Span, Speech},
    },
};
use memchr::memmem;

/// What is told of a passage that is no cue.
const SKIPPED: &str = "Skipped, because it is no cue";
/// Skipped passages that are recorded one by one; the rest are counted.
const SKIPPED_LISTED_MAX: usize = 20;
/// The shortest cue that leaves a segment: two times, an arrow, a character and their line ends.
const CUE_BYTES_MIN: usize = 20;

/// Where the lines that are read belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// To a cue, which has text or has none yet.
    Cue { has_text: bool },
    /// To nothing: before the first times, and after a blank line.
    Outside,
}

/// A line that may still turn out to be the counter of the next cue.
struct Held<'a> {
    line: &'a str,
    line_number: u64,
    number: u64,
    place: Place,
}

/// A file being read, line by line.
pub(super) struct Reading<'a> {
    role: Role,
    speech: Speech,
    place: Place,
    held: Option<Held<'a>>,
    /// The line that is read, from 1.
    line_number: u64,
    /// Lines that are being skipped, first and last.
    skipping: Option<(u64, u64)>,
    counter: Option<u64>,
    skipped: Vec<Repair>,
    skipped_more: usize,
    counters_missing: usize,
    counters_wrong: usize,
    blank_lines_missing: usize,
    times_inexact: usize,
    positions: usize,
    tags: usize,
}

impl<'a> Reading<'a> {
    pub(super) fn of(text: &str, role: Role) -> Self {
        let arrows = memmem::find_iter(text.as_bytes(), "-->").count();
        Self {
            role,
            speech: Speech::of(text.len(), arrows.min(text.len() / CUE_BYTES_MIN)),
            place: Place::Outside,
            held: None,
            line_number: 0,
            skipping: None,
            counter: None,
            skipped: Vec::new(),
            skipped_more: 0,
            counters_missing: 0,
            counters_wrong: 0,
            blank_lines_missing: 0,
            times_inexact: 0,
            positions: 0,
            tags: 0,
        }
    }

    pub(super) fn read(mut self, text: &'a str) -> Result<Spoken, Fault> {
        for line in lines(text) {
            self.line_number += 1;
            if line.trim().is_empty() {
                self.blank();
            } else if let Some(timing) = timing(line) {
                self.timing(&timing)?;
            } else {
                self.other(line);
            }
        }
        self.release();
        self.end_skipping();
        self.speech.end()?;
        let sorted = self.speech.sort();
        let repairs = self.repairs(sorted);
        let transcript = Transcript { segments: self.speech.finish(), ..Transcript::default() };
        Ok(Spoken { transcript, time_unit: "milliseconds", replaced_characters: 0, repairs })
    }

    /// A blank line ends a cue that has text. A number alone may be a counter with a blank line too many.
    fn blank(&mut self) {
        if self.held.as_ref().is_some_and(|held| held.place != Place::Outside) {
            self.release();
        }
        if self.place != (Place::Cue { has_text: false }) {
            self.place = Place::Outside;
        }
        if self.held.is_none() {
            self.end_skipping();
        }
    }

    fn timing(&mut self, timing: &Timing<'_>) -> Result<(), Fault> {
        let number = self.take_counter();
        let follows_text = self.place == Place::Cue { has_text: true };
        self.blank_lines_missing += usize::from(follows_text);
        self.counters_missing += usize::from(number.is_none());
        if let (Some(number), Some(last)) = (number, self.counter) {
            self.counters_wrong += usize::from(number != last.saturating_add(1));
        }
        self.counter = number.or_else(|| self.counter.map(|last| last.saturating_add(1)));
        self.times_inexact += usize::from(!timing.is_exact);
        self.end_skipping();
        self.speech.end()?;
        self.speech.begin(Span { start_ms: timing.start_ms, end_ms: timing.end_ms })?;
        self.place = Place::Cue { has_text: false };
        if timing.rest.split_whitespace().all(|part| part.contains(':')) {
            self.positions += usize::from(!timing.rest.is_empty());
            return Ok(());
        }
        self.text(timing.rest);
        Ok(())
    }

    /// The counter in front of a line of times. A number right under other text is one; a number that is all the text of a
    /// cue only if it counts on.
    fn take_counter(&mut self) -> Option<u64> {
        let held = self.held.as_ref()?;
        let counts_on = self.counter.is_some_and(|last| held.number == last.saturating_add(1));
        if held.place == (Place::Cue { has_text: false }) && !counts_on {
            self.release();
            return None;
        }
        self.held.take().map(|held| held.number)
    }

    fn other(&mut self, line: &'a str) {
        let trimmed = line.trim();
        if looks_like_timing(line) {
            // The times are wrong, and so the cue is none, with its counter and its text.
            if let Some(held) = self.held.take() {
                self.skip(held.line_number);
                self.counter = Some(held.number);
            }
            self.place = Place::Outside;
            self.skip(self.line_number);
            return;
        }
        self.release();
        if trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
            let (line_number, number, place) = (self.line_number, value(trimmed), self.place);
            self.held = Some(Held { line, line_number, number, place });
            return;
        }
        self.text(line);
    }

    /// The held line turns out to be text.
    fn release(&mut self) {
        match self.held.take() {
            Some(Held { line, place: Place::Cue { .. }, .. }) => self.text(line),
            Some(held) => self.skip(held.line_number),
            None => {}
        }
    }

    fn text(&mut self, line: &str) {
        let Place::Cue { has_text } = self.place else {
            self.skip(self.line_number);
            return;
        };
        self.place = Place::Cue { has_text: true };
        self.tags += self.speech.write(|text| {
            if has_text {
                text.push('\n');
            }
            push_plain(line.trim(), text)
        });
    }

    fn skip(&mut self, line: u64) {
        let first = self.skipping.map_or(line, |(first, _)| first);
        self.skipping = Some((first, line));
    }

    fn end_skipping(&mut self) {
        let Some((first, last)) = self.skipping.take() else { return };
        if self.skipped.len() == SKIPPED_LISTED_MAX {
            self.skipped_more += 1;
            return;
        }
        let lines = if first == last { format!("line {first}") } else { format!("lines {first} to {last}") };
        self.skipped.push(Repair {
            code: "malformed-skipped".to_owned(),
            place: format!("{}/{lines}", self.role),
            note: format!("{SKIPPED}."),
        });
    }

    fn repairs(&mut self, sorted: bool) -> Vec<Repair> {
        let role = self.role;
        let mended = [
            ("cues without a counter", self.counters_missing),
            ("counters out of order", self.counters_wrong),
            ("blank lines that were missing", self.blank_lines_missing),
            ("cues whose times are not written `hh:mm:ss,mmm`", self.times_inexact),
        ];
        let left_out = [("positions", self.positions), ("tags", self.tags)];
        let more = [("passages", self.skipped_more)];
        let mut repairs = std::mem::take(&mut self.skipped);
        repairs.extend(left_out::repair("malformed-skipped", role, SKIPPED, &more));
        repairs.extend(left_out::repair("cues-mended", role, "Read as they were meant", &mended));
        repairs.extend(left_out::repair(
            "not-speech-left-out",
            role,
            "Left out because it is not speech",
            &left_out,
        ));
        repairs.extend(sorted.then(|| left_out::sorted(role)));
        repairs
    }
}
