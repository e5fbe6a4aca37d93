//! `SubRip`, for which there is no specification: a counter, a line of times, lines of text, a blank line.

mod reading;
#[cfg(test)]
mod tests;
mod text;
mod timing;

use super::Spoken;
use crate::{NormalizeError, adapter::Adapter, candidate::Candidate, charset, source::BOM};
use reading::Reading;

/// Reads `SubRip`. What players forgive is mended and counted; what is no cue is skipped and recorded.
pub(crate) struct Srt;

impl Adapter for Srt {
    type Output = Spoken;

    fn name(&self) -> &'static str {
        "srt"
    }

    fn looked_for(&self) -> &'static str {
        "SubRip (a line like `00:00:01,000 --> 00:00:02,000` near the beginning)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/x-subrip", "text/srt", "text/plain"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        let head = charset::decode_head(file.bytes, file.charset().as_deref());
        let head = head.trim_start_matches(BOM).trim_start();
        let is_other = head.starts_with('<') || head.starts_with("WEBVTT") || file.outline().is_some();
        !is_other && lines(head).any(|line| timing::timing(line).is_some())
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let decoded = charset::decode(file.bytes, file.charset().as_deref()).map_err(wrong)?;
        let text = decoded.text.strip_prefix(BOM).unwrap_or(&decoded.text);
        let mut spoken = Reading::of(text, file.role).read(text).map_err(wrong)?;
        if let Some(guessed) = decoded.guessed {
            spoken.repairs.insert(0, charset::repair(guessed, file.role));
        }
        Ok(spoken)
    }
}

/// Lines that end in LF, CR LF or CR.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = memchr::memchr2(b'\n', b'\r', text.as_bytes()) else {
            rest = None;
            return Some(text);
        };
        let length = if text[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = Some(&text[end + length..]);
        Some(&text[..end])
    })
}
