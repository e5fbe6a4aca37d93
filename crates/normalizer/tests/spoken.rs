//! Transcripts as speech recognisers write them in JSON.

use document::Kind;
use normalizer::{
    File, Manifest, NormalizeError, Normalized, Role, normalize, recognise,
    schema::{Document, Repair, Transcript},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const MEDIA: &str = r#"{"streams":[{"codec_type":"audio"}],"format":{"duration":"864000"}}"#;

fn file(role: Role, bytes: &[u8]) -> File {
    File {
        role,
        name: role.to_string(),
        media_type: "application/json".to_owned(),
        size: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(bytes)),
        bytes: bytes.to_vec(),
    }
}

fn normalized(transcript: &[u8]) -> Result<Normalized, NormalizeError> {
    normalize(&Manifest {
        document_id: "018f2f6e-7c1a-7000-8000-0123456789ab".to_owned(),
        revision: "v1".to_owned(),
        kind: Kind::Video,
        title: "Light".to_owned(),
        language: None,
        processor: "reference".to_owned(),
        job_id: None,
        files: vec![file(Role::Transcript, transcript), file(Role::Media, MEDIA.as_bytes())],
    })
}

fn spoken(transcript: &[u8]) -> (Transcript, Vec<Repair>) {
    let Document { transcript, provenance, .. } = normalized(transcript).expect("is sound").document;
    (transcript.expect("a video has one"), provenance.repairs)
}

/// Segments as `start-end speaker: text`, and the codes of the repairs.
fn check(transcript: &Value, segments: &[&str], repairs: &[&str]) {
    let (found, repaired) = spoken(transcript.to_string().as_bytes());
    let line = |segment: &normalizer::schema::Segment| {
        let speaker = segment.speaker.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        format!("{}-{} {speaker}{}", segment.start_ms, segment.end_ms, segment.text)
    };
    assert_eq!(found.segments.iter().map(line).collect::<Vec<_>>(), segments, "{transcript}");
    assert_eq!(
        repaired.iter().map(|repair| repair.code.as_str()).collect::<Vec<_>>(),
        repairs,
        "{transcript}"
    );
}

fn refused(transcript: &Value) -> &'static str {
    normalized(transcript.to_string().as_bytes()).expect_err("must be refused").code()
}

/// One fixture in the vendor's exact shape: its adapter and all that is made of it.
fn fixture(adapter: &str, bytes: &[u8]) {
    let found = recognise(Role::Transcript, "application/json", bytes).expect("is recognised");
    assert_eq!(found.adapter, adapter);
    insta::assert_json_snapshot!(adapter, spoken(bytes));
}

#[test]
fn transcripts_as_vendors_write_them() {
    fixture("aws-transcribe", include_bytes!("fixtures/transcribe.json"));
    fixture("whisper", include_bytes!("fixtures/whisper.json"));
    fixture("whisper-cpp", include_bytes!("fixtures/whisper_cpp.json"));
    fixture("deepgram", include_bytes!("fixtures/deepgram.json"));
    fixture("assembly-ai", include_bytes!("fixtures/assembly_ai.json"));
    fixture("rev-ai", include_bytes!("fixtures/rev_ai.json"));
    fixture("google-speech", include_bytes!("fixtures/google_speech.json"));
}

#[test]
fn silence_is_an_empty_transcript() {
    for silent in [
        json!({"results": {"transcripts": [{"transcript": ""}], "items": []}}),
        json!({"text": "", "segments": [], "language": "de"}),
        json!({"result": {"language": "en"}, "transcription": []}),
        json!({"metadata": {}, "results": {"channels": [{"alternatives": [{"transcript": "", "words": []}]}]}}),
        json!({"status": "completed", "text": "", "words": [], "utterances": null, "audio_duration": 3}),
        json!({"monologues": []}),
        json!({"totalBilledTime": "15s", "requestId": "1"}),
        json!({"name": "1", "done": true, "response": {"results": []}}),
    ] {
        check(&silent, &[], &[]);
    }
}

fn transcribe(items: &Value, more: &Value) -> Value {
    let mut results = json!({"transcripts": [], "items": items});
    for (name, value) in more.as_object().expect("names and values") {
        results[name] = value.clone();
    }
    json!({"jobName": "j", "results": results})
}

fn said(text: &str, start: &str, end: &str) -> Value {
    json!({"type": "pronunciation", "start_time": start, "end_time": end, "alternatives": [{"confidence": "0.9", "content": text}]})
}

fn sign(text: &str) -> Value {
    json!({"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": text}]})
}

#[test]
fn older_files_of_transcribe_have_their_labels_apart() {
    let items = json!([
        said("Yes", "0.0", "0.4"),
        sign("."),
        said("No", "1.0", "1.4"),
        sign("."),
        said("Maybe", "2.0", "2.5"),
    ]);
    let labels = json!({"speaker_labels": {"speakers": 2, "segments": [
        {"start_time": "0.0", "end_time": "0.4", "speaker_label": "spk_0", "items": [{"start_time": "0.0", "end_time": "0.4", "speaker_label": "spk_0"}]},
        {"start_time": "1.0", "end_time": "1.5", "speaker_label": "spk_1"},
        {"start_time": "2.0", "end_time": "2.5", "speaker_label": "", "items": []},
    ]}});
    let expect = ["0-400 spk_0: Yes.", "1000-1400 spk_1: No.", "2000-2500 Maybe"];
    check(&transcribe(&items, &labels), &expect, &[]);
    let channels = json!({"channel_labels": {"number_of_channels": 2, "channels": [
        {"channel_label": "ch_0", "items": [said("Yes", "0.0", "0.4"), sign("."), said("Maybe", "2.0", "2.5")]},
        {"channel_label": "ch_1", "items": [said("No", "1.0", "1.4")]},
    ]}});
    let expect = ["0-400 ch_0: Yes.", "1000-1400 ch_1: No.", "2000-2500 ch_0: Maybe"];
    check(&transcribe(&items, &channels), &expect, &[]);
}

#[test]
fn audio_segments_stand_in_for_items_that_are_missing() {
    let segments = json!({"audio_segments": [
        {"id": 0, "transcript": "Good morning.", "start_time": "0.1", "end_time": "0.9", "speaker_label": "spk_0", "items": []},
        {"id": 1, "transcript": "", "start_time": "1", "end_time": "2", "items": []}]});
    check(&transcribe(&json!([]), &segments), &["100-900 spk_0: Good morning."], &[]);
}

#[test]
fn japanese_is_joined_without_spaces() {
    let items = json!([
        said("光", "0", "0.3"),
        said("は", "0.3", "0.5"),
        said("速い", "0.5", "1"),
        sign("。"),
        said("はい", "1.1", "1.4")
    ]);
    check(&transcribe(&items, &json!({})), &["0-1000 光は速い。", "1100-1400 はい"], &[]);
}

#[test]
fn times_are_checked() {
    let one = |start: &str, end: &str| transcribe(&json!([said("x", start, end)]), &json!({}));
    check(&one("1.01", "1.00"), &["1010-1010 x"], &["word-end-moved"]);
    assert_eq!(refused(&one("2", "1")), "word-backwards");
    for wrong in ["NaN", "-1", "1e300", "864001", "inf", "soon"] {
        assert_eq!(refused(&one("0", wrong)), "time-unusable", "{wrong}");
    }
    let late = json!([said("b", "2", "2.5"), sign(","), said("a", "1", "1.5")]);
    check(&transcribe(&late, &json!({})), &["1000-2500 a b,"], &["words-reordered"]);
    let untimed =
        json!([said("a", "1", "1.5"), {"type": "pronunciation", "alternatives": [{"content": "b"}]}]);
    check(&transcribe(&untimed, &json!({})), &["1000-1500 a b"], &["time-from-neighbour"]);
    let confidence = json!({"words": [{"text": "a", "start": 0, "end": 1, "confidence": 1.5}], "text": "a"});
    check(&confidence, &["0-1 a"], &["confidence-dropped"]);
}

#[test]
fn whisper_has_its_words_in_many_places() {
    let nested = json!({"language": "en", "text": " Hi, it's me.", "segments": [{"id": 0, "start": 0.0, "end": 1.0, "text": " Hi, it's me.",
        "words": [{"word": " Hi,", "start": 0.0, "end": 0.3, "probability": 0.8}, {"word": " it", "start": 0.3, "end": 0.5, "probability": 0.9},
                  {"word": "'s", "start": 0.5, "end": 0.6, "probability": 0.9}, {"word": " me.", "start": 0.6, "end": 1.0, "probability": 0.9}]}]});
    check(&nested, &["0-1000 Hi, it's me."], &[]);
    let bare = json!({"language": "german", "text": "„Ja“, sagt er. 5 € sind gut-gelaunt viel!", "words": [
        {"word": "Ja", "start": 0.0, "end": 0.3}, {"word": "sagt", "start": 0.3, "end": 0.5}, {"word": "er", "start": 0.5, "end": 0.8},
        {"word": "5", "start": 0.9, "end": 1.0}, {"word": "sind", "start": 1.2, "end": 1.3}, {"word": "gut", "start": 1.3, "end": 1.4},
        {"word": "gelaunt", "start": 1.4, "end": 1.5}, {"word": "viel", "start": 1.5, "end": 1.7}]});
    check(&bare, &["0-800 „Ja“, sagt er.", "900-1700 5 € sind gut-gelaunt viel!"], &[]);
    let foreign =
        json!({"text": "Something else entirely.", "words": [{"word": "Hello", "start": 0, "end": 1}]});
    check(&foreign, &["0-1000 Hello"], &["words-unmatched", "text-unmatched"]);
    let kept = json!({"language": "klingon", "text": " One. Two.", "segments": [
        {"start": 0.0, "end": 1.0, "text": " One. Two. ", "avg_logprob": 0.0}, {"start": 1.0, "end": 1.0, "text": "  "}]});
    check(&kept, &["0-1000 One. Two."], &["language-dropped"]);
    let mixed = json!({"segments": [{"start": 2.0, "end": 3.0, "text": " Late.", "words": []},
        {"start": 0.0, "end": 1.0, "text": "early", "speaker": "SPEAKER_00", "words": [{"word": "early", "start": 0.0, "end": 1.0, "score": 0.9}]}]});
    check(&mixed, &["0-1000 SPEAKER_00: early", "2000-3000 Late."], &[]);
}

#[test]
fn whisper_cpp_that_is_no_json_at_all_is_malformed() {
    let bad = |text: &str| normalized(text.as_bytes()).unwrap_err();
    assert_eq!(bad("{\"transcription\":[{\"text\":\"a\u{1}\"").code(), "format-malformed");
    let trailing = bad("{\"transcription\":[]} x");
    assert!(trailing.to_string().ends_with("trailing characters at line 1 column 22"), "{trailing}");
    let cut = b"{\"transcription\":[{\"offsets\":{\"from\":0,\"to\":10},\"text\":\"caf\xC3\"},{\"offsets\":{\"from\":10,\"to\":20},\"text\":\"\xA9 \t\\\" x\"}]}";
    let (found, repairs) = spoken(cut);
    let texts: Vec<_> = found.segments.iter().map(|segment| segment.text.as_str()).collect();
    assert_eq!(texts, ["caf\u{FFFD}", "\u{FFFD} \t\" x"]);
    let codes: Vec<_> = repairs.iter().map(|repair| repair.code.as_str()).collect();
    assert_eq!(codes, ["control-characters-escaped", "characters-replaced"]);
}

#[test]
fn utterances_are_taken_where_words_are_missing() {
    let deepgram = json!({"results": {"channels": [{"alternatives": [{"transcript": "hi"}]}],
        "utterances": [{"start": 0.5, "end": 1.0, "confidence": 0.9, "channel": 0, "transcript": "Hi.", "words": [], "speaker": 0, "id": "x"}]}});
    check(&deepgram, &["500-1000 Speaker 0: Hi."], &[]);
    let assembly_ai = json!({"text": "Hi.", "words": null, "audio_duration": 2, "utterances": [
        {"start": 500, "end": 1000, "text": "Hi.", "speaker": "A", "words": []}]});
    check(&assembly_ai, &["500-1000 A: Hi."], &[]);
}

#[test]
fn words_in_seconds_are_not_taken_for_milliseconds() {
    let unknown = json!({"language_code": "en", "text": "Hi", "words": [{"text": "Hi", "start": 0.1, "end": 0.5, "type": "word"}]});
    assert_eq!(refused(&unknown), "format-unrecognised");
}

#[test]
fn a_failed_transcription_is_no_empty_transcript() {
    let failed = json!({"id": "1", "audio_url": "u", "status": "error", "error": "Download failed", "words": null, "text": null});
    assert_eq!(refused(&failed), "transcription-failed");
}

#[test]
fn google_is_read_in_all_of_its_notations() {
    let rest = json!({"response": {"@type": "t", "results": [{"channelTag": 1, "alternatives": [
        {"transcript": "Hi", "words": [{"endTime": "0.5s", "word": "Hi."}]}]}, {"channelTag": 2, "alternatives": [
        {"transcript": "Ho", "words": [{"startTime": "0.6s", "endTime": "0.9s", "word": "Ho."}]}]}]}, "done": true});
    check(&rest, &["0-500 Channel 1: Hi.", "600-900 Channel 2: Ho."], &[]);
    let buffers = json!({"results": [{"language_code": "en-us", "alternatives": [{"transcript": "Hi", "words": [
        {"start_time": {"seconds": "1", "nanos": 500_000_000}, "end_time": {"seconds": 2}, "word": "Hi.", "speaker_tag": 0, "confidence": 0.0}]}]}]});
    check(&buffers, &["1500-2000 Hi."], &[]);
    let version_2 = json!({"results": [{"alternatives": [{"transcript": "Hi", "words": [
        {"startOffset": "0.2s", "endOffset": "0.5s", "word": "Hi.", "speakerLabel": "1"}]}], "resultEndOffset": "1s"}]});
    check(&version_2, &["200-500 Speaker 1: Hi."], &[]);
    let wordless = json!({"results": [{"alternatives": [{"transcript": "One", "confidence": 0.9}], "resultEndTime": "1s"},
        {"alternatives": [{"transcript": " two"}], "resultEndTime": "2.5s"}, {"alternatives": [{}]}, {}]});
    check(&wordless, &["0-1000 One", "1000-2500 two"], &["time-from-neighbour"]);
}

/// Every value that may stand where a vendor's field is expected.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(json!("")),
        Just(json!(" ")),
        Just(json!("1.5s")),
        Just(json!({"seconds": 1})),
        Just(json!([])),
        Just(json!({})),
        any::<i64>().prop_map(Value::from),
        (-1.0..100.0).prop_map(Value::from),
        (0..2_000).prop_map(Value::from),
        (0..20_u8).prop_map(|time| Value::from(time.to_string())),
        "[a-c\\.,? ¿漢]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(NAMES), inner), 0..6).prop_map(
                |pairs| Value::Object(
                    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
                )
            ),
        ]
    })
}

const NAMES: &[&str] = &[
    "results",
    "items",
    "type",
    "start_time",
    "end_time",
    "alternatives",
    "confidence",
    "content",
    "speaker_label",
    "speaker_labels",
    "segments",
    "channel_labels",
    "channels",
    "audio_segments",
    "transcripts",
    "text",
    "words",
    "word",
    "start",
    "end",
    "probability",
    "avg_logprob",
    "speaker",
    "language",
    "transcription",
    "offsets",
    "from",
    "to",
    "result",
    "punctuated_word",
    "utterances",
    "transcript",
    "channel",
    "status",
    "audio_duration",
    "monologues",
    "elements",
    "value",
    "ts",
    "end_ts",
    "startTime",
    "endTime",
    "speakerTag",
    "resultEndTime",
    "languageCode",
    "response",
    "totalBilledTime",
];

/// Words that are sound, in any order and overlapping, of a few speakers.
fn words() -> impl Strategy<Value = Vec<(String, u32, u32, u8)>> {
    let word = ("[a-z]{1,8}[.,?]?|[漢字かな]{1,3}。?|Dr\\.|3\\.", 0_u32..60_000, 0_u32..2_000, 0_u8..3);
    prop::collection::vec(
        word.prop_map(|(text, start, length, speaker)| (text, start, start + length, speaker)),
        0..60,
    )
}

proptest! {
    /// Any JSON made of the vendors' names has a verdict.
    #[test]
    fn any_arrangement_has_a_verdict(top in prop::sample::select(NAMES), first in anything(), second in prop::sample::select(NAMES), other in anything()) {
        let _ = normalized(json!({top: first, second: other}).to_string().as_bytes());
    }

    /// So has any piece of a fixture, and any fixture with a byte changed.
    #[test]
    fn any_damage_has_a_verdict(which in 0usize..7, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let all: [&[u8]; 7] = [
            include_bytes!("fixtures/transcribe.json"), include_bytes!("fixtures/whisper.json"), include_bytes!("fixtures/whisper_cpp.json"),
            include_bytes!("fixtures/deepgram.json"), include_bytes!("fixtures/assembly_ai.json"), include_bytes!("fixtures/rev_ai.json"),
            include_bytes!("fixtures/google_speech.json"),
        ];
        let mut bytes = all[which].to_vec();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let _ = normalized(&bytes);
    }

    /// Joining keeps every word once, with its times, in its speaker's order; and times are in order.
    #[test]
    fn joining_keeps_every_word(words in words()) {
        let vendor: Vec<_> = words.iter().map(|(text, start, end, speaker)| json!({"text": text, "start": start, "end": end, "speaker": format!("S{speaker}")})).collect();
        let (found, _) = spoken(json!({"text": "", "words": vendor, "audio_duration": 1}).to_string().as_bytes());
        let mut expect: Vec<_> = words.iter().map(|(text, start, end, speaker)| (u64::from(*start), format!("S{speaker}"), text.clone(), u64::from(*end))).collect();
        let mut kept: Vec<_> = found.segments.iter().flat_map(|segment| segment.words.iter().map(|word| {
            (word.start_ms, segment.speaker.clone().unwrap_or_default(), word.text.clone(), word.end_ms)
        })).collect();
        expect.sort();
        kept.sort();
        prop_assert_eq!(kept, expect);
        prop_assert!(found.segments.windows(2).all(|pair| pair[0].start_ms <= pair[1].start_ms));
        for segment in &found.segments {
            prop_assert!(segment.words.windows(2).all(|pair| pair[0].start_ms <= pair[1].start_ms));
            prop_assert!(segment.words.iter().all(|word| (segment.start_ms..=segment.end_ms).contains(&word.start_ms) && word.end_ms <= segment.end_ms));
            let written: String = segment.text.split_whitespace().collect();
            let spelled: String = segment.words.iter().map(|word| word.text.as_str()).collect();
            prop_assert_eq!(written, spelled);
            prop_assert!(segment.words.len() == 1 || segment.end_ms - segment.start_ms <= 32_000);
        }
    }
}
