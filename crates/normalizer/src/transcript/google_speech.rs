use super::{
    Spoken, joining,
    kept::{Kept, Stretch},
    ledger::{Ledger, Repaired},
    speakers::Speakers,
    time::{self, Duration, Time},
    words::{Said, Words},
};
use crate::{
    NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    json::{self, First, Gather, Gathered, Label, Number, Text},
};
use serde::Deserialize;

/// What Google Speech-to-Text answers, bare or as the `response` of a finished operation, in the names of its REST interface
/// (`startTime`; `startOffset` in version 2) or of its protocol buffers (`start_time`).
///
/// With diarisation the last result repeats every word of the others, now with speakers: it is then taken alone. Where words
/// are absent, a result becomes a segment; it begins where the one before it ends, because only its end is said.
pub(crate) struct GoogleSpeech;

const FORMAT: &str = "Google Speech-to-Text";
const RESULTS: &str = "results";

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow, default)]
    results: Gathered<Results<'a>>,
    #[serde(borrow)]
    response: Option<Response<'a>>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow, default)]
    results: Gathered<Results<'a>>,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    #[serde(borrow, default)]
    alternatives: First<Alternative<'a>>,
    #[serde(
        alias = "result_end_time",
        alias = "resultEndOffset",
        alias = "result_end_offset",
        rename = "resultEndTime"
    )]
    end: Option<Duration>,
    #[serde(borrow, alias = "language_code", rename = "languageCode")]
    language: Option<Text<'a>>,
    #[serde(alias = "channel_tag", rename = "channelTag")]
    channel: Option<Number>,
}

#[derive(Deserialize)]
struct Alternative<'a> {
    #[serde(borrow)]
    transcript: Option<Text<'a>>,
    confidence: Option<Number>,
    #[serde(borrow, default)]
    words: Gathered<Spelled<'a>>,
}

#[derive(Deserialize)]
struct Word<'a> {
    #[serde(borrow, rename = "word")]
    text: Option<Text<'a>>,
    #[serde(alias = "start_time", alias = "startOffset", alias = "start_offset", rename = "startTime")]
    start: Option<Duration>,
    #[serde(alias = "end_time", alias = "endOffset", alias = "end_offset", rename = "endTime")]
    end: Option<Duration>,
    confidence: Option<Number>,
    #[serde(borrow, alias = "speaker_tag", rename = "speakerTag")]
    tag: Option<Label<'a>>,
    #[serde(borrow, alias = "speaker_label", rename = "speakerLabel")]
    label: Option<Label<'a>>,
}

/// A confidence. Nought stands for none.
fn confidence(given: Option<Number>) -> Option<f64> {
    given.and_then(|given| given.0).filter(|confidence| *confidence != 0.0)
}

/// The words of one result.
#[derive(Default)]
struct Spelled<'a>(Words<'a>);

impl<'de: 'a, 'a> Gather<'de> for Spelled<'a> {
    type Element = Word<'a>;

    fn take(&mut self, index: usize, word: Word<'a>) {
        let place = || index.to_string();
        // The tag 0 stands for none. Labels are numbers in quotes.
        let label = match word.label.or(word.tag) {
            Some(Label::Number(0)) => None,
            Some(Label::Name(name)) => Some(name.parse().map_or(Label::Name(name), Label::Number)),
            other => other,
        };
        let speaker = self.0.speakers.labelled(label, &mut self.0.ledger, place);
        // Protocol buffers leave a time of nought out.
        let start = match time::duration(word.start) {
            Ok(None) if word.end.is_some() => Ok(Some(0)),
            start => start,
        };
        let said = Said {
            text: word.text.unwrap_or_default().0,
            start,
            end: time::duration(word.end),
            confidence: confidence(word.confidence),
            speaker,
            glued: false,
            sign: false,
        };
        self.0.take(said, place);
    }
}

/// All results. The words of the last are kept apart until it is known that it is the last.
#[derive(Default)]
struct Results<'a> {
    words: Words<'a>,
    last: Option<(String, Option<String>, Words<'a>)>,
    /// How many there were before the last.
    absorbed: usize,
    kept: Kept,
    kept_end: Option<u32>,
    language: Option<String>,
    ledger: Ledger,
}

impl<'de: 'a, 'a> Gather<'de> for Results<'a> {
    type Element = Outcome<'a>;

    fn take(&mut self, index: usize, outcome: Outcome<'a>) {
        let place = || format!("{RESULTS}/{index}");
        if self.language.is_none() {
            let language = outcome.language.map(|language| language.0);
            self.language = self.ledger.language(language.as_deref(), &place());
        }
        let Some(likeliest) = outcome.alternatives.0 else { return };
        let channel = outcome.channel.and_then(Number::whole).filter(|channel| *channel > 0);
        let channel = channel.map(|channel| format!("Channel {channel}"));
        let end = time::duration(outcome.end);
        if likeliest.words.0.0.is_empty() {
            let text = likeliest.transcript.unwrap_or_default();
            self.keep(&text.0, end, confidence(likeliest.confidence), channel, place);
        } else {
            self.absorb_last();
            let words = likeliest.words.0.0;
            self.last = Some((format!("{RESULTS}/{index}/alternatives/0/words"), channel, words));
        }
    }
}

impl Results<'_> {
    fn keep(
        &mut self,
        text: &str,
        end: Time,
        confidence: Option<f64>,
        channel: Option<String>,
        place: impl Fn() -> String,
    ) {
        let mut speakers = Speakers::default();
        let speaker = channel.map_or(Ok(None), |channel| speakers.named(channel.into())).unwrap_or_default();
        let end_ms = end.as_ref().ok().copied().flatten();
        let start = Ok(self.kept_end.map(|before| before.min(end_ms.unwrap_or(before))));
        self.kept_end = end_ms.or(self.kept_end);
        let missing = usize::from(!text.trim().is_empty() && end_ms.is_some());
        self.ledger.repaired(Repaired::TimeTaken, missing, &place);
        let start = start.map(|start| start.or(Some(0)));
        self.kept.take(Stretch { text, start, end, confidence, speaker }, &speakers, &mut self.ledger, place);
    }

    fn absorb_last(&mut self) {
        let Some((place, channel, words)) = self.last.take() else { return };
        self.absorbed += 1;
        self.words.absorb(words, &place, |speaker| match (&channel, speaker) {
            (Some(channel), Some(speaker)) => Some(format!("{channel}, {speaker}").into()),
            (channel, speaker) => channel.as_deref().or(speaker).map(|only| only.to_owned().into()),
        });
    }

    /// Whether the last result has all words of the others again: as many at least, over the same time, with speakers.
    fn is_repeated(&self) -> bool {
        let Some((.., last)) = &self.last else { return false };
        let (before, last) = (&self.words.pieces, &last.pieces);
        let [Some(first), Some(end), Some(last_first), Some(last_end)] =
            [before.first(), before.last(), last.first(), last.last()]
        else {
            return false;
        };
        last.len() >= before.len()
            && last_first.start_ms == first.start_ms
            && last_end.start_ms >= end.start_ms
            && last.iter().any(|piece| piece.speaker.is_some())
    }

    fn into_spoken(mut self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        if self.is_repeated() {
            let dropped = std::mem::take(&mut self.words);
            self.ledger.absorb(dropped.ledger, RESULTS);
            self.ledger.repaired(Repaired::RepetitionDropped, self.absorbed, || RESULTS.to_owned());
        }
        self.absorb_last();
        let (joined, ledger) = joining::join(self.words, RESULTS);
        let mut all = self.ledger;
        all.merge(ledger);
        let segments = self.kept.close_with(joined, &mut all, RESULTS);
        Spoken::of(file.role, self.language, segments, all, "seconds")
    }
}

impl Adapter for GoogleSpeech {
    type Output = Spoken;

    fn name(&self) -> &'static str {
        "google-speech"
    }

    fn looked_for(&self) -> &'static str {
        "Google Speech-to-Text JSON (an object with `results` that have `alternatives`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        ["results/alternatives", "response/results", "totalBilledTime", "total_billed_time"]
            .iter()
            .any(|path| file.json_has(&[path]))
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let answer: File<'_> = json::read(FORMAT, file.bytes).map_err(wrong)?;
        let results = answer.response.map_or(answer.results, |response| response.results).0;
        results.into_spoken(file)
    }
}
