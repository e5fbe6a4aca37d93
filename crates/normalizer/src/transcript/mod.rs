//! Formats of the roles `transcript` and `captions`.

mod language;
mod left_out;
mod speech;
mod srt;
mod ttml;
mod web_vtt;

use crate::{
    adapter::Adapters,
    schema::{Repair, Transcript},
};

pub(crate) const ADAPTERS: Adapters<Spoken> = &[&web_vtt::WebVtt, &srt::Srt, &ttml::Ttml];

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
