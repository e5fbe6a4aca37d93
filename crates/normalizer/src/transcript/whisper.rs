use super::{
    Spoken, joining,
    kept::{Kept, Stretch},
    ledger::Ledger,
    punctuation,
    speakers::Speakers,
    time,
    words::{Said, Words},
};
use crate::{
    NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    json::{self, Gather, Gathered, Label, Number, Text},
};
use serde::Deserialize;
use std::borrow::Cow;

/// Whisper's `verbose_json`, from the service and from the programs that imitate it.
///
/// Words, if there are any, stand in the segments or beside them. Some writers put white space before each word that is not
/// glued; the words of others have no punctuation at all, and it is taken from the text. Without words the segments are kept,
/// and their confidence is the mean probability that `avg_logprob` is the logarithm of.
pub(crate) struct Whisper;

const FORMAT: &str = "Whisper";
const SEGMENTS: &str = "segments";

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    language: Option<Text<'a>>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    segments: Gathered<Segments<'a>>,
    #[serde(borrow, default)]
    words: Gathered<Spelled<'a>>,
}

#[derive(Deserialize)]
struct Segment<'a> {
    start: Option<Number>,
    end: Option<Number>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    avg_logprob: Option<Number>,
    #[serde(borrow)]
    speaker: Option<Label<'a>>,
    #[serde(borrow, default)]
    words: Gathered<Spelled<'a>>,
}

#[derive(Deserialize)]
struct Word<'a> {
    #[serde(borrow, rename = "word", alias = "text")]
    text: Option<Text<'a>>,
    start: Option<Number>,
    end: Option<Number>,
    #[serde(alias = "score", alias = "confidence")]
    probability: Option<Number>,
    #[serde(borrow)]
    speaker: Option<Label<'a>>,
}

/// The words of one list.
#[derive(Default)]
struct Spelled<'a> {
    words: Words<'a>,
    /// Whether its writer puts white space before words, known from the first.
    spaced: Option<bool>,
}

impl<'de: 'a, 'a> Gather<'de> for Spelled<'a> {
    type Element = Word<'a>;

    fn take(&mut self, index: usize, word: Word<'a>) {
        let place = || format!("words/{index}");
        let text = word.text.unwrap_or_default().0;
        if text.trim().is_empty() {
            return;
        }
        let apart = text.starts_with(char::is_whitespace);
        let spaced = *self.spaced.get_or_insert(apart);
        let speaker = self.words.speakers.labelled(word.speaker, &mut self.words.ledger, place);
        let said = Said {
            text,
            start: time::seconds(word.start),
            end: time::seconds(word.end),
            confidence: word.probability.and_then(|probability| probability.0),
            speaker,
            glued: spaced && !apart,
            sign: false,
        };
        self.words.take(said, place);
    }
}

impl<'a> Spelled<'a> {
    /// The words with the punctuation of their text.
    fn punctuated(mut self, text: &str) -> Words<'a> {
        if self.spaced != Some(true) {
            punctuation::restore(text, &mut self.words);
        }
        self.words
    }
}

/// The words of the segments that have them, and the others as they are.
#[derive(Default)]
struct Segments<'a> {
    kept: Kept,
    words: Words<'a>,
    speakers: Speakers<'a>,
    ledger: Ledger,
}

impl<'de: 'a, 'a> Gather<'de> for Segments<'a> {
    type Element = Segment<'a>;

    fn take(&mut self, index: usize, segment: Segment<'a>) {
        let place = || format!("{SEGMENTS}/{index}");
        let speaker = self.speakers.labelled(segment.speaker, &mut self.ledger, place);
        let text = segment.text.unwrap_or_default().0;
        let spelled = segment.words.0;
        if spelled.words.is_empty() {
            let confidence = segment.avg_logprob.and_then(|logarithm| logarithm.0).map(f64::exp);
            let (start, end) = (time::seconds(segment.start), time::seconds(segment.end));
            let stretch = Stretch { text: &text, start, end, confidence, speaker };
            self.kept.take(stretch, &self.speakers, &mut self.ledger, place);
        } else {
            let name = speaker.map(|speaker| self.speakers.name(speaker).to_owned());
            self.words.absorb(spelled.punctuated(&text), &place(), |own| {
                own.map(|own| Cow::Owned(own.to_owned())).or_else(|| name.clone().map(Cow::Owned))
            });
        }
    }
}

impl Adapter for Whisper {
    type Output = Spoken;

    fn name(&self) -> &'static str {
        "whisper"
    }

    fn looked_for(&self) -> &'static str {
        "Whisper verbose JSON (an object with `text` and `segments` or `words`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        let has = |paths: &[&str]| file.json_has(paths);
        has(&["segments/start", "segments/text"])
            || has(&["text", SEGMENTS])
            || has(&["words/word", "words/start"])
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let answer: File<'_> = json::read(FORMAT, file.bytes).map_err(wrong)?;
        let Segments { mut kept, mut words, mut ledger, .. } = answer.segments.0;
        let beside = answer.words.0;
        if words.is_empty() && !beside.words.is_empty() {
            let text = if kept.is_empty() { answer.text.unwrap_or_default().0 } else { kept.text().into() };
            words = beside.punctuated(&text);
            kept = Kept::default();
        }
        let (joined, noticed) = joining::join(words, SEGMENTS);
        ledger.merge(noticed);
        let segments = kept.close_with(joined, &mut ledger, SEGMENTS);
        let language = answer.language.map(|language| language.0);
        let language = ledger.language(language.as_deref(), "language");
        Spoken::of(file.role, language, segments, ledger, "seconds")
    }
}
