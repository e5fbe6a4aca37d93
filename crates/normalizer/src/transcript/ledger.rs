//! What is noticed about a vendor's answer while it is worked off.

use crate::{Fault, NormalizeError, Role, schema::Repair};

/// The first fault, and the repairs, each sort once with its number: a vendor's habit is one fact and not thousands.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    fault: Option<(String, Fault)>,
    repairs: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    repaired: Repaired,
    /// The first place.
    place: String,
    count: usize,
}

/// What may be taken over otherwise than it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repaired {
    /// An end before its beginning, within rounding.
    EndMoved,
    /// Not in the order of their beginnings.
    Reordered,
    /// No time of its own.
    TimeTaken,
    /// A confidence outside 0 to 1.
    ConfidenceDropped,
    /// A language that cannot be written in BCP 47.
    LanguageDropped,
    /// Words in the text that the list of words does not have.
    WordsUnmatched,
    /// Text behind the last word of the list of words.
    TextUnmatched,
    /// The last result repeats the words of the others.
    RepetitionDropped,
    /// Raw control characters in JSON.
    ControlEscaped,
    /// Bytes that are no UTF-8.
    CharactersReplaced,
}

impl Repaired {
    const fn code(self) -> &'static str {
        match self {
            Self::EndMoved => "word-end-moved",
            Self::Reordered => "words-reordered",
            Self::TimeTaken => "time-from-neighbour",
            Self::ConfidenceDropped => "confidence-dropped",
            Self::LanguageDropped => "language-dropped",
            Self::WordsUnmatched => "words-unmatched",
            Self::TextUnmatched => "text-unmatched",
            Self::RepetitionDropped => "repetition-dropped",
            Self::ControlEscaped => "control-characters-escaped",
            Self::CharactersReplaced => "characters-replaced",
        }
    }

    fn note(self, count: usize) -> String {
        match self {
            Self::EndMoved => {
                format!(
                    "{count} ends lay up to {ROUNDING_MS} ms before their beginnings and were moved there."
                )
            }
            Self::Reordered => {
                format!("{count} words or segments stood behind later ones and were put in order.")
            }
            Self::TimeTaken => {
                format!("{count} words or segments had no time and took it from their neighbour.")
            }
            Self::ConfidenceDropped => {
                format!("{count} confidences did not lie between 0 and 1 and were dropped.")
            }
            Self::LanguageDropped => "The language is not written in a known way and was dropped.".to_owned(),
            Self::WordsUnmatched => {
                format!(
                    "{count} words are not in the text of their segment and were taken without its punctuation."
                )
            }
            Self::TextUnmatched => {
                format!("{count} words at the end of the text are not in the list of words and were dropped.")
            }
            Self::RepetitionDropped => {
                format!(
                    "{count} results were dropped because the last one repeats their words with speakers."
                )
            }
            Self::ControlEscaped => {
                format!(
                    "{count} raw control characters in texts, which JSON forbids, were read as if escaped."
                )
            }
            Self::CharactersReplaced => format!("{count} characters could not be decoded and were replaced."),
        }
    }
}

/// How far an end may lie before its beginning and be called rounded: Whisper's times stand on a grid of this width, the
/// coarsest of all.
pub(super) const ROUNDING_MS: u32 = 20;

impl Ledger {
    /// Notes a repair. Repairs of one sort are counted.
    pub(super) fn repaired(&mut self, repaired: Repaired, count: usize, place: impl FnOnce() -> String) {
        if count == 0 {
            return;
        }
        match self.repairs.iter_mut().find(|entry| entry.repaired == repaired) {
            Some(entry) => entry.count += count,
            None => self.repairs.push(Entry { repaired, place: place(), count }),
        }
    }

    /// Takes over what another list noticed, whose places lie under `place`.
    pub(super) fn absorb(&mut self, other: Self, place: &str) {
        self.take_over(other, |inner| format!("{place}/{inner}"));
    }

    /// Takes over what was noticed elsewhere, with its places.
    pub(super) fn merge(&mut self, other: Self) {
        self.take_over(other, |place| place);
    }

    fn take_over(&mut self, other: Self, at: impl Fn(String) -> String) {
        for entry in other.repairs {
            self.repaired(entry.repaired, entry.count, || at(entry.place));
        }
        if let Some((inner, fault)) = other.fault {
            self.fault(|| at(inner), fault);
        }
    }

    /// Notes what cannot be repaired. The first counts.
    pub(super) fn fault(&mut self, place: impl FnOnce() -> String, fault: Fault) {
        if self.fault.is_none() {
            self.fault = Some((place(), fault));
        }
    }

    pub(super) const fn is_faulty(&self) -> bool {
        self.fault.is_some()
    }

    /// The confidence, if it is one.
    pub(super) fn confidence(&mut self, given: Option<f64>, place: impl FnOnce() -> String) -> Option<f64> {
        let given = given?;
        if (0.0..=1.0).contains(&given) {
            return Some(given);
        }
        self.repaired(Repaired::ConfidenceDropped, 1, place);
        None
    }

    /// The language in BCP 47.
    pub(super) fn language(&mut self, written: Option<&str>, place: &str) -> Option<String> {
        let written = written.filter(|written| !written.is_empty())?;
        let tag = super::language_tag::tag(written);
        self.repaired(Repaired::LanguageDropped, usize::from(tag.is_none()), || place.to_owned());
        tag
    }

    /// An end that is not before its beginning, if rounding explains the difference.
    pub(super) fn end(&mut self, start_ms: u32, end_ms: u32, place: impl Fn() -> String) -> u32 {
        if end_ms >= start_ms {
            return end_ms;
        }
        if start_ms - end_ms > ROUNDING_MS {
            let fault = Fault::WordBackwards { start_ms: start_ms.into(), end_ms: end_ms.into() };
            self.fault(&place, fault);
        }
        self.repaired(Repaired::EndMoved, 1, &place);
        start_ms
    }

    /// What was repaired, in a file of `role`; or why it cannot be used.
    pub(super) fn close(self, role: Role) -> Result<Vec<Repair>, NormalizeError> {
        if let Some((place, fault)) = self.fault {
            return Err(NormalizeError::new(format!("{role}/{place}"), fault));
        }
        let repairs = self.repairs.into_iter();
        Ok(repairs
            .map(|entry| Repair {
                code: entry.repaired.code().to_owned(),
                place: format!("{role}/{}", entry.place),
                note: entry.repaired.note(entry.count),
            })
            .collect())
    }
}
