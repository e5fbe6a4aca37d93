//! Matroska and `WebM` (RFC 9559): the description of the tracks, and the blocks of the text track.

mod blocks;
mod text;

use super::{
    captions::Cue,
    probe::{Container, Probe, Stream, Tags, fraction, seconds},
};
use crate::fault::Fault;
use blocks::Blocks;
use matroska_demuxer::{DemuxError, MatroskaFile, TrackEntry, TrackType};
use std::{
    fs::File,
    io::{BufReader, Seek as _},
};
use text::TextTrack;

/// Recorders write some ten tracks.
const TRACKS_MAX: usize = 64;
const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// What is in the file, and the cues of its first text track if it has one.
pub(super) fn read(file: File) -> Result<(Probe, Option<Vec<Cue>>), Fault> {
    let mut again = file.try_clone()?;
    let container = MatroskaFile::open(BufReader::new(file)).map_err(|error| match error {
        DemuxError::IoError(_) => Fault::Truncated("its description is cut off"),
        error => Fault::malformed(error),
    })?;
    let scale_ns = container.info().timestamp_scale().get();
    let told_ms = container.info().duration().map_or(0, |ticks| told_ms(ticks, scale_ns));
    let text = container.tracks().iter().find_map(TextTrack::of);

    let mut cues = None;
    let mut duration_ms = told_ms;
    // Browsers record without knowing how long it will be; then the last block tells.
    if text.is_some() || told_ms == 0 {
        again.rewind()?;
        let (found, last_ms) = scan(again, text.as_ref(), scale_ns)?;
        if told_ms == 0 {
            duration_ms = last_ms;
        }
        cues = text.map(|_| found);
    }
    let streams = container
        .tracks()
        .iter()
        .take(TRACKS_MAX)
        .enumerate()
        .map(|(index, track)| stream(index, track, duration_ms));
    let streams = streams.collect();
    Ok((Probe { streams, format: Container::new("matroska,webm", duration_ms) }, cues))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a cast saturates, and a duration beyond 2^53 ms is nonsense"
)]
fn told_ms(ticks: f64, scale_ns: u64) -> u64 {
    (ticks * scale_ns as f64 / 1_000_000.0).round() as u64
}

fn scan(file: File, text: Option<&TextTrack>, scale_ns: u64) -> Result<(Vec<Cue>, u64), Fault> {
    let ms =
        |ticks: u64| u64::try_from(u128::from(ticks) * u128::from(scale_ns) / 1_000_000).unwrap_or(u64::MAX);
    let (mut cues, mut last_ms) = (Vec::new(), 0);
    let mut blocks = Blocks::new(BufReader::new(file), text.map(|text| text.number));
    while let Some(block) = blocks.next()? {
        let end_ms = ms(block.start.saturating_add(block.duration.unwrap_or(0)));
        last_ms = last_ms.max(end_ms);
        if let (Some(text), Some(bytes)) = (text, block.payload) {
            cues.push(Cue { start_ms: ms(block.start), end_ms, text: text.words(&bytes)? });
        }
    }
    Ok((cues, last_ms))
}

fn stream(index: usize, track: &TrackEntry, duration_ms: u64) -> Stream {
    let codec_type = match track.track_type() {
        TrackType::Video => "video",
        TrackType::Audio => "audio",
        TrackType::Subtitle => "subtitle",
        _ => "data",
    };
    let rate = track.default_duration().filter(|_| codec_type == "video");
    let rate = rate.map_or_else(|| "0/0".to_owned(), |ns| frame_rate(ns.get()));
    let language = track.language_bcp47().or_else(|| track.language());
    Stream {
        index,
        codec_name: codec_name(track.codec_id()).to_owned(),
        codec_type,
        width: track.video().map(|video| video.pixel_width().get()),
        height: track.video().map(|video| video.pixel_height().get()),
        sample_rate: track.audio().map(|audio| format!("{:.0}", audio.sampling_frequency())),
        channels: track.audio().map(|audio| audio.channels().get()),
        r_frame_rate: rate.clone(),
        avg_frame_rate: rate,
        time_base: Some("1/1000".to_owned()),
        duration: (duration_ms > 0).then(|| seconds(duration_ms)),
        tags: Tags { language: language.map(str::to_owned) },
        ..Stream::default()
    }
}

/// A frame's nanoseconds are rounded; whole rates and NTSC's are recognised.
fn frame_rate(frame_ns: u64) -> String {
    let near = |rate_above: u64, below: u64| {
        let exact = NANOSECONDS_PER_SECOND * below / rate_above.max(1);
        rate_above > 0 && exact.abs_diff(frame_ns) <= 1
    };
    let whole = (NANOSECONDS_PER_SECOND + frame_ns / 2) / frame_ns;
    if near(whole, 1) {
        return format!("{whole}/1");
    }
    let ntsc = whole * 1000;
    if near(ntsc, 1001) { format!("{ntsc}/1001") } else { fraction(NANOSECONDS_PER_SECOND, frame_ns) }
}

/// ffmpeg's names of the codecs that recorders use; others keep Matroska's own.
fn codec_name(id: &str) -> &str {
    match id {
        "V_MPEG4/ISO/AVC" => "h264",
        "V_MPEGH/ISO/HEVC" => "hevc",
        "V_AV1" => "av1",
        "V_VP8" => "vp8",
        "V_VP9" => "vp9",
        "A_OPUS" => "opus",
        "A_VORBIS" => "vorbis",
        "A_FLAC" => "flac",
        "A_AC3" => "ac3",
        "A_EAC3" => "eac3",
        "A_MPEG/L3" => "mp3",
        "A_PCM/INT/LIT" => "pcm_s16le",
        "S_TEXT/UTF8" => "subrip",
        "S_TEXT/WEBVTT" => "webvtt",
        "S_TEXT/ASS" | "S_TEXT/SSA" => "ass",
        id if id.starts_with("A_AAC") => "aac",
        id => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_frame_rates_are_recognised() {
        assert_eq!(frame_rate(40_000_000), "25/1");
        assert_eq!(frame_rate(33_366_667), "30000/1001");
        assert_eq!(frame_rate(33_333_333), "30/1");
        assert_eq!(frame_rate(70_000_000), "100/7");
    }
}
