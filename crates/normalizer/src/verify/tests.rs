use super::*;
use crate::schema::{Media, Segment, Stretch, Transcript};
use document::Kind;
use serde_json::json;
use std::sync::Arc;

fn document(kind: Kind) -> Document {
    serde_json::from_value(json!({
        "schema": "lectern.document/1", "document_id": "d", "revision": "r", "kind": kind.as_str(), "title": "t",
        "text": "", "blocks": [], "annotations": [],
        "provenance": {"processor": "p", "files": [], "adapter": "a", "adapter_version": "1", "repairs": []},
    }))
    .unwrap()
}

fn video(duration_ms: u64, has_audio: bool, segments: &[(u64, u64, usize)]) -> Document {
    let segments = segments.iter().map(|&(start_ms, end_ms, words)| Segment {
        id: "s".to_owned(),
        start_ms,
        end_ms,
        speaker: None,
        text: "word ".repeat(words),
        confidence: None,
        words: Vec::new(),
    });
    let media = Media {
        duration_ms,
        width: None,
        height: None,
        frame_rate: None,
        video_codec: None,
        audio_codec: None,
        channels: None,
        bit_rate: None,
        has_audio,
    };
    let transcript = Transcript { segments: segments.collect(), ..Transcript::default() };
    Document { media: Some(media), transcript: Some(transcript), ..document(Kind::Video) }
}

fn check(document: &Document, original: Option<Original>, expect: Option<&str>) {
    let found = verify(document, original.as_ref()).map_err(|error| error.code());
    assert_eq!(found.err(), expect, "{original:?}");
}

const MINUTE: u64 = 60_000;

#[test]
fn words_lie_within_the_media() {
    for (end_ms, expect) in [
        (25_000, None),
        (25_001, Some("transcript-for-another-video")),
        (u64::MAX, Some("transcript-for-another-video")),
    ] {
        check(&video(20_000, true, &[(0, end_ms, 1)]), None, expect);
    }
    let error = verify(&video(30 * MINUTE, true, &[(0, 42 * MINUTE, 500)]), None).unwrap_err();
    assert_eq!(
        error.for_teacher(),
        "The proofreader returned a transcript for a different video: it runs 12 minutes past the end of yours."
    );
}

#[test]
fn silence_is_explained() {
    check(&video(10_000, true, &[]), None, None);
    check(&video(10_001, true, &[]), None, Some("transcript-missing"));
    check(&video(10_001, false, &[]), None, None);
    let mut noted = video(10_001, true, &[]);
    noted.transcript.as_mut().unwrap().note = Some("no speech was found".to_owned());
    check(&noted, None, None);
}

#[test]
fn long_videos_are_covered() {
    let cut = Some("transcript-cut-short");
    check(&video(10 * MINUTE, true, &[(0, MINUTE, 3)]), None, None);
    check(&video(10 * MINUTE, true, &[(0, MINUTE - 1, 3)]), None, cut);
    check(&video(10 * MINUTE - 1, true, &[(0, 1, 1)]), None, None);
}

#[test]
fn speech_has_a_speed() {
    check(&video(MINUTE, true, &[(0, 10_000, 100)]), None, None);
    check(&video(MINUTE, true, &[(0, 9_980, 100)]), None, Some("transcript-too-dense"));
    check(&video(MINUTE, true, &[(0, 1, 99)]), None, None);
    check(&video(MINUTE, true, &[(5, 5, 100)]), None, Some("transcript-too-dense"));
}

#[test]
fn texts_are_as_long_as_their_originals() {
    let other = Some("text-for-another-document");
    let check = |text: u64, bytes, file_type, expect| {
        let text = "x".repeat(usize::try_from(text).unwrap());
        let text = Stretch::whole(&Arc::new(text));
        let document = Document { text, ..document(Kind::LessonPlan) };
        check(&document, Some(Original { bytes, file_type }), expect);
        check(&document, None, None);
    };
    check(512, 2048, FileType::Text, None);
    check(511, 2048, FileType::Markdown, other);
    check(1, 2047, FileType::Text, None);
    check(1, 1_000_000, FileType::Docx, None);
    check(1, 1_000_000, FileType::Html, None);
    check(65_536, 1, FileType::Text, None);
    check(65_537, 1, FileType::Text, other);
    check(80_001, 20_000, FileType::Html, other);
    check(80_001, 20_000, FileType::Pdf, None);
    check(400_000, 2_000, FileType::Docx, None);
    check(400_001, 2_000, FileType::Docx, other);
}

#[test]
fn media_facts_fit_the_size() {
    let check = |duration_ms, bytes, expect| {
        let original = Original { bytes, file_type: FileType::Mp4 };
        check(&video(duration_ms, false, &[]), Some(original), expect);
    };
    check(60_000, 7_500, None);
    check(60_000, 7_499, Some("media-for-another-video"));
    check(59_999, 1, None);
    check(60_000, 375_000_000_000, None);
    check(60_000, 375_000_008_000, Some("media-for-another-video"));
    check(0, 1, None);
}

#[test]
fn every_rule_has_a_sentence_for_teachers() {
    let faults = [
        Fault::TranscriptCutShort { end_ms: 1_000, duration_ms: 7_200_000 },
        Fault::TranscriptMissing { duration_ms: 119_000 },
        Fault::TranscriptTooDense { words_per_minute: 900 },
        Fault::TextLength { text_bytes: 1, original_bytes: 9 },
        Fault::MediaForAnotherFile { duration_ms: 120_000, original_bytes: 9 },
    ];
    let said: Vec<_> = faults.map(|fault| NormalizeError::new("x", fault).for_teacher()).into();
    assert!(said.iter().all(|sentence| sentence.starts_with("The proofreader ") && sentence.ends_with('.')));
    assert!(said[0].ends_with("ends after 1 second, and your video goes on until 2 hours."), "{}", said[0]);
}
