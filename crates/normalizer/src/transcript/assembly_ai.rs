use super::{
    Spoken, joining, time,
    utterances::{self, Uttered},
    words::{Said, Words},
};
use crate::{
    Fault, NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    error,
    json::{self, Gather, Gathered, Label, Number, Text},
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// What `AssemblyAI` answers. Times of words are milliseconds, though the duration of the whole is seconds. `utterances`, which
/// may be absent, repeat the words and are taken only where there are none.
pub(crate) struct AssemblyAi;

const FORMAT: &str = "AssemblyAI";

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow)]
    error: Option<Text<'a>>,
    #[serde(borrow)]
    language_code: Option<Text<'a>>,
    #[serde(borrow, default)]
    words: Gathered<Spelled<'a>>,
    #[serde(borrow)]
    utterances: Option<&'a RawValue>,
}

/// A word or an utterance.
#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    text: Option<Text<'a>>,
    start: Option<Number>,
    end: Option<Number>,
    confidence: Option<Number>,
    #[serde(borrow)]
    speaker: Option<Label<'a>>,
    #[serde(borrow)]
    channel: Option<Label<'a>>,
}

#[derive(Default)]
struct Spelled<'a>(Words<'a>);

impl<'de: 'a, 'a> Gather<'de> for Spelled<'a> {
    type Element = Part<'a>;

    fn take(&mut self, index: usize, word: Part<'a>) {
        let place = || format!("words/{index}");
        let speaker = self.0.speakers.labelled(word.speaker.or(word.channel), &mut self.0.ledger, place);
        let said = Said {
            text: word.text.unwrap_or_default().0,
            start: time::milliseconds(word.start),
            end: time::milliseconds(word.end),
            confidence: word.confidence.and_then(|confidence| confidence.0),
            speaker,
            glued: false,
            sign: false,
        };
        self.0.take(said, place);
    }
}

impl<'a> From<Part<'a>> for Uttered<'a> {
    fn from(utterance: Part<'a>) -> Self {
        Self {
            text: utterance.text,
            start: time::milliseconds(utterance.start),
            end: time::milliseconds(utterance.end),
            confidence: utterance.confidence,
            speaker: utterance.speaker.or(utterance.channel),
        }
    }
}

impl Adapter for AssemblyAi {
    type Output = Spoken;

    fn name(&self) -> &'static str {
        "assembly-ai"
    }

    fn looked_for(&self) -> &'static str {
        "AssemblyAI JSON (an object with `text`, `words` and `audio_duration`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        // Others write `text` and `words` too, in seconds: something that is this vendor's own must be there.
        let has = |paths: &[&str]| file.json_has(paths);
        has(&["words", "audio_duration"])
            || has(&["audio_url", "status"])
            || has(&["text", "words/text", "words/confidence"])
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let answer: Answer<'_> = json::read(FORMAT, file.bytes).map_err(wrong)?;
        if let Some(status) = answer.status.filter(|status| status.0 != "completed") {
            let why = error::why(&answer.error.unwrap_or(status).0);
            return Err(wrong(Fault::TranscriptionFailed { why }));
        }
        let words = answer.words.0.0;
        let (segments, mut ledger) = match answer.utterances {
            Some(repeated) if words.is_empty() => {
                utterances::segments::<Part<'_>>(FORMAT, repeated, "utterances").map_err(wrong)?
            }
            _ => joining::join(words, "words"),
        };
        let language = answer.language_code.map(|code| code.0);
        let language = ledger.language(language.as_deref(), "language_code");
        Spoken::of(file.role, language, segments, ledger, "milliseconds")
    }
}
