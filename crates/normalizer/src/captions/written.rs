//! Cues as the grammar of WebVTT has them (W3C, section 4).

use super::{Cue, atoms::divides};
use crate::limits::SPEAKER_CHARS_MAX;
use std::fmt::Write as _;

pub(super) fn write(cues: &[Cue<'_>]) -> String {
    let texts: usize =
        cues.iter().map(|cue| cue.first.len() + cue.second.as_ref().map_or(0, String::len)).sum();
    let mut file = String::with_capacity(texts + CUE_BYTES * cues.len() + 16);
    file.push_str("WEBVTT\n");
    for cue in cues {
        file.push('\n');
        time(&mut file, cue.start_ms);
        file.push_str(" --> ");
        time(&mut file, cue.end_ms);
        file.push('\n');
        if let Some(name) = cue.speaker.map(name).filter(|name| !name.is_empty()) {
            file.push_str("<v ");
            text(&mut file, &name);
            file.push('>');
        }
        text(&mut file, &cue.first);
        file.push('\n');
        if let Some(second) = &cue.second {
            text(&mut file, second);
            file.push('\n');
        }
    }
    file
}

/// What a cue takes beside its text, mostly.
const CUE_BYTES: usize = 48;

/// A timestamp, with hours.
fn time(file: &mut String, ms: u64) {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    // Writing to a string does not fail.
    let _ = write!(file, "{hours:02}:{minutes:02}:{seconds:02}.{:03}", ms % 1000);
}

/// A speaker's name on one line, as long as names are. Hyphens at its end would make an arrow of the tag's own end.
fn name(speaker: &str) -> String {
    let words = speaker.split(divides).filter(|word| !word.trim().is_empty()).take(SPEAKER_CHARS_MAX);
    let name: String = words.collect::<Vec<_>>().join(" ").chars().take(SPEAKER_CHARS_MAX).collect();
    name.trim_end_matches(['-', ' ']).to_owned()
}

/// Text that means only itself: no tags, no references, no arrow, and nothing that the format's readers replace.
fn text(file: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => file.push_str("&amp;"),
            '<' => file.push_str("&lt;"),
            '>' => file.push_str("&gt;"),
            '\0' => file.push('\u{FFFD}'),
            _ => file.push(c),
        }
    }
}
