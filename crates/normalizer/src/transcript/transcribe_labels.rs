//! Who speaks in older files of Amazon Transcribe: stretches and items with labels, apart from the words.

use super::{speakers::Speaker, time, words::Words};
use crate::{
    Fault,
    json::{Gather, Gathered, Number, Text},
};
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Deserialize)]
pub(super) struct Labels<'a> {
    #[serde(borrow, default, alias = "channels")]
    segments: Gathered<Spans<'a>>,
}

/// A stretch of one speaker, or all of one channel.
#[derive(Deserialize)]
struct Labelled<'a> {
    start_time: Option<Number>,
    end_time: Option<Number>,
    #[serde(borrow, alias = "channel_label")]
    speaker_label: Option<Text<'a>>,
    #[serde(default)]
    items: Gathered<Times>,
}

#[derive(Deserialize)]
struct LabelledItem {
    start_time: Option<Number>,
    end_time: Option<Number>,
}

/// Begin and end of the items that have them.
#[derive(Default)]
struct Times(Vec<Span>);

/// From when until when, in milliseconds.
type Span = (u32, u32);

impl Gather<'_> for Times {
    type Element = LabelledItem;

    fn take(&mut self, _: usize, item: LabelledItem) {
        self.0.extend(span(item.start_time, item.end_time));
    }
}

/// What is labelled, by label.
#[derive(Default)]
struct Spans<'a>(Vec<(Cow<'a, str>, Vec<Span>)>);

impl<'de: 'a, 'a> Gather<'de> for Spans<'a> {
    type Element = Labelled<'a>;

    /// A stretch without items is labelled as a whole; one without a label labels nothing.
    fn take(&mut self, _: usize, labelled: Labelled<'a>) {
        let Some(label) = labelled.speaker_label.filter(|label| !label.0.trim().is_empty()) else { return };
        let mut times = labelled.items.0.0;
        if times.is_empty() {
            times.extend(span(labelled.start_time, labelled.end_time));
        }
        if !times.is_empty() {
            times.shrink_to_fit();
            self.0.push((label.0, times));
        }
    }
}

fn span(start: Option<Number>, end: Option<Number>) -> Option<Span> {
    let (start, end) = (time::seconds(start).ok()??, time::seconds(end).ok()??);
    (start <= end).then_some((start, end))
}

/// Gives words without a label the one that is spoken when they begin.
pub(super) fn label_by_time<'a>(words: &mut Words<'a>, labels: Labels<'a>) -> Result<(), Fault> {
    let mut spans: Vec<(u32, u32, Speaker)> = Vec::new();
    for (label, times) in labels.segments.0.0 {
        if let Some(speaker) = words.speakers.named(label)? {
            spans.extend(times.into_iter().map(|(start_ms, end_ms)| (start_ms, end_ms, speaker)));
        }
    }
    spans.sort_unstable_by_key(|(start_ms, ..)| *start_ms);
    let mut before = None;
    for piece in &mut words.pieces {
        if piece.sign {
            piece.speaker = before;
        } else if piece.speaker.is_none() {
            // The last that begins no later; a label of one item begins exactly with it.
            let after = spans.partition_point(|(start_ms, ..)| *start_ms <= piece.start_ms);
            let spoken = after.checked_sub(1).map(|place| spans[place]);
            piece.speaker = spoken
                .filter(|(start_ms, end_ms, _)| piece.start_ms < *end_ms || piece.start_ms == *start_ms)
                .map(|(.., speaker)| speaker);
        }
        before = piece.speaker;
    }
    Ok(())
}
