use super::{
    Spoken,
    kept::{Kept, Stretch},
    ledger::{Ledger, Repaired},
    speakers::Speakers,
    time,
};
use crate::{
    NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    json::{self, Gather, Gathered, Label, Number, Text},
};
use serde::Deserialize;

/// What whisper.cpp writes (`--output-json`). Offsets are milliseconds.
///
/// Its writer escapes quotes and backslashes and nothing else, and cuts texts between bytes: raw control characters and
/// pieces of characters stand in its strings. JSON has neither, so they are repaired, and the repair is recorded.
pub(crate) struct WhisperCpp;

const FORMAT: &str = "whisper.cpp";
const TRANSCRIPTION: &str = "transcription";

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    result: Option<Outcome<'a>>,
    #[serde(borrow)]
    transcription: Gathered<Stretches<'a>>,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    #[serde(borrow)]
    language: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    offsets: Option<Offsets>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow)]
    speaker: Option<Label<'a>>,
}

#[derive(Deserialize)]
struct Offsets {
    from: Option<Number>,
    to: Option<Number>,
}

#[derive(Default)]
struct Stretches<'a> {
    kept: Kept,
    speakers: Speakers<'a>,
    ledger: Ledger,
}

impl<'de: 'a, 'a> Gather<'de> for Stretches<'a> {
    type Element = Entry<'a>;

    fn take(&mut self, index: usize, entry: Entry<'a>) {
        let place = || format!("{TRANSCRIPTION}/{index}");
        // A question mark says that the loudness of the channels did not tell who speaks.
        let label = match entry.speaker {
            Some(Label::Name(name)) if name == "?" => None,
            Some(Label::Name(name)) => Some(name.parse().map_or(Label::Name(name), Label::Number)),
            other => other,
        };
        let speaker = self.speakers.labelled(label, &mut self.ledger, place);
        let (from, to) = entry.offsets.map_or((None, None), |offsets| (offsets.from, offsets.to));
        let stretch = Stretch {
            text: &entry.text.unwrap_or_default().0,
            start: time::milliseconds(from),
            end: time::milliseconds(to),
            confidence: None,
            speaker,
        };
        self.kept.take(stretch, &self.speakers, &mut self.ledger, place);
    }
}

impl Adapter for WhisperCpp {
    type Output = Spoken;

    fn name(&self) -> &'static str {
        "whisper-cpp"
    }

    fn looked_for(&self) -> &'static str {
        "whisper.cpp JSON (an object with `transcription`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        file.json_has(&[TRANSCRIPTION])
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let repaired;
        let (read, controls, replaced) = match json::read::<File<'_>>(FORMAT, file.bytes) {
            Ok(read) => (read, 0, 0),
            Err(fault) => {
                repaired = repair(json::without_bom(file.bytes));
                if repaired.controls + repaired.replaced == 0 {
                    return Err(wrong(fault));
                }
                let read = json::read(FORMAT, &repaired.bytes).map_err(wrong)?;
                (read, repaired.controls, repaired.replaced)
            }
        };
        let Stretches { kept, mut ledger, .. } = read.transcription.0;
        ledger.repaired(Repaired::ControlEscaped, controls, || TRANSCRIPTION.to_owned());
        ledger.repaired(Repaired::CharactersReplaced, replaced, || TRANSCRIPTION.to_owned());
        let language = read.result.and_then(|result| result.language).map(|language| language.0);
        let language = ledger.language(language.as_deref(), "result/language");
        let segments = kept.close(&mut ledger, TRANSCRIPTION);
        Spoken::of(file.role, language, segments, ledger, "milliseconds")
    }
}

/// What was meant as JSON, as JSON.
struct RepairedJson {
    bytes: Vec<u8>,
    controls: usize,
    replaced: usize,
}

/// Escapes raw control characters in strings and replaces what is no UTF-8.
fn repair(written: &[u8]) -> RepairedJson {
    let mut repaired = RepairedJson { bytes: Vec::with_capacity(written.len()), controls: 0, replaced: 0 };
    for chunk in written.utf8_chunks() {
        repaired.bytes.extend_from_slice(chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() {
            repaired.bytes.extend_from_slice("\u{FFFD}".as_bytes());
            repaired.replaced += 1;
        }
    }
    let decoded = std::mem::take(&mut repaired.bytes);
    let longest = decoded.len() + 5 * decoded.iter().filter(|byte| **byte < 0x20).count();
    repaired.bytes.reserve_exact(longest);
    let (mut in_string, mut escaped) = (false, false);
    for byte in decoded {
        match byte {
            0..0x20 if in_string => {
                repaired.bytes.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                repaired.controls += 1;
            }
            _ => repaired.bytes.push(byte),
        }
        in_string ^= byte == b'"' && !escaped;
        escaped = in_string && byte == b'\\' && !escaped;
    }
    repaired
}
