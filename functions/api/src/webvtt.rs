//! Captions from a normalized transcript, as WebVTT (W3C).

use serde::Deserialize;
use std::fmt::Write as _;

#[derive(Deserialize)]
struct Normalized {
    #[serde(default)]
    transcript: Option<Transcript>,
}

#[derive(Deserialize)]
struct Transcript {
    #[serde(default)]
    segments: Vec<Segment>,
}

#[derive(Deserialize)]
struct Segment {
    start_ms: u64,
    end_ms: u64,
    #[serde(default)]
    speaker: Option<String>,
    text: String,
}

/// The captions of a normalized document; `None` if it has no transcript.
pub(crate) fn of_normalized(json: &[u8]) -> Result<Option<String>, serde_json::Error> {
    let normalized: Normalized = serde_json::from_slice(json)?;
    let Some(transcript) = normalized.transcript.filter(|transcript| !transcript.segments.is_empty()) else {
        return Ok(None);
    };
    let mut captions = String::from("WEBVTT\n");
    for segment in &transcript.segments {
        write_cue(&mut captions, segment);
    }
    Ok(Some(captions))
}

fn write_cue(captions: &mut String, segment: &Segment) {
    // A cue must end after it starts; one without length is shown for a moment.
    let end = segment.end_ms.max(segment.start_ms.saturating_add(1));
    let text = escaped(&segment.text);
    if text.is_empty() {
        return;
    }
    let voice = segment.speaker.as_deref().map(speaker).filter(|name| !name.is_empty());
    let voice = voice.map(|name| format!("<v {name}>")).unwrap_or_default();
    // Writing to a string does not fail.
    let _ = write!(captions, "\n{} --> {}\n{voice}{text}\n", time(segment.start_ms), time(end));
}

fn time(ms: u64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}", ms % 1000)
}

/// Cue text: markup means nothing in it, and an empty line would end the cue.
fn escaped(text: &str) -> String {
    let escape = |line: &str| line.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let lines = text.split(['\n', '\r']).map(escape).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// A speaker's name inside a voice tag: on one line, and nothing that would end the tag.
fn speaker(name: &str) -> String {
    escaped(name).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn captions(segments: &serde_json::Value) -> Option<String> {
        of_normalized(json!({"transcript": {"segments": segments}}).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn segments_become_cues() {
        let written = captions(&json!([
            {"id": "s1", "start_ms": 0, "end_ms": 1500, "speaker": "Teacher", "text": "Good morning."},
            {"id": "s2", "start_ms": 3_723_004, "end_ms": 3_724_000, "text": "1 < 2 & 3 > 2"},
        ]));
        let expect = "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v Teacher>Good morning.\n\n\
                      01:02:03.004 --> 01:02:04.000\n1 &lt; 2 &amp; 3 &gt; 2\n";
        assert_eq!(written.as_deref(), Some(expect));
    }

    #[test]
    fn text_cannot_end_a_cue_or_begin_another() {
        let written = captions(&json!([
            {"start_ms": 5, "end_ms": 5, "speaker": "a>b\n\nc", "text": "x\r\n\r\n00:00 --> 00:01\n\n<script>y"},
            {"start_ms": 6, "end_ms": 9, "text": " \n "},
        ]));
        let expect =
            "WEBVTT\n\n00:00:00.005 --> 00:00:00.006\n<v a&gt;b c>x\n00:00 --&gt; 00:01\n&lt;script&gt;y\n";
        assert_eq!(written.as_deref(), Some(expect));
    }

    #[test]
    fn a_document_without_speech_has_no_captions() {
        assert_eq!(captions(&json!([])), None);
        assert_eq!(of_normalized(b"{\"text\":\"plan\"}").unwrap(), None);
        assert_eq!(of_normalized(b"{\"transcript\":null}").unwrap(), None);
        assert!(of_normalized(b"{\"transcript\":{\"segments\":[{}]}}").is_err());
    }
}
