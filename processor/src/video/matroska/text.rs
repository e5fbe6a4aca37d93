use crate::{
    fault::Fault,
    video::captions::{CUE_BYTES_MAX, without_markup},
};
use flate2::read::ZlibDecoder;
use matroska_demuxer::{ContentCompAlgo, ContentEncodingValue, TrackEntry, TrackType};
use std::io::Read as _;

/// How words are written in the blocks of a text track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writing {
    /// SRT and WebVTT: words with a few tags.
    Tagged,
    /// (Advanced) `SubStation` Alpha: eight fields, then words with codes in braces.
    SubStation,
}

/// A text track and how to read its blocks.
#[derive(Debug)]
pub(super) struct TextTrack {
    pub(super) number: u64,
    writing: Writing,
    compressed: bool,
    /// What a muxer took away from the beginning of every block.
    stripped: Vec<u8>,
}

impl TextTrack {
    /// `None` for other tracks, and for text that is encrypted or packed in a way that nobody uses.
    pub(super) fn of(track: &TrackEntry) -> Option<Self> {
        if track.track_type() != TrackType::Subtitle {
            return None;
        }
        let writing = match track.codec_id() {
            "S_TEXT/UTF8" | "S_TEXT/ASCII" | "S_TEXT/WEBVTT" => Writing::Tagged,
            "S_TEXT/ASS" | "S_TEXT/SSA" | "S_ASS" | "S_SSA" => Writing::SubStation,
            _ => return None,
        };
        let mut text =
            Self { number: track.track_number().get(), writing, compressed: false, stripped: Vec::new() };
        for encoding in track.content_encodings().unwrap_or_default() {
            match encoding.encoding() {
                ContentEncodingValue::Compression(how) if how.algo() == ContentCompAlgo::Zlib => {
                    text.compressed = true;
                }
                ContentEncodingValue::Compression(how) if how.algo() == ContentCompAlgo::Stripping => {
                    text.stripped = how.settings().unwrap_or_default().to_vec();
                }
                _ => return None,
            }
        }
        Some(text)
    }

    /// The words of one block.
    pub(super) fn words(&self, block: &[u8]) -> Result<String, Fault> {
        let mut bytes = self.stripped.clone();
        if self.compressed {
            let unpacked = ZlibDecoder::new(block).take(CUE_BYTES_MAX as u64).read_to_end(&mut bytes);
            unpacked.map_err(Fault::malformed)?;
        } else {
            bytes.extend_from_slice(block);
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(match self.writing {
            Writing::Tagged => without_markup(&text),
            Writing::SubStation => substation(text.splitn(9, ',').nth(8).unwrap_or_default()),
        })
    }
}

fn substation(text: &str) -> String {
    let mut out = String::new();
    let mut in_code = false;
    for c in text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ").chars() {
        match c {
            '{' => in_code = true,
            '}' => in_code = false,
            c if !in_code => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn words_are_freed_from_codes_and_packing() {
        let mut track =
            TextTrack { number: 1, writing: Writing::Tagged, compressed: false, stripped: b"<i>".to_vec() };
        assert_eq!(track.words(b"a</i>").unwrap(), "a");
        track.writing = Writing::SubStation;
        track.stripped.clear();
        assert_eq!(
            track.words(b"0,0,Default,,0,0,0,,{\\i1}Hello, class\\NSit").unwrap(),
            "Hello, class\nSit"
        );
        track.writing = Writing::Tagged;
        track.compressed = true;
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(b"packed").unwrap();
        assert_eq!(track.words(&packer.finish().unwrap()).unwrap(), "packed");
        assert_eq!(track.words(b"not packed").unwrap_err().code(), "file-damaged");
    }
}
