//! Returned files in, normalized documents out.

use document::Kind;
use normalizer::{
    File, Manifest, Role, check_type, normalize, recognise,
    schema::{Annotation, Document, Motivation, Target},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const MARKDOWN: &str = "text/markdown; charset=utf-8";

fn file(role: Role, media_type: &str, bytes: &[u8]) -> File {
    File {
        role,
        name: format!("{role}.bin"),
        media_type: media_type.to_owned(),
        size: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(bytes)),
        bytes: bytes.to_vec(),
    }
}

fn manifest(kind: Kind, files: Vec<File>) -> Manifest {
    Manifest {
        document_id: "018f2f6e-7c1a-7000-8000-0123456789ab".to_owned(),
        revision: "version-1".to_owned(),
        kind,
        title: "Fractions".to_owned(),
        language: None,
        processor: "reference".to_owned(),
        job_id: Some("job-1".to_owned()),
        files,
    }
}

fn lesson_plan(media_type: &str, text: &[u8], annotations: &Value) -> Manifest {
    let annotations = annotations.to_string();
    manifest(
        Kind::LessonPlan,
        vec![
            file(Role::Text, media_type, text),
            file(Role::Annotations, "application/json", annotations.as_bytes()),
        ],
    )
}

fn video(captions: &str, media: &Value) -> Manifest {
    manifest(
        Kind::Video,
        vec![
            file(Role::Captions, "text/vtt", captions.as_bytes()),
            file(Role::Media, "application/json", media.to_string().as_bytes()),
        ],
    )
}

fn ffprobe(seconds: &str) -> Value {
    json!({"streams": [{"codec_type": "video", "codec_name": "h264", "width": 640, "height": 360, "avg_frame_rate": "25/1"},
                       {"codec_type": "audio", "codec_name": "aac", "channels": 1}],
           "format": {"duration": seconds, "bit_rate": "100000"}})
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A match as a vendor in Java makes it: offsets in UTF-16 into `decoded`, and ten characters of context.
fn found(decoded: &str, start: usize, end: usize) -> Value {
    let from = decoded[..start].char_indices().rev().take(10).last().map_or(start, |(at, _)| at);
    let to = decoded[end..].char_indices().nth(10).map_or(decoded.len(), |(at, _)| end + at);
    let mark = if from > 0 { "..." } else { "" };
    json!({
        "message": "Possible mistake", "offset": units(&decoded[..start]), "length": units(&decoded[start..end]),
        "replacements": [{"value": "better"}],
        "context": {
            "text": format!("{mark}{}{}", decoded[from..to].replace('\n', " "), if to < decoded.len() { "..." } else { "" }),
            "offset": units(mark) + units(&decoded[from..start]), "length": units(&decoded[start..end]),
        },
        "rule": {"id": "RULE", "issueType": "misspelling", "category": {"id": "TYPOS", "name": "Typos"}},
    })
}

fn quote(annotation: &Annotation) -> Option<&str> {
    match annotation.target.as_ref()? {
        Target::Text { quote, .. } => Some(&quote.exact),
        Target::Time { .. } => None,
    }
}

/// Every position names code points of the text that equal its quote.
fn assert_quotes_hold(document: &Document) {
    let chars: Vec<char> = document.text.chars().collect();
    for annotation in &document.annotations {
        if let Some(Target::Text { position, quote }) = &annotation.target {
            let slice: String = chars[position.start..position.end].iter().collect();
            assert_eq!(slice, quote.exact);
            let before: String = chars[position.start.saturating_sub(32)..position.start].iter().collect();
            assert_eq!(before, quote.prefix);
        }
    }
    for block in &document.blocks {
        assert!(block.start <= block.end && block.end <= chars.len());
    }
    assert_fits_schema(document);
}

fn assert_fits_schema(document: &Document) {
    schema_check::assert_document(&serde_json::to_value(document).expect("documents are JSON"));
}

/// For snapshots: the order of fields in a vendor's JSON, and with it its hash, depends on how `serde_json` was built.
fn without_hashes(document: &Document) -> Document {
    let mut document = document.clone();
    for file in &mut document.provenance.files {
        assert_eq!(file.sha256.len(), 64);
        "of the file".clone_into(&mut file.sha256);
    }
    document
}

fn code(manifest: &Manifest) -> &'static str {
    let error = normalize(manifest).expect_err("must not be normalized");
    assert!(error.sentence().ends_with('.') && error.advice().ends_with('.'), "{error}");
    error.code()
}

#[test]
fn a_lesson_plan_is_normalized() {
    let text = "\u{FEFF}# Fractions 👍\r\n\r\nPupils **recieve** a worksheet.\r\n\r\n| Time | Do |\r\n|---|---|\r\n| 5 min | greet |\r\n";
    let start = text.find("recieve").unwrap();
    let answer = json!({"language": {"code": "en-GB"}, "matches": [found(text, start, start + 7)]});
    let normalized = normalize(&lesson_plan(MARKDOWN, text.as_bytes(), &answer)).unwrap();
    assert_quotes_hold(&normalized.document);
    insta::assert_json_snapshot!(without_hashes(&normalized.document));
    assert_eq!(
        serde_json::to_value(&normalized.summary).unwrap(),
        json!({"words": 10, "annotations": 1, "repairs": 0})
    );
    let bytes = normalized.to_json().unwrap();
    assert_eq!(serde_json::from_slice::<Document>(&bytes).unwrap(), normalized.document);
    assert_eq!(
        normalize(&lesson_plan(MARKDOWN, text.as_bytes(), &answer)).unwrap().to_json().unwrap(),
        bytes
    );
}

#[test]
fn a_video_is_normalized() {
    let captions = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Teacher>Good morning\n\n00:02.000 --> 00:04.000\nGood morning!\n";
    let normalized = normalize(&video(captions, &ffprobe("20.0"))).unwrap();
    insta::assert_json_snapshot!(without_hashes(&normalized.document));
    assert_eq!(
        serde_json::to_value(&normalized.summary).unwrap(),
        json!({"duration_ms": 20000, "segments": 2, "words": 4, "repairs": 0})
    );
    assert_fits_schema(&normalized.document);
    let silent = normalize(&video("WEBVTT\n\nNOTE no captions\n", &ffprobe("20"))).unwrap();
    assert_fits_schema(&silent.document);
    assert_eq!(silent.document.transcript.unwrap().segments, []);
}

#[test]
fn markup_in_a_match_is_left_out_of_the_quote() {
    let text = "A **very** very good &amp; cheap plan\n\n---\n";
    let whole = |part: &str| {
        let start = text.find(part).unwrap();
        found(text, start, start + part.len())
    };
    let answer = json!({"matches": [whole("**very** very"), whole("&amp;"), whole("---")]});
    let document = normalize(&lesson_plan(MARKDOWN, text.as_bytes(), &answer)).unwrap().document;
    assert_quotes_hold(&document);
    let quotes: Vec<_> = document.annotations.iter().map(quote).collect();
    assert_eq!(quotes, [Some("very very"), Some("&"), None]);
    assert_eq!(document.provenance.repairs[0].code, "annotation-in-markup");
}

#[test]
fn matches_about_markup_alone_go_to_the_nearest_text_without_suggestions() {
    let answer = json!({"matches": [found("# Title\n", 0, 1)]});
    let document = normalize(&lesson_plan(MARKDOWN, b"# Title\n", &answer)).unwrap().document;
    let annotation = &document.annotations[0];
    assert_eq!((quote(annotation), annotation.motivation), (Some("Title"), Motivation::Commenting));
    assert_eq!(document.provenance.repairs[0].code, "suggestions-dropped");
}

#[test]
fn a_misplaced_quote_is_found_by_its_surroundings_or_becomes_a_remark() {
    let text = "one cat, two cat, three cat";
    let start = text.rfind("cat").unwrap();
    let mut misplaced = found(text, start, start + 3);
    misplaced["offset"] = json!(0);
    let mut ambiguous = misplaced.clone();
    ambiguous["context"] = json!({"text": "cat", "offset": 0, "length": 3});
    let answer = json!({"matches": [ambiguous, misplaced]});
    let document = normalize(&lesson_plan("text/plain", text.as_bytes(), &answer)).unwrap().document;
    assert_quotes_hold(&document);
    let Some(Target::Text { position, .. }) = &document.annotations[0].target else {
        panic!("the first is anchored")
    };
    assert_eq!(position.start, start);
    assert_eq!(document.annotations[1].target, None);
    let codes: Vec<_> = document.provenance.repairs.iter().map(|repair| repair.code.as_str()).collect();
    assert_eq!(codes, ["annotation-unanchored", "annotation-reanchored"]);
}

#[test]
fn annotations_must_lie_in_the_text_and_mostly_quote_it() {
    let at = |offset: i64, length: i64| json!({"message": "m", "offset": offset, "length": length});
    let said = |matches: Vec<Value>| {
        code(&lesson_plan("text/plain", "a👍b".as_bytes(), &json!({"matches": matches})))
    };
    assert_eq!(said(vec![at(0, 5)]), "annotation-outside-text");
    assert_eq!(said(vec![at(-1, 1)]), "annotation-outside-text");
    assert_eq!(said(vec![at(i64::MAX, i64::MAX)]), "annotation-outside-text");
    assert_eq!(said(vec![at(2, 1)]), "annotation-inside-character");
    let mut foreign = at(0, 1);
    foreign["context"] = json!({"text": "zebra", "offset": 0, "length": 5});
    assert_eq!(said(vec![foreign; 5]), "annotations-for-another-text");
}

#[test]
fn work_on_hostile_findings_is_bounded() {
    let text = "word ".repeat(20_000);
    let whole = json!({"message": "m", "offset": 0, "length": text.len()});
    let many =
        |count| lesson_plan("text/plain", text.as_bytes(), &json!({"matches": vec![whole.clone(); count]}));
    assert!(normalize(&many(4)).is_ok());
    assert_eq!(code(&many(5)), "content-too-large");
    // A finding about markup in a line without end looks for text only nearby.
    let line = format!("{}a", "**b** ".repeat(1_000));
    let marks: Vec<_> =
        line.match_indices("**").map(|(at, _)| json!({"message": "m", "offset": at, "length": 2})).collect();
    let document =
        normalize(&lesson_plan(MARKDOWN, line.as_bytes(), &json!({"matches": marks}))).unwrap().document;
    assert_quotes_hold(&document);
    assert!(
        document
            .annotations
            .iter()
            .all(|annotation| quote(annotation).is_some_and(|quote| quote.len() <= 2_050))
    );
    let empty = "- \n".repeat(300_000);
    assert_eq!(code(&lesson_plan(MARKDOWN, empty.as_bytes(), &json!({"matches": []}))), "text-empty");
    let dense = "*a_".repeat(100_001);
    assert_eq!(code(&lesson_plan(MARKDOWN, dense.as_bytes(), &json!({"matches": []}))), "content-too-large");
    let blocks = "a\n\n".repeat(200_001);
    assert_eq!(
        code(&lesson_plan("text/plain", blocks.as_bytes(), &json!({"matches": []}))),
        "content-too-large"
    );
    assert_eq!(code(&lesson_plan(MARKDOWN, blocks.as_bytes(), &json!({"matches": []}))), "content-too-large");
}

#[test]
fn the_set_of_files_must_be_complete_and_unchanged() {
    let good = || lesson_plan(MARKDOWN, b"text", &json!({"matches": []}));
    assert!(normalize(&good()).is_ok());
    let with = |change: fn(&mut Vec<File>)| {
        let mut manifest = good();
        change(&mut manifest.files);
        code(&manifest)
    };
    assert_eq!(with(|files| files.truncate(1)), "role-missing");
    assert_eq!(with(|files| files.push(files[0].clone())), "role-twice");
    assert_eq!(with(|files| files[0].role = Role::Media), "role-unknown");
    assert_eq!(with(|files| files[0].bytes[0] ^= 1), "file-changed");
    assert_eq!(with(|files| files[0].size += 1), "file-changed");
    assert_eq!(with(|files| files[0].media_type = "application/pdf".to_owned()), "format-not-as-announced");
    assert_eq!(code(&lesson_plan(MARKDOWN, b" \n\n", &json!({"matches": []}))), "text-empty");
    assert_eq!(code(&lesson_plan(MARKDOWN, b"<!-- x -->", &json!({"matches": []}))), "text-empty");
    assert_eq!(code(&lesson_plan(MARKDOWN, b"text", &json!({"lints": []}))), "format-unrecognised");
}

#[test]
fn transcripts_must_be_in_order() {
    let said = |cues: &str| code(&video(&format!("WEBVTT\n\n{cues}"), &ffprobe("10")));
    assert_eq!(said("00:02.000 --> 00:01.000\nx"), "cue-backwards");
    assert_eq!(said("00:02.000 --> 00:03.000\nx\n\n00:01.000 --> 00:02.000\ny"), "cue-out-of-order");
    let edge = "WEBVTT\n\n00:12.000 --> 00:15.000\nx";
    assert!(normalize(&video(edge, &ffprobe("10"))).is_ok());
}

#[test]
fn types_are_proved_by_content_first() {
    let said = |role, media_type, bytes: &[u8]| {
        check_type(role, media_type, bytes).map_or_else(|error| error.code(), |found| found.adapter)
    };
    assert_eq!(said(Role::Text, "text/markdown", b"# x"), "markdown");
    assert_eq!(said(Role::Text, "text/plain", b"# x"), "plain-text");
    for html in ["<!DOCTYPE html><p>x", "\n<HTML>"] {
        assert_eq!(said(Role::Text, "text/markdown", html.as_bytes()), "format-not-as-announced");
        assert_eq!(said(Role::Text, "text/html", html.as_bytes()), "html");
    }
    for other in ["%PDF-1.7 x", "{\"a\": 1}", "PK\u{3}\u{4}", "a\0b", "<?xml version"] {
        assert_eq!(said(Role::Text, "text/markdown", other.as_bytes()), "format-unrecognised", "{other}");
    }
    assert_eq!(said(Role::Annotations, "application/json", b"<html>"), "format-unrecognised");
    assert_eq!(said(Role::Annotations, "text/html", b"{\"matches\":[]}"), "format-not-as-announced");
    assert_eq!(said(Role::Media, "application/json", b"{\"matches\":[]}"), "format-unrecognised");
    let deep = format!("{{\"matches\":{}", "[".repeat(100_000));
    assert_eq!(said(Role::Annotations, "application/json", deep.as_bytes()), "format-malformed");
    assert_eq!(recognise(Role::Transcript, "text/plain", b"WEBVTT").unwrap().adapter, "web-vtt");
}

#[test]
fn an_error_names_what_was_looked_for() {
    let error = check_type(Role::Captions, "text/vtt", b"<!DOCTYPE html><p>Not found").unwrap_err();
    assert_eq!(error.code(), "format-unrecognised");
    assert!(
        error.to_string().starts_with("captions: the file is none of the formats that were looked for: ")
    );
    assert!(error.to_string().contains("WebVTT (a file that begins with `WEBVTT`)"));
    let error = check_type(Role::Captions, "text/vtt", b"1\n00:00:00,000 --> 00:00:01,000\nx\n").unwrap_err();
    assert_eq!(error.code(), "format-not-as-announced");
}

/// Pieces that make offsets go wrong.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        Just(" ".to_owned()),
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just("\n\n".to_owned()),
        Just("👩‍🏫".to_owned()),
        Just("𝒜".to_owned()),
        Just("e\u{301}".to_owned()),
        Just("\u{FEFF}".to_owned()),
        Just("\u{202E}".to_owned()),
        Just("…".to_owned()),
        Just("...".to_owned()),
    ]
}

proptest! {
    /// Of plain text, the quote is what the vendor matched, with line ends folded, whatever the text.
    #[test]
    fn plain_quotes_equal_what_the_vendor_matched(
        bom in any::<bool>(), parts in proptest::collection::vec(piece(), 1..30), from in 0usize..30, to in 0usize..30,
    ) {
        let mut parts = parts;
        if bom { parts.insert(0, "\u{FEFF}".to_owned()); }
        parts.push("end".to_owned());
        let (from, to) = (from.min(to).min(parts.len()), from.max(to).min(parts.len()));
        let decoded = parts.concat();
        let (start, end) = (parts[..from].concat().len(), parts[..to].concat().len());
        let cuts_a_line_end = |at: usize| decoded[..at].ends_with('\r') && decoded[at..].starts_with('\n');
        prop_assume!(!cuts_a_line_end(start) && !cuts_a_line_end(end));
        let answer = json!({"matches": [found(&decoded, start, end)]});
        let document = normalize(&lesson_plan("text/plain", decoded.as_bytes(), &answer)).unwrap().document;
        assert_quotes_hold(&document);
        let mut matched = decoded[start..end].to_owned();
        if start == 0 { matched = matched.strip_prefix('\u{FEFF}').unwrap_or(&matched).to_owned(); }
        let matched = matched.replace("\r\n", "\n").replace('\r', "\n");
        prop_assert_eq!(quote(&document.annotations[0]), Some(matched.as_str()));
    }

    /// Of Markdown, words in any surroundings are quoted exactly.
    #[test]
    fn words_in_markdown_are_quoted_exactly(
        bom in any::<bool>(),
        parts in proptest::collection::vec((prop_oneof![
            Just("\r\n\r\n# "), Just("\r\n\r\n- "), Just(" **bold 𝒜** "), Just(" `code` "), Just(" [link](http://x.y \"t\") "),
            Just("\n\n> "), Just("\r\n"), Just(" &amp; "), Just(" \\* "), Just("\n\n1. "), Just(" "), Just(" 👍"),
            Just("\n\n| a | b |\n|---|---|\n| "),
        ], "[a-z]{2,6}(𝒜|é|👩‍🏫)?[a-z]{1,4}"), 1..12),
        pick in any::<prop::sample::Index>(),
    ) {
        let mut decoded = String::from(if bom { "\u{FEFF}" } else { "" });
        let mut spans = Vec::new();
        for (glue, word) in &parts {
            decoded.push_str(glue);
            spans.push(decoded.len()..decoded.len() + word.len());
            decoded.push_str(word);
        }
        let span = pick.get(&spans).clone();
        let answer = json!({"matches": [found(&decoded, span.start, span.end)]});
        let document = normalize(&lesson_plan(MARKDOWN, decoded.as_bytes(), &answer)).unwrap().document;
        assert_quotes_hold(&document);
        prop_assert_eq!(quote(&document.annotations[0]), Some(&decoded[span]));
        prop_assert!(document.provenance.repairs.is_empty());
    }

    /// Any bytes in any role have a verdict, and what is accepted holds what it promises.
    #[test]
    fn any_bytes_have_a_verdict(
        text in proptest::collection::vec(any::<u8>(), 0..200),
        other in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "\\{\"(matches|streams|format)\":[\\[\\]{}\",:a-z0-9.-]{0,60}\\}".prop_map(String::into_bytes),
            (any::<i64>(), any::<i64>(), any::<i64>()).prop_map(|(offset, length, at)| json!({"matches": [
                {"message": "", "offset": offset % 40, "length": length % 40, "context": {"text": "abc", "offset": at, "length": 1}}]}).to_string().into_bytes()),
        ],
    ) {
        for role in Role::ALL {
            for media_type in ["text/plain", "text/plain;charset=utf-16", "text/plain;charset=windows-1252", MARKDOWN, "text/vtt", "application/json", "image/png", ""] {
                let _ = check_type(role, media_type, &text);
                let _ = check_type(role, media_type, &other);
            }
        }
        let files = vec![
            file(Role::Text, "text/plain;charset=windows-1252", &text), file(Role::Annotations, "application/json", &other),
        ];
        if let Ok(normalized) = normalize(&manifest(Kind::LessonPlan, files)) {
            assert_quotes_hold(&normalized.document);
        }
    }
}
