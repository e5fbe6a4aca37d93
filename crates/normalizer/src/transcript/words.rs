//! What vendors' words have in common, before they are joined.

use super::{
    ledger::{Ledger, Repaired},
    speakers::{Speaker, Speakers},
    time::Time,
};
use std::borrow::Cow;

/// A word as a vendor gives it.
pub(super) struct Said<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) start: Time,
    pub(super) end: Time,
    pub(super) confidence: Option<f64>,
    pub(super) speaker: Option<Speaker>,
    /// Written against what stands before, like a comma.
    pub(super) glued: bool,
    /// Not spoken: belongs to the word before it and has no times.
    pub(super) sign: bool,
}

/// A word or a sign, small: a transcript has as many as its speech has words, and they are all kept until they are joined.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    pub(super) text: Cow<'a, str>,
    /// NaN where there is none.
    confidence: f64,
    pub(super) start_ms: u32,
    pub(super) end_ms: u32,
    pub(super) speaker: Option<Speaker>,
    pub(super) glued: bool,
    /// Belongs to the word before it, whose times it has.
    pub(super) sign: bool,
}

impl Piece<'_> {
    pub(super) fn confidence(&self) -> Option<f64> {
        Some(self.confidence).filter(|confidence| !confidence.is_nan())
    }
}

/// The words of a transcript in the vendor's order.
#[derive(Debug, Default)]
pub(super) struct Words<'a> {
    pub(super) pieces: Vec<Piece<'a>>,
    pub(super) speakers: Speakers<'a>,
    pub(super) ledger: Ledger,
    /// Signs that are written against the word after them (`¿`, or anything before the first word), until it comes.
    opening: String,
}

/// Signs that open what follows, in every language that uses them.
const OPENING: [char; 13] = ['¿', '¡', '(', '[', '{', '„', '‚', '「', '『', '（', '《', '〈', '【'];

impl<'a> Words<'a> {
    /// Takes a word or a sign. What is empty says nothing.
    pub(super) fn take(&mut self, said: Said<'a>, place: impl Fn() -> String) {
        if self.ledger.is_faulty() {
            return;
        }
        let mut text = trimmed(said.text);
        if text.is_empty() {
            return;
        }
        let opens = || self.pieces.is_empty() || text.chars().all(|c| OPENING.contains(&c));
        if said.sign && opens() {
            self.opening.push_str(&text);
            return;
        }
        let Said { mut glued, sign, .. } = said;
        if !self.opening.is_empty() {
            text = (std::mem::take(&mut self.opening) + &text).into();
            glued = sign;
        }
        let times = if sign { Ok((None, None)) } else { said.start.and_then(|start| Ok((start, said.end?))) };
        let (start, end) = match times {
            Ok(times) => times,
            Err(fault) => return self.ledger.fault(place, fault),
        };
        let (before_start_ms, before_end_ms, before_speaker) = self
            .pieces
            .last()
            .map_or((0, 0, None), |before| (before.start_ms, before.end_ms, before.speaker));
        let confidence = self.ledger.confidence(said.confidence, &place).unwrap_or(f64::NAN);
        let (start_ms, end_ms, speaker) = if sign {
            (before_start_ms, before_end_ms, before_speaker)
        } else {
            // A word without times begins where the one before it ends.
            self.ledger.repaired(Repaired::TimeTaken, usize::from(start.is_none() || end.is_none()), &place);
            let start_ms = start.unwrap_or(before_end_ms);
            (start_ms, self.ledger.end(start_ms, end.unwrap_or(start_ms), &place), said.speaker)
        };
        self.pieces.push(Piece { text, confidence, start_ms, end_ms, speaker, glued, sign });
    }

    /// Whether nothing was said and nothing is wrong.
    pub(super) const fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.opening.is_empty() && !self.ledger.is_faulty()
    }

    /// Takes over all that another list holds, whose places lie under `place`. `name` says how its speakers are called here.
    pub(super) fn absorb(
        &mut self,
        mut other: Self,
        place: &str,
        name: impl Fn(Option<&str>) -> Option<Cow<'a, str>>,
    ) {
        other.finish();
        self.ledger.absorb(other.ledger, place);
        let mut renamed = |speaker: Option<Speaker>| {
            let name = name(speaker.map(|speaker| other.speakers.name(speaker)));
            name.map_or(Ok(None), |name| self.speakers.named(name))
        };
        let mut last = None;
        self.pieces.reserve(other.pieces.len());
        for mut piece in other.pieces {
            let speaker = match last {
                Some((from, to)) if from == piece.speaker => to,
                _ => match renamed(piece.speaker) {
                    Ok(speaker) => speaker,
                    Err(fault) => return self.ledger.fault(|| place.to_owned(), fault),
                },
            };
            last = Some((piece.speaker, speaker));
            piece.speaker = speaker;
            self.pieces.push(piece);
        }
    }

    /// Signs after which no word came stand alone.
    fn finish(&mut self) {
        if !self.opening.is_empty() {
            let text = Cow::Owned(std::mem::take(&mut self.opening));
            let before = self.pieces.last();
            let (start_ms, end_ms, speaker) =
                before.map_or((0, 0, None), |before| (before.start_ms, before.end_ms, before.speaker));
            let sign = before.is_some();
            self.pieces.push(Piece {
                text,
                confidence: f64::NAN,
                start_ms,
                end_ms,
                speaker,
                glued: false,
                sign,
            });
        }
    }

    /// Puts the words into the order of their beginnings, each with its signs. Where vendors are right, this looks and moves
    /// nothing.
    pub(super) fn put_in_order(&mut self, place: &str) {
        self.finish();
        let late = self.pieces.windows(2).filter(|pair| pair[1].start_ms < pair[0].start_ms).count();
        if late > 0 {
            self.pieces.sort_by_key(|piece| piece.start_ms);
            self.ledger.repaired(Repaired::Reordered, late, || place.to_owned());
        }
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}
