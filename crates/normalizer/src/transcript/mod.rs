//! Formats of the roles `transcript` and `captions`.

mod assembly_ai;
mod deepgram;
mod google_speech;
mod joining;
mod kept;
mod language_tag;
mod ledger;
mod left_out;
mod punctuation;
mod rev_ai;
mod said_in;
mod sentence;
mod spacing;
mod speakers;
mod speech;
mod srt;
mod time;
mod transcribe;
mod transcribe_labels;
mod ttml;
mod utterances;
mod web_vtt;
mod whisper;
mod whisper_cpp;
mod words;

use crate::{
    NormalizeError, Role,
    adapter::Adapters,
    schema::{Repair, Segment, Transcript},
};

pub(crate) use spacing::is_ideographic;

pub(crate) const ADAPTERS: Adapters<Spoken> = &[
    &web_vtt::WebVtt,
    &srt::Srt,
    &ttml::Ttml,
    &transcribe::Transcribe,
    &deepgram::Deepgram,
    &google_speech::GoogleSpeech,
    &rev_ai::RevAi,
    &whisper_cpp::WhisperCpp,
    &assembly_ai::AssemblyAi,
    &whisper::Whisper,
];

/// What a format says was said.
#[derive(Debug)]
pub(crate) struct Spoken {
    pub(crate) transcript: Transcript,
    /// The unit in which the format gives times.
    pub(crate) time_unit: &'static str,
    /// Characters that could not be decoded and became U+FFFD.
    pub(crate) replaced_characters: usize,
    /// What was not taken over as it came.
    pub(crate) repairs: Vec<Repair>,
}

impl Spoken {
    /// What was worked off, unless something in it cannot be used.
    fn of(
        role: Role,
        language: Option<String>,
        segments: Vec<Segment>,
        ledger: ledger::Ledger,
        time_unit: &'static str,
    ) -> Result<Self, NormalizeError> {
        let repairs = ledger.close(role)?;
        Ok(Self {
            transcript: Transcript { language, segments, ..Transcript::default() },
            time_unit,
            replaced_characters: 0,
            repairs,
        })
    }
}
