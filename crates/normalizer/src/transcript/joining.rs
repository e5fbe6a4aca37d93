//! One rule for every vendor that gives words: how they become segments.
//!
//! The words of each speaker are a stream of their own. In it a segment ends
//!
//! 1. where a sentence ends ([`sentence`]),
//! 2. at a pause of [`PAUSE_MS_MIN`],
//! 3. at a pause of [`TURN_MS_MIN`] in which somebody else begins to speak, which is a change of speakers,
//! 4. where it would become longer than [`SEGMENT_MS_MAX`] or [`SEGMENT_CHARS_MAX`]: at the best place in its second half.
//!
//! The segments of all streams are then put into the order of their beginnings. So people who talk at the same time keep
//! whole sentences, which overlap in time as their voices did, and an "mm-hm" beside a sentence does not tear it: cutting at
//! every change of the speaker would leave shreds of one word. Words without a speaker are a stream as well.
//!
//! A segment's confidence is the mean of its words', each weighted by its characters, to four decimals: a long word that is
//! in doubt leaves more of the text in doubt than a short one, and lengths, unlike durations, are never nought.

use super::{
    kept::number,
    ledger::Ledger,
    sentence,
    spacing::stand_apart,
    speakers::Speakers,
    words::{Piece, Words},
};
use crate::{
    Fault,
    limits::CUES_MAX,
    schema::{Segment, Word},
};

/// Silence that ends a segment. Pauses inside a sentence are mostly below half a second; 0.8 s is what services for dictation
/// take for the end of an utterance.
const PAUSE_MS_MIN: u32 = 800;
/// Silence that ends a segment if somebody else begins in it: longer than a short word, so that words of two people that
/// fall between each other stay in their sentences, and about as long as the answer of one word in a conversation.
const TURN_MS_MIN: u32 = 500;
/// Longest segment, in time: who jumps to it should not search for half a minute. Whisper's window has the same length.
const SEGMENT_MS_MAX: u32 = 30_000;
/// Longest segment, in characters: half a minute of quick speech.
const SEGMENT_CHARS_MAX: usize = 600;
/// What a comma is worth as a place to cut, in milliseconds of silence.
const COMMA_MS: u32 = 300;

/// The segments of all words, numbered, in order, and what was noticed on the way.
pub(super) fn join(mut words: Words<'_>, place: &str) -> (Vec<Segment>, Ledger) {
    words.put_in_order(place);
    let Words { pieces, speakers, mut ledger, .. } = words;
    let mut joined = Joining { pieces: &pieces, speakers: &speakers, segments: Vec::new() };
    let streams = streams(&pieces);
    for stream in streams.chunk_by(|a, b| pieces[*a as usize].speaker == pieces[*b as usize].speaker) {
        joined.stream(stream);
    }
    let mut segments = joined.segments;
    segments.sort_by_key(|segment| segment.start_ms);
    if segments.len() > CUES_MAX {
        ledger.fault(|| place.to_owned(), Fault::TooMany { what: "segments", most: CUES_MAX });
    }
    number(&mut segments);
    (segments, ledger)
}

/// The places of all pieces, speaker by speaker.
fn streams(pieces: &[Piece<'_>]) -> Vec<u32> {
    let mut places: Vec<u32> = (0..u32::try_from(pieces.len()).unwrap_or(u32::MAX)).collect();
    if pieces.windows(2).any(|pair| pair[0].speaker != pair[1].speaker) {
        places.sort_by_key(|place| pieces[*place as usize].speaker);
    }
    places
}

struct Joining<'a> {
    pieces: &'a [Piece<'a>],
    speakers: &'a Speakers<'a>,
    segments: Vec<Segment>,
}

impl Joining<'_> {
    fn piece(&self, place: u32) -> &Piece<'_> {
        &self.pieces[place as usize]
    }

    /// How many characters a piece takes, with a space, and when it ends.
    fn extent(&self, place: u32) -> (usize, u32) {
        let piece = self.piece(place);
        (piece.text.chars().count() + 1, piece.end_ms)
    }

    /// Whether a piece belongs to the word before it.
    fn continues(&self, place: u32) -> bool {
        let piece = self.piece(place);
        piece.sign || piece.glued
    }

    /// Cuts what one speaker says.
    fn stream(&mut self, stream: &[u32]) {
        let (mut from, mut chars, mut end_ms) = (0, 0, 0);
        for at in 0..stream.len() {
            if at > from && self.ends(stream, at, end_ms) {
                self.segment(&stream[from..at]);
                (from, chars, end_ms) = (at, 0, 0);
            }
            let (length, piece_end_ms) = self.extent(stream[at]);
            let duration_ms = piece_end_ms.max(end_ms).saturating_sub(self.piece(stream[from]).start_ms);
            if at > from && (chars + length > SEGMENT_CHARS_MAX || duration_ms > SEGMENT_MS_MAX) {
                let cut = self.best_cut(stream, from, at);
                self.segment(&stream[from..cut]);
                let rest = stream[cut..at].iter().map(|place| self.extent(*place));
                (chars, end_ms) = rest.fold((0, 0), |all, piece| (all.0 + piece.0, all.1.max(piece.1)));
                from = cut;
            }
            chars += length;
            end_ms = end_ms.max(piece_end_ms);
        }
        if from < stream.len() {
            self.segment(&stream[from..]);
        }
    }

    /// Whether a segment that lasts until `end_ms` ends before the piece at `at`.
    fn ends(&self, stream: &[u32], at: usize, end_ms: u32) -> bool {
        let next = self.piece(stream[at]);
        if next.sign {
            return false;
        }
        let pause_ms = next.start_ms.saturating_sub(end_ms);
        if pause_ms >= PAUSE_MS_MIN {
            return true;
        }
        // The piece in front of the next one is the last that begins before it, whoever speaks it.
        let before = stream[at].checked_sub(1).map(|place| self.piece(place));
        let somebody_else = before.filter(|before| before.speaker != next.speaker);
        if pause_ms >= TURN_MS_MIN && somebody_else.is_some_and(|before| before.start_ms >= end_ms) {
            return true;
        }
        !next.glued && self.sentence_ends(&stream[..at], &next.text)
    }

    /// Whether a sentence ends with the last word of `before`, its signs included.
    fn sentence_ends(&self, before: &[u32], next: &str) -> bool {
        let tails = before.iter().rev().take(TAILS_MAX).take_while(|place| self.continues(**place)).count();
        let word = &before[before.len().saturating_sub(tails + 1)..];
        if let [place] = word {
            return sentence::ends(&self.piece(*place).text, next);
        }
        let word: String = word.iter().map(|place| self.piece(*place).text.as_ref()).collect();
        sentence::ends(&word, next)
    }

    /// The best place in the second half of a segment that became too long: after a pause or a comma, never inside a word.
    fn best_cut(&self, stream: &[u32], from: usize, at: usize) -> usize {
        let middle = from + (at - from).div_ceil(2).max(1);
        let worth = |cut: &usize| {
            let (before, next) = (self.piece(stream[*cut - 1]), self.piece(stream[*cut]));
            let comma_ms = if before.text.ends_with([',', ';', ':', '、', '，', '；', '：', '،']) {
                COMMA_MS
            } else {
                0
            };
            comma_ms + next.start_ms.saturating_sub(before.end_ms)
        };
        (middle..=at).filter(|cut| !self.continues(stream[*cut])).max_by_key(worth).unwrap_or(at)
    }

    /// Writes a segment down.
    fn segment(&mut self, places: &[u32]) {
        let mut segment = Segment {
            id: String::new(),
            start_ms: self.piece(places[0]).start_ms.into(),
            end_ms: 0,
            speaker: self.piece(places[0]).speaker.map(|speaker| self.speakers.name(speaker).to_owned()),
            text: String::with_capacity(places.iter().map(|place| self.piece(*place).text.len() + 1).sum()),
            confidence: None,
            words: Vec::with_capacity(places.iter().filter(|place| !self.piece(**place).sign).count()),
        };
        let (mut weighted, mut weights) = (0.0, 0.0);
        let mut rest = places;
        while let Some((first, after)) = rest.split_first() {
            let tails = after.iter().take_while(|place| self.piece(**place).sign).count();
            let (tails, after) = after.split_at(tails);
            rest = after;
            let piece = self.piece(*first);
            if !piece.glued && stand_apart(&segment.text, &piece.text) {
                segment.text.push(' ');
            }
            let start = segment.text.len();
            segment.text.push_str(&piece.text);
            for sign in tails.iter().map(|place| self.piece(*place)) {
                if !sign.glued {
                    segment.text.push(' ');
                }
                segment.text.push_str(&sign.text);
            }
            if let Some(confidence) = piece.confidence() {
                let weight = length(&piece.text);
                weighted += confidence * weight;
                weights += weight;
            }
            segment.end_ms = segment.end_ms.max(piece.end_ms.into());
            segment.words.push(Word {
                text: segment.text[start..].to_owned(),
                start_ms: piece.start_ms.into(),
                end_ms: piece.end_ms.into(),
                confidence: piece.confidence(),
            });
        }
        if weights > 0.0 {
            segment.confidence = Some(rounded(weighted / weights));
        }
        self.segments.push(segment);
    }
}

/// Signs looked back over for the end of a sentence: dots of an ellipsis and closing quotes are a few.
const TAILS_MAX: usize = 8;

#[expect(clippy::cast_precision_loss, reason = "a weight; no text has 2^52 characters")]
fn length(text: &str) -> f64 {
    text.chars().count() as f64
}

/// To four decimals: more are noise of the computation.
pub(super) fn rounded(confidence: f64) -> f64 {
    (confidence * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
#[path = "joining_tests.rs"]
mod tests;
