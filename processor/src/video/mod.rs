//! Videos: what is in the container, the captions it carries, and a poster where `ffmpeg` is at hand.

mod captions;
mod matroska;
mod mp4;
mod poster;
mod probe;
#[cfg(test)]
mod tests;

pub(crate) use poster::poster;

use crate::{fault::Fault, format::Format};
use captions::Cue;
use std::{fs::File, path::Path};

/// What was read of a video: files to return.
#[derive(Debug)]
pub(crate) struct Reading {
    /// In the shape of `ffprobe -print_format json -show_format -show_streams`.
    pub(crate) media: Vec<u8>,
    /// WebVTT.
    pub(crate) captions: Captions,
    /// How long it plays, in milliseconds.
    pub(crate) duration_ms: u64,
}

/// WebVTT either way.
#[derive(Debug)]
pub(crate) enum Captions {
    /// The captions that the video carries.
    Embedded(String),
    /// The video carries none; an empty transcript that says so.
    None(String),
}

/// Reads a video's container; never decodes pictures or sound.
///
/// # Errors
/// A [`Fault`] about the file.
pub(crate) fn read(format: Format, path: &Path, file_name: &str) -> Result<Reading, Fault> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let (mut probe, cues) = match format {
        Format::Mp4 => mp4::read(file)?,
        Format::Matroska => matroska::read(file)?,
        _ => return Err(Fault::Unsupported("not a video".into())),
    };
    if probe.streams.is_empty() {
        return Err(Fault::Malformed("it holds no picture, sound or text".into()));
    }
    probe.format.describe(file_name, size, probe.streams.len());
    let duration_ms = probe.format.duration_ms();
    let captions = match cues {
        Some(cues) => captions_of(&cues, duration_ms),
        None => Captions::None(captions::none()),
    };
    let media = serde_json::to_vec_pretty(&probe).map_err(|error| Fault::Internal(error.to_string()))?;
    Ok(Reading { media, captions, duration_ms })
}

fn captions_of(cues: &[Cue], duration_ms: u64) -> Captions {
    let kept = captions::within(cues, duration_ms);
    if kept.is_empty() {
        Captions::None(captions::none())
    } else {
        Captions::Embedded(captions::webvtt(&kept))
    }
}
