use super::{
    Spoken, joining,
    kept::{Kept, Stretch},
    ledger::Ledger,
    speakers::Speakers,
    time,
    transcribe_labels::label_by_time,
    words::{Said, Words},
};
use crate::{
    Fault, NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    json::{self, First, Gather, Gathered, Number, Text},
    schema::Segment,
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// What Amazon Transcribe writes for a job. Every number is a string, signs have no times, `[PII]` stands for what was
/// redacted and is kept.
///
/// Newer files put the speaker on each item; in older ones it is found by time in `speaker_labels`, and likewise the channel
/// in `channel_labels`. Those lists and `audio_segments` repeat the items, so they are read only where they are needed.
pub(crate) struct Transcribe;

const FORMAT: &str = "Amazon Transcribe";
const ITEMS: &str = "results/items";
const AUDIO_SEGMENTS: &str = "results/audio_segments";

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    results: Results<'a>,
}

#[derive(Deserialize)]
struct Results<'a> {
    #[serde(borrow)]
    language_code: Option<Text<'a>>,
    #[serde(borrow, default)]
    items: Gathered<Items<'a>>,
    #[serde(borrow)]
    speaker_labels: Option<&'a RawValue>,
    #[serde(borrow)]
    channel_labels: Option<&'a RawValue>,
    #[serde(borrow)]
    audio_segments: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    start_time: Option<Number>,
    end_time: Option<Number>,
    #[serde(borrow, default)]
    alternatives: First<Alternative<'a>>,
    #[serde(borrow)]
    speaker_label: Option<Text<'a>>,
    #[serde(borrow)]
    channel_label: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Alternative<'a> {
    confidence: Option<Number>,
    #[serde(borrow)]
    content: Option<Text<'a>>,
}

/// The items, worked off.
#[derive(Default)]
struct Items<'a>(Words<'a>);

impl<'de: 'a, 'a> Gather<'de> for Items<'a> {
    type Element = Item<'a>;

    fn take(&mut self, index: usize, item: Item<'a>) {
        let place = || format!("{ITEMS}/{index}");
        let label = item.speaker_label.filter(|label| !label.0.is_empty()).or(item.channel_label);
        let speaker = label.map_or(Ok(None), |label| self.0.speakers.named(label.0));
        let (Ok(speaker), Some(said)) = (&speaker, item.alternatives.0) else {
            return speaker.err().into_iter().for_each(|fault| self.0.ledger.fault(place, fault));
        };
        let is_sign = item.kind.is_some_and(|kind| kind.0 == "punctuation");
        self.0.take(
            Said {
                text: said.content.unwrap_or_default().0,
                start: time::seconds(item.start_time),
                end: time::seconds(item.end_time),
                // That of a sign is always nought and says nothing.
                confidence: said.confidence.filter(|_| !is_sign).and_then(|confidence| confidence.0),
                speaker: *speaker,
                glued: is_sign,
                sign: is_sign,
            },
            place,
        );
    }
}

impl Adapter for Transcribe {
    type Output = Spoken;

    fn name(&self) -> &'static str {
        "aws-transcribe"
    }

    fn looked_for(&self) -> &'static str {
        "Amazon Transcribe JSON (an object with `results` that has `items` or `transcripts`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        file.json_has(&["results/items"]) || file.json_has(&["results/transcripts"])
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let results = json::read::<File<'_>>(FORMAT, file.bytes).map_err(wrong)?.results;
        let mut words = results.items.0.0;
        if words.pieces.iter().all(|piece| piece.speaker.is_none()) {
            for labels in [results.speaker_labels, results.channel_labels].into_iter().flatten() {
                label_by_time(&mut words, json::read(FORMAT, labels.get().as_bytes()).map_err(wrong)?)
                    .map_err(wrong)?;
            }
        }
        let (segments, mut ledger) = match results.audio_segments {
            Some(segments) if words.is_empty() => audio_segments(segments).map_err(wrong)?,
            _ => joining::join(words, ITEMS),
        };
        let language = results.language_code.map(|code| code.0);
        let language = ledger.language(language.as_deref(), "results/language_code");
        Spoken::of(file.role, language, segments, ledger, "seconds")
    }
}

#[derive(Deserialize)]
struct AudioSegment<'a> {
    #[serde(borrow)]
    transcript: Option<Text<'a>>,
    start_time: Option<Number>,
    end_time: Option<Number>,
    #[serde(borrow)]
    speaker_label: Option<Text<'a>>,
}

/// The segments of a file without items.
#[derive(Default)]
struct AudioSegments<'a> {
    kept: Kept,
    speakers: Speakers<'a>,
    ledger: Ledger,
}

impl<'de: 'a, 'a> Gather<'de> for AudioSegments<'a> {
    type Element = AudioSegment<'a>;

    fn take(&mut self, index: usize, segment: AudioSegment<'a>) {
        let place = || format!("{AUDIO_SEGMENTS}/{index}");
        let speaker = segment.speaker_label.map_or(Ok(None), |label| self.speakers.named(label.0));
        let speaker = speaker.unwrap_or_else(|fault| {
            self.ledger.fault(place, fault);
            None
        });
        let stretch = Stretch {
            text: &segment.transcript.unwrap_or_default().0,
            start: time::seconds(segment.start_time),
            end: time::seconds(segment.end_time),
            confidence: None,
            speaker,
        };
        self.kept.take(stretch, &self.speakers, &mut self.ledger, place);
    }
}

fn audio_segments(segments: &RawValue) -> Result<(Vec<Segment>, Ledger), Fault> {
    let AudioSegments { kept, mut ledger, .. } =
        json::read::<Gathered<AudioSegments<'_>>>(FORMAT, segments.get().as_bytes())?.0;
    Ok((kept.close(&mut ledger, AUDIO_SEGMENTS), ledger))
}
