//! WebVTT, read as the W3C's parser algorithm says (<https://www.w3.org/TR/webvtt1/>, section 6): what is malformed is
//! skipped and never an error.

mod blocks;
mod cue_text;
mod input;
mod region;
mod settings;
mod speaking;
#[cfg(test)]
mod tests;
mod timestamp;

use super::{Spoken, left_out, speech::Speech};
use crate::{
    Fault, NormalizeError, Role,
    adapter::Adapter,
    candidate::Candidate,
    limits::NOTE_CHARS_MAX,
    schema::{Repair, Transcript},
};
use blocks::{Block, Blocks, Cue};
use input::Input;
use memchr::memmem;
use settings::Settings;
use speaking::Speaking;

/// Reads WebVTT. Regions, style sheets and cue settings say how cues are drawn; they have no place in a transcript and are
/// counted.
pub(crate) struct WebVtt;

const SIGNATURE: &[u8] = b"WEBVTT";
/// The picture holds a handful at a time.
const REGIONS_MAX: usize = 1_000;
/// The shortest cue that leaves a segment: two times, an arrow, a character and their line ends.
const CUE_BYTES_MIN: usize = 24;

impl Adapter for WebVtt {
    type Output = Spoken;

    fn name(&self) -> &'static str {
        "web-vtt"
    }

    fn looked_for(&self) -> &'static str {
        "WebVTT (a file that begins with `WEBVTT`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["text/vtt"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        let content = file.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file.bytes);
        let after = content.strip_prefix(SIGNATURE);
        after.is_some_and(|after| matches!(after.first(), None | Some(b' ' | b'\t' | b'\n' | b'\r')))
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        if !self.recognises(file) {
            return Err(wrong(Fault::Malformed {
                format: "WebVTT",
                why: "it does not begin with WEBVTT".to_owned(),
            }));
        }
        let input = Input::of(file.bytes);
        let mut spoken = Reading::of(&input.text).read(file.role).map_err(wrong)?;
        spoken.replaced_characters = input.replaced;
        Ok(spoken)
    }
}

struct Reading<'a> {
    blocks: Blocks<'a>,
    language: Option<&'a str>,
    speech: Speech,
    speaking: Speaking,
    style_sheets: usize,
    regions: usize,
    comments: usize,
    /// The first comment: where nothing is said, it says why.
    comment: Option<&'a str>,
    identifiers: usize,
    settings: usize,
    skipped: usize,
}

impl<'a> Reading<'a> {
    fn of(input: &'a str) -> Self {
        let (blocks, header) = Blocks::of(input);
        let bytes = input.as_bytes();
        let count = |what: &str| memmem::find_iter(bytes, what).count();
        let segments = (count("-->") + count("<v")).min(bytes.len() / CUE_BYTES_MIN);
        Self {
            blocks,
            language: language(header),
            speech: Speech::of(bytes.len(), segments),
            speaking: Speaking::default(),
            style_sheets: 0,
            regions: 0,
            comments: 0,
            comment: None,
            identifiers: 0,
            settings: 0,
            skipped: 0,
        }
    }

    fn read(mut self, role: Role) -> Result<Spoken, Fault> {
        while let Some(block) = self.blocks.next() {
            match block {
                Block::Cue(cue) => self.cue(&cue)?,
                Block::StyleSheet(_) => self.style_sheets += 1,
                Block::Region(_) => {
                    self.regions += 1;
                    if self.regions > REGIONS_MAX {
                        return Err(Fault::TooMany { what: "regions", most: REGIONS_MAX });
                    }
                }
                Block::Other(text) if let Some(comment) = comment(text) => {
                    self.comments += 1;
                    if self.comment.is_none() && !comment.is_empty() {
                        self.comment = Some(comment);
                    }
                }
                Block::Other(_) => self.skipped += 1,
            }
        }
        let segments = std::mem::replace(&mut self.speech, Speech::of(0, 0)).finish();
        let note = self.comment.filter(|_| segments.is_empty());
        let note = note.map(|comment| comment.chars().take(NOTE_CHARS_MAX).collect());
        // A comment that is kept is not left out.
        self.comments -= usize::from(note.is_some());
        let repairs = self.repairs(role);
        let language = self.speaking.language.one(self.language);
        let transcript = Transcript { language, note, segments };
        Ok(Spoken { transcript, time_unit: "milliseconds", replaced_characters: 0, repairs })
    }

    fn cue(&mut self, cue: &Cue<'_>) -> Result<(), Fault> {
        // A number only counts the cues, as our own identifiers do.
        self.identifiers += usize::from(!cue.id.bytes().all(|byte| byte.is_ascii_digit()));
        self.settings += usize::from(cue.settings != Settings::default());
        self.speaking.cue(cue, self.language, &mut self.speech)
    }

    fn repairs(&self, role: Role) -> Vec<Repair> {
        let speaking = &self.speaking;
        let left_out = [
            ("style sheets", self.style_sheets),
            ("regions", self.regions),
            ("comments", self.comments),
            ("names of cues", self.identifiers),
            ("cues with settings", self.settings),
            ("tags and classes", speaking.formatting),
            ("readings of characters", speaking.readings),
            ("passages in another language that were marked", speaking.language.others),
        ];
        let skipped = [("blocks", self.skipped)];
        let times = [("cues", speaking.times_disordered)];
        let repairs = [
            left_out::repair("not-speech-left-out", role, "Left out because it is not speech", &left_out),
            left_out::repair(
                "malformed-skipped",
                role,
                "Skipped, as WebVTT asks, because it is no cue",
                &skipped,
            ),
            left_out::repair(
                "word-times-left-out",
                role,
                "The times of words were left out where they do not rise within their cue",
                &times,
            ),
        ];
        repairs.into_iter().flatten().collect()
    }
}

/// What follows `NOTE` after white space.
fn comment(block: &str) -> Option<&str> {
    let rest = block.strip_prefix("NOTE")?;
    (rest.is_empty() || rest.starts_with([' ', '\t', '\n'])).then(|| rest.trim())
}

/// The language that a header names, as platforms that make captions write it: `Language: en`. The specification reads
/// nothing in the header.
fn language(header: &str) -> Option<&str> {
    header.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("language").then_some(value.trim())
    })
}
