use super::{
    Spoken, joining, time,
    words::{Said, Words},
};
use crate::{
    NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    json::{self, Gather, Gathered, Label, Number, Text},
};
use serde::Deserialize;

/// What Rev AI writes: monologues of elements. White space is an element of its own or part of a sign (`", "`), so what is
/// written together is known and not guessed.
pub(crate) struct RevAi;

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    monologues: Gathered<Monologues<'a>>,
    #[serde(borrow)]
    language: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Monologue<'a> {
    #[serde(borrow)]
    speaker: Option<Label<'a>>,
    #[serde(borrow, default)]
    elements: Gathered<Elements<'a>>,
}

#[derive(Deserialize)]
struct Element<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    value: Option<Text<'a>>,
    ts: Option<Number>,
    end_ts: Option<Number>,
    confidence: Option<Number>,
}

/// The elements of one monologue.
struct Elements<'a> {
    words: Words<'a>,
    /// Whether white space, or nothing at all, stands before the next element.
    apart: bool,
}

impl Default for Elements<'_> {
    fn default() -> Self {
        Self { words: Words::default(), apart: true }
    }
}

impl<'de: 'a, 'a> Gather<'de> for Elements<'a> {
    type Element = Element<'a>;

    fn take(&mut self, index: usize, element: Element<'a>) {
        let text = element.value.unwrap_or_default().0;
        let before = text.starts_with(char::is_whitespace);
        let after = text.ends_with(char::is_whitespace);
        let empty = text.trim().is_empty();
        let said = Said {
            text,
            start: time::seconds(element.ts),
            end: time::seconds(element.end_ts),
            confidence: element.confidence.and_then(|confidence| confidence.0),
            speaker: None,
            glued: !(self.apart || before),
            sign: element.kind.is_some_and(|kind| kind.0 == "punct"),
        };
        self.apart = after || (empty && self.apart);
        self.words.take(said, || format!("elements/{index}"));
    }
}

#[derive(Default)]
struct Monologues<'a>(Words<'a>);

impl<'de: 'a, 'a> Gather<'de> for Monologues<'a> {
    type Element = Monologue<'a>;

    fn take(&mut self, index: usize, monologue: Monologue<'a>) {
        let place = format!("monologues/{index}");
        let speaker = self.0.speakers.labelled(monologue.speaker, &mut self.0.ledger, || place.clone());
        let name = speaker.map(|speaker| self.0.speakers.name(speaker).to_owned());
        self.0.absorb(monologue.elements.0.words, &place, |_| name.clone().map(Into::into));
    }
}

impl Adapter for RevAi {
    type Output = Spoken;

    fn name(&self) -> &'static str {
        "rev-ai"
    }

    fn looked_for(&self) -> &'static str {
        "Rev AI JSON (an object with `monologues`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json", "application/vnd.rev.transcript.v1.0+json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        file.json_has(&["monologues"])
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let transcript: File<'_> = json::read("Rev AI", file.bytes).map_err(wrong)?;
        let (segments, mut ledger) = joining::join(transcript.monologues.0.0, "monologues");
        let language = transcript.language.map(|language| language.0);
        let language = ledger.language(language.as_deref(), "language");
        Spoken::of(file.role, language, segments, ledger, "seconds")
    }
}
