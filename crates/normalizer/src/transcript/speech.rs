//! Segments in the making: one for each voice in each cue.

use crate::{
    Fault,
    limits::{CUES_MAX, SPEAKER_CHARS_MAX},
    schema::{Segment, Word},
};
use std::ops::Range;

/// Segments that are taken of any file; beyond those, each takes at least so many bytes of it.
const SEGMENTS_FREE: usize = 1_000;
const SEGMENT_BYTES: usize = 20;
/// Voices beyond one a cue that are taken of any file.
const EXTRA_VOICES_FREE: usize = 1_000;
/// Beyond those, each takes at least so many bytes of the file: a segment takes ten times as much memory.
const EXTRA_VOICE_BYTES: usize = 32;

/// A stretch of time in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
}

/// Collects what is said, cue by cue and in each cue voice by voice.
#[derive(Debug, Default)]
pub(super) struct Speech {
    segments: Vec<Segment>,
    cues: usize,
    segments_max: usize,
    extra_voices_max: usize,
    cue: Option<Span>,
    speaker: Option<String>,
    /// What the voice has said in this cue; its memory serves all of them.
    text: String,
    pieces: Vec<Piece>,
}

/// A piece of the text that has times of its own.
#[derive(Debug)]
struct Piece {
    text: Range<usize>,
    span: Span,
    last: Span,
}

impl Speech {
    /// The end of a cue that nothing says the end of.
    pub(super) const OPEN_END: u64 = u64::MAX;

    /// For a file of so many bytes that has about so many segments.
    pub(super) fn of(bytes: usize, segments: usize) -> Self {
        let extra_voices_max = EXTRA_VOICES_FREE + bytes / EXTRA_VOICE_BYTES;
        let segments_max = CUES_MAX.min(SEGMENTS_FREE + bytes / SEGMENT_BYTES);
        let segments = Vec::with_capacity(segments.min(segments_max));
        Self { segments, segments_max, extra_voices_max, ..Self::default() }
    }

    /// Begins a cue; the one before it has ended.
    pub(super) fn begin(&mut self, cue: Span) -> Result<(), Fault> {
        self.cues += 1;
        if self.cues > CUES_MAX {
            return Err(Fault::TooMany { what: "cues", most: CUES_MAX });
        }
        self.cue = Some(cue);
        Ok(())
    }

    /// Adds text to the cue. White space between two voices belongs to nobody. `own` are the times of this text alone.
    pub(super) fn say(&mut self, speaker: Option<&str>, text: &str, own: Option<Span>) -> Result<(), Fault> {
        if self.speaker.as_deref() != speaker && !text.trim_start().is_empty() {
            self.end_voice()?;
            self.speaker = speaker.map(|name| clipped(name).to_owned());
        }
        if let Some(own) = own {
            self.add_piece(text, own);
        }
        self.text.push_str(text);
        Ok(())
    }

    /// Adds what `write` adds to the text of the cue, which nobody is named as the speaker of.
    pub(super) fn write<T>(&mut self, write: impl FnOnce(&mut String) -> T) -> T {
        write(&mut self.text)
    }

    /// Text with the same times is one piece, and so are the syllables of a word: small letters that follow letters. Scripts
    /// without small letters write words without white space, so nothing is known of them.
    fn add_piece(&mut self, text: &str, own: Span) {
        let start = self.text.len();
        let end = start + text.len();
        let goes_on = text.starts_with(char::is_lowercase)
            && self.text.ends_with(|c: char| c.is_lowercase() || c.is_uppercase());
        match self.pieces.last_mut() {
            Some(piece) if piece.text.end == start && (piece.last == own || goes_on) => {
                piece.text.end = end;
                piece.span.end_ms = own.end_ms;
                piece.last = own;
            }
            _ => self.pieces.push(Piece { text: start..end, span: own, last: own }),
        }
    }

    /// Ends the cue.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        self.end_voice()?;
        self.speaker = None;
        self.cue = None;
        Ok(())
    }

    /// A voice without words leaves nothing.
    fn end_voice(&mut self) -> Result<(), Fault> {
        let text = self.text.trim();
        if let Some(Span { start_ms, end_ms }) = self.cue.filter(|_| !text.is_empty()) {
            let most = self.segments_max.min(self.cues + self.extra_voices_max);
            if self.segments.len() == most {
                return Err(Fault::TooMany { what: "segments", most });
            }
            self.segments.push(Segment {
                id: String::new(),
                start_ms,
                end_ms,
                speaker: self.speaker.take().filter(|name| !name.is_empty()),
                text: text.to_owned(),
                confidence: None,
                words: words(&self.text, &self.pieces),
            });
        }
        self.text.clear();
        self.pieces.clear();
        Ok(())
    }

    /// Puts the segments in the order of their beginnings; says whether they were not.
    pub(super) fn sort(&mut self) -> bool {
        let disordered = !self.segments.is_sorted_by_key(|segment| segment.start_ms);
        if disordered {
            // The cached keys take less memory than what another stable sort puts aside.
            self.segments.sort_by_cached_key(|segment| segment.start_ms);
        }
        disordered
    }

    /// Ends open cues, which are in order, when the next begins, and the last ones at once; says how many those were.
    pub(super) fn close_open_ends(&mut self) -> usize {
        let (mut open, mut next_ms, mut start_ms) = (0, None, None);
        for segment in self.segments.iter_mut().rev() {
            if start_ms != Some(segment.start_ms) {
                next_ms = start_ms.replace(segment.start_ms);
            }
            if segment.end_ms == Self::OPEN_END {
                segment.end_ms = next_ms.unwrap_or(segment.start_ms);
                open += 1;
            }
        }
        open
    }

    /// The segments with their names, in the order in which they were said.
    pub(super) fn finish(mut self) -> Vec<Segment> {
        for (index, segment) in self.segments.iter_mut().enumerate() {
            segment.id = format!("s{}", index + 1);
        }
        self.segments
    }
}

/// A speaker's name as long as names are.
pub(super) fn clipped(name: &str) -> &str {
    name.char_indices().nth(SPEAKER_CHARS_MAX).map_or(name, |(end, _)| &name[..end])
}

fn words(text: &str, pieces: &[Piece]) -> Vec<Word> {
    let spoken = || pieces.iter().filter(|piece| !text[piece.text.clone()].trim().is_empty());
    let mut words = Vec::new();
    words.reserve_exact(spoken().count());
    words.extend(spoken().map(|piece| Word {
        text: text[piece.text.clone()].trim().to_owned(),
        start_ms: piece.span.start_ms,
        end_ms: piece.span.end_ms,
        confidence: None,
    }));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUE: Span = Span { start_ms: 0, end_ms: 9 };

    const FIRST: Option<Span> = Some(Span { start_ms: 0, end_ms: 1 });
    const SECOND: Option<Span> = Some(Span { start_ms: 1, end_ms: 2 });
    const THIRD: Option<Span> = Some(Span { start_ms: 2, end_ms: 3 });

    /// Segments as `speaker: text [word start-end, …]`.
    fn check(said: &[(Option<&str>, &str, Option<Span>)], expect: &[&str]) {
        let mut speech = Speech::of(100, 1);
        speech.begin(CUE).unwrap();
        for (speaker, text, own) in said {
            speech.say(*speaker, text, *own).unwrap();
        }
        speech.end().unwrap();
        let shown = speech.finish().into_iter().map(|segment| {
            let words = segment.words.iter();
            let words: Vec<_> =
                words.map(|word| format!("{} {}-{}", word.text, word.start_ms, word.end_ms)).collect();
            format!("{}: {} {words:?}", segment.speaker.unwrap_or_default(), segment.text).replace('"', "")
        });
        assert_eq!(shown.collect::<Vec<_>>(), expect);
    }

    #[test]
    fn each_voice_is_a_segment() {
        check(&[(None, " plain ", None)], &[": plain []"]);
        check(&[(Some("A"), "x", None), (None, " ", None), (Some("A"), "y", None)], &["A: x y []"]);
        check(&[(Some("A"), "x", None), (None, "\n", None), (Some("B"), "y", None)], &["A: x []", "B: y []"]);
        check(&[(None, " \n", None)], &[]);
        check(&[(Some(""), "x", None)], &[": x []"]);
    }

    #[test]
    fn words_have_their_own_times() {
        check(&[(None, "one ", FIRST), (None, "two", SECOND)], &[": one two [one 0-1, two 1-2]"]);
        check(
            &[(None, "Twin", FIRST), (None, "kle ", SECOND), (None, " ", THIRD)],
            &[": Twinkle [Twinkle 0-2]"],
        );
        check(&[(None, "你", FIRST), (None, "好", SECOND)], &[": 你好 [你 0-1, 好 1-2]"]);
        check(&[(None, "two ", FIRST), (None, "words", FIRST)], &[": two words [two words 0-1]"]);
        check(&[(Some("A"), "x", FIRST), (Some("B"), "y", FIRST)], &["A: x [x 0-1]", "B: y [y 0-1]"]);
        check(&[(None, "untimed ", None), (None, "timed", SECOND)], &[": untimed timed [timed 1-2]"]);
    }

    #[test]
    fn segments_cost_the_file_something() {
        let said = |bytes: usize, voices: usize| {
            let mut speech = Speech::of(bytes, 0);
            speech.begin(CUE)?;
            (0..voices)
                .try_for_each(|voice| speech.say(Some(if voice % 2 == 0 { "A" } else { "B" }), "x", None))?;
            speech.end()
        };
        assert_eq!(said(0, 1_000), Ok(()));
        assert_eq!(said(0, 1_001), Err(Fault::TooMany { what: "segments", most: 1_000 }));
        assert_eq!(said(31, 1_002), Err(Fault::TooMany { what: "segments", most: 1_001 }));
        assert_eq!(said(40, 1_002), Ok(()));
        assert_eq!(said(usize::MAX, CUES_MAX), Ok(()));
        assert_eq!(said(usize::MAX, CUES_MAX + 1), Err(Fault::TooMany { what: "segments", most: CUES_MAX }));
    }
}
