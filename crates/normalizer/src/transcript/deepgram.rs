use super::{
    Spoken, joining,
    ledger::Ledger,
    time,
    utterances::{self, Uttered},
    words::{Said, Words},
};
use crate::{
    Fault, NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    json::{self, First, Gather, Gathered, Label, Number, Text},
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// What Deepgram answers for a recording. The words of the channels are taken; `utterances`, which may be absent, repeat them
/// and are taken only where the channels have none.
///
/// Of several channels each is somebody of their own, and its speakers are told apart from those of the others.
pub(crate) struct Deepgram;

const FORMAT: &str = "Deepgram";
const CHANNELS: &str = "results/channels";
const UTTERANCES: &str = "results/utterances";

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    results: Results<'a>,
}

#[derive(Deserialize)]
struct Results<'a> {
    #[serde(borrow, default)]
    channels: Gathered<Channels<'a>>,
    #[serde(borrow)]
    utterances: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Channel<'a> {
    #[serde(borrow, default)]
    alternatives: First<Alternative<'a>>,
    #[serde(borrow)]
    detected_language: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Alternative<'a> {
    #[serde(borrow, default)]
    words: Gathered<Spelled<'a>>,
}

#[derive(Deserialize)]
struct Word<'a> {
    #[serde(borrow, rename = "word")]
    bare: Option<Text<'a>>,
    #[serde(borrow, rename = "punctuated_word")]
    punctuated: Option<Text<'a>>,
    start: Option<Number>,
    end: Option<Number>,
    confidence: Option<Number>,
    #[serde(borrow)]
    speaker: Option<Label<'a>>,
}

#[derive(Deserialize)]
struct Utterance<'a> {
    start: Option<Number>,
    end: Option<Number>,
    confidence: Option<Number>,
    #[serde(borrow)]
    transcript: Option<Text<'a>>,
    #[serde(borrow)]
    speaker: Option<Label<'a>>,
}

/// The words of one channel.
#[derive(Default)]
struct Spelled<'a>(Words<'a>);

impl<'de: 'a, 'a> Gather<'de> for Spelled<'a> {
    type Element = Word<'a>;

    fn take(&mut self, index: usize, word: Word<'a>) {
        let place = || index.to_string();
        let speaker = self.0.speakers.labelled(word.speaker, &mut self.0.ledger, place);
        let said = Said {
            text: word.punctuated.or(word.bare).unwrap_or_default().0,
            start: time::seconds(word.start),
            end: time::seconds(word.end),
            confidence: word.confidence.and_then(|confidence| confidence.0),
            speaker,
            glued: false,
            sign: false,
        };
        self.0.take(said, place);
    }
}

/// The channels in which something is said, by their places, and the first language that was heard.
#[derive(Default)]
struct Channels<'a> {
    spoken: Vec<(usize, Words<'a>)>,
    language: Option<String>,
    ledger: Ledger,
}

impl<'de: 'a, 'a> Gather<'de> for Channels<'a> {
    type Element = Channel<'a>;

    fn take(&mut self, index: usize, channel: Channel<'a>) {
        let place = || format!("{CHANNELS}/{index}");
        if self.language.is_none() {
            let language = channel.detected_language.map(|language| language.0);
            self.language = self.ledger.language(language.as_deref(), &place());
        }
        let words = channel.alternatives.0.map(|likeliest| likeliest.words.0.0).unwrap_or_default();
        if self.spoken.len() == CHANNELS_MAX {
            self.ledger.fault(place, Fault::TooMany { what: "channels", most: CHANNELS_MAX });
        } else if !words.is_empty() {
            self.spoken.push((index, words));
        }
    }
}

/// The most channels that Deepgram tells apart.
const CHANNELS_MAX: usize = 20;

impl<'a> Channels<'a> {
    /// The words of all channels.
    fn words(self) -> Words<'a> {
        let mut all = Words::default();
        all.ledger.merge(self.ledger);
        let several = self.spoken.len() > 1;
        for (index, words) in self.spoken {
            let place = format!("{CHANNELS}/{index}/alternatives/0/words");
            all.absorb(words, &place, |speaker| match speaker {
                Some(speaker) if several => Some(format!("Channel {index}, {speaker}").into()),
                Some(speaker) => Some(speaker.to_owned().into()),
                None => several.then(|| format!("Channel {index}").into()),
            });
        }
        all
    }
}

impl<'a> From<Utterance<'a>> for Uttered<'a> {
    fn from(utterance: Utterance<'a>) -> Self {
        Self {
            text: utterance.transcript,
            start: time::seconds(utterance.start),
            end: time::seconds(utterance.end),
            confidence: utterance.confidence,
            speaker: utterance.speaker,
        }
    }
}

impl Adapter for Deepgram {
    type Output = Spoken;

    fn name(&self) -> &'static str {
        "deepgram"
    }

    fn looked_for(&self) -> &'static str {
        "Deepgram JSON (an object with `results` that has `channels`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        file.json_has(&["results/channels"])
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let results = json::read::<Answer<'_>>(FORMAT, file.bytes).map_err(wrong)?.results;
        let mut channels = results.channels.0;
        let language = channels.language.take();
        let words = channels.words();
        let (segments, ledger) = match results.utterances {
            Some(repeated) if words.is_empty() => {
                utterances::segments::<Utterance<'_>>(FORMAT, repeated, UTTERANCES).map_err(wrong)?
            }
            _ => joining::join(words, CHANNELS),
        };
        Spoken::of(file.role, language, segments, ledger, "seconds")
    }
}
