use super::{
    index::{children, milliseconds},
    track::Track,
};
use crate::{
    fault::Fault,
    video::captions::{CUE_BYTES_MAX, CUES_MAX, Cue},
};
use mp4_atom::{FourCC, StszSamples};
use std::{
    fs::File,
    io::{BufReader, Read as _, Seek as _, SeekFrom},
};

/// One sample of a track: where it lies and when it shows, in ticks of the track.
#[derive(Debug, PartialEq, Eq)]
struct Sample {
    offset: u64,
    size: u64,
    start: u64,
    ticks: u64,
}

/// Reads the words of a text track.
pub(super) fn cues(track: &Track, file: &mut BufReader<File>) -> Result<Vec<Cue>, Fault> {
    let mut cues = Vec::new();
    for sample in samples(track) {
        if sample.size > CUE_BYTES_MAX as u64 {
            return Err(Fault::Malformed("a caption is longer than a caption can be".into()));
        }
        file.seek(SeekFrom::Start(sample.offset))?;
        let mut bytes = Vec::new();
        file.take(sample.size).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < sample.size {
            return Err(Fault::Truncated("its captions are cut off"));
        }
        let text = if track.is_webvtt() { webvtt(&bytes)? } else { timed_text(&bytes) };
        let ms = |ticks: u64| {
            milliseconds(ticks.saturating_sub(track.skipped_ticks), track.timescale)
                .saturating_add(track.late_ms)
        };
        cues.push(Cue {
            start_ms: ms(sample.start),
            end_ms: ms(sample.start.saturating_add(sample.ticks)),
            text,
        });
    }
    Ok(cues)
}

/// Puts the tables of times, sizes, chunks and offsets together (ISO/IEC 14496-12, 8.6.1 and 8.7).
fn samples(track: &Track) -> Vec<Sample> {
    let mut times = track
        .times
        .entries
        .iter()
        .flat_map(|run| std::iter::repeat_n(run.sample_delta, run.sample_count as usize));
    let mut sizes: Box<dyn Iterator<Item = u32>> = match &track.sizes.samples {
        StszSamples::Identical { count, size } => Box::new(std::iter::repeat_n(*size, *count as usize)),
        StszSamples::Different { sizes } => Box::new(sizes.iter().copied()),
    };
    let mut found = Vec::new();
    let mut start = 0_u64;
    for (chunk, offset) in (1_u32..).zip(&track.offsets) {
        let run = track.chunks.entries.iter().rev().find(|run| run.first_chunk <= chunk);
        let mut offset = *offset;
        for _ in 0..run.map_or(0, |run| run.samples_per_chunk) {
            let (Some(size), Some(ticks)) = (sizes.next(), times.next()) else { return found };
            if found.len() == CUES_MAX {
                return found;
            }
            let sample = Sample { offset, size: u64::from(size), start, ticks: u64::from(ticks) };
            offset = offset.saturating_add(sample.size);
            start = start.saturating_add(sample.ticks);
            found.push(sample);
        }
    }
    found
}

/// 3GPP timed text (TS 26.245, 5.17): the length, the words, then styles that are not needed.
fn timed_text(sample: &[u8]) -> String {
    let Some((length, rest)) = sample.split_first_chunk::<2>() else { return String::new() };
    let words = &rest[..usize::from(u16::from_be_bytes(*length)).min(rest.len())];
    match words {
        [0xFE, 0xFF, utf16 @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(utf16).0.into_owned(),
        _ => String::from_utf8_lossy(words).into_owned(),
    }
}

/// WebVTT in boxes (ISO/IEC 14496-30, 5.6): the payload of every cue; `vtte` is a pause.
fn webvtt(sample: &[u8]) -> Result<String, Fault> {
    let mut words = Vec::new();
    for (kind, body) in children(sample)? {
        if kind == FourCC::new(b"vttc") {
            let payloads = children(body)?.into_iter().filter(|(kind, _)| *kind == FourCC::new(b"payl"));
            words.extend(
                payloads
                    .map(|(_, text)| crate::video::captions::without_markup(&String::from_utf8_lossy(text))),
            );
        }
    }
    Ok(words.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mp4_atom::{StscEntry, SttsEntry};

    #[test]
    fn tables_are_put_together() {
        let mut track = Track::default();
        track.offsets = vec![100, 500];
        track.times.entries = vec![SttsEntry { sample_count: 3, sample_delta: 10 }];
        track.sizes.samples = StszSamples::Different { sizes: vec![4, 5, 6] };
        track.chunks.entries = vec![
            StscEntry { first_chunk: 1, samples_per_chunk: 2, sample_description_index: 1 },
            StscEntry { first_chunk: 2, samples_per_chunk: 1, sample_description_index: 1 },
        ];
        let sample = |offset, size, start| Sample { offset, size, start, ticks: 10 };
        assert_eq!(samples(&track), [sample(100, 4, 0), sample(104, 5, 10), sample(500, 6, 20)]);
    }

    #[test]
    fn counts_that_lie_cost_nothing() {
        let mut track = Track::default();
        track.offsets = vec![0; 3];
        track.times.entries = vec![SttsEntry { sample_count: u32::MAX, sample_delta: 1 }];
        track.sizes.samples = StszSamples::Identical { count: u32::MAX, size: 1 };
        track.chunks.entries =
            vec![StscEntry { first_chunk: 1, samples_per_chunk: u32::MAX, sample_description_index: 1 }];
        assert_eq!(samples(&track).len(), CUES_MAX);
    }

    #[test]
    fn words_are_taken_out_of_samples() {
        assert_eq!(timed_text(b"\0\x03abcstyle"), "abc");
        assert_eq!(timed_text(b"\0\x06\xFE\xFF\0a\0b"), "ab");
        assert_eq!(timed_text(b"\0\xFFab"), "ab");
        assert_eq!(timed_text(b""), "");
        let boxed = b"\0\0\0\x1Dvttc\0\0\0\x15payl<i>a</i> &lt;\0\0\0\x08vtte";
        assert_eq!(webvtt(boxed).unwrap(), "a <");
    }
}
