//! Utterances: what vendors give beside the words, or instead of them. They are taken only where there are no words.

use super::{
    kept::{Kept, Stretch},
    ledger::Ledger,
    speakers::Speakers,
    time::Time,
};
use crate::{
    Fault,
    json::{self, Gather, Gathered, Label, Number, Text},
    schema::Segment,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::marker::PhantomData;

/// An utterance, in whatever fields and units a vendor writes it.
pub(super) struct Uttered<'a> {
    pub(super) text: Option<Text<'a>>,
    pub(super) start: Time,
    pub(super) end: Time,
    pub(super) confidence: Option<Number>,
    pub(super) speaker: Option<Label<'a>>,
}

/// The segments of a list of utterances that lies at `at`, each in the vendor's shape `U`.
pub(super) fn segments<'a, U>(
    format: &'static str,
    list: &'a RawValue,
    at: &str,
) -> Result<(Vec<Segment>, Ledger), Fault>
where
    U: Deserialize<'a> + Into<Uttered<'a>>,
{
    let Utterances { kept, ledger: inner, .. } =
        json::read::<Gathered<Utterances<'a, U>>>(format, list.get().as_bytes())?.0;
    let mut ledger = Ledger::default();
    ledger.absorb(inner, at);
    Ok((kept.close(&mut ledger, at), ledger))
}

struct Utterances<'a, U> {
    kept: Kept,
    speakers: Speakers<'a>,
    ledger: Ledger,
    vendor: PhantomData<U>,
}

impl<U> Default for Utterances<'_, U> {
    fn default() -> Self {
        Self {
            kept: Kept::default(),
            speakers: Speakers::default(),
            ledger: Ledger::default(),
            vendor: PhantomData,
        }
    }
}

impl<'a, U: Deserialize<'a> + Into<Uttered<'a>>> Gather<'a> for Utterances<'a, U> {
    type Element = U;

    fn take(&mut self, index: usize, utterance: U) {
        let place = || index.to_string();
        let Uttered { text, start, end, confidence, speaker } = utterance.into();
        let speaker = self.speakers.labelled(speaker, &mut self.ledger, place);
        let confidence = confidence.and_then(|confidence| confidence.0);
        let stretch = Stretch { text: &text.unwrap_or_default().0, start, end, confidence, speaker };
        self.kept.take(stretch, &self.speakers, &mut self.ledger, place);
    }
}
