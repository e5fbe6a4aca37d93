//! Whatever the text and whatever the vendor counts, a normalized quote is what the vendor matched.

use document::Kind;
use normalizer::{
    File, Manifest, Role, normalize,
    schema::{Annotation, Document, Target},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation as _;

/// The units by their word in the parameter `offsets` of a media type.
const UNITS: [&str; 4] = ["bytes", "utf-16", "code-points", "graphemes"];

fn length(text: &str, unit: &str) -> usize {
    match unit {
        "bytes" => text.len(),
        "utf-16" => text.encode_utf16().count(),
        "code-points" => text.chars().count(),
        _ => text.graphemes(true).count(),
    }
}

fn file(role: Role, media_type: &str, bytes: &[u8]) -> File {
    File {
        role,
        name: role.to_string(),
        media_type: media_type.to_owned(),
        size: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(bytes)),
        bytes: bytes.to_vec(),
    }
}

fn manifest(text_type: &str, text: &str, annotations_type: &str, annotations: &Value) -> Manifest {
    Manifest {
        document_id: "d".to_owned(),
        revision: "r".to_owned(),
        kind: Kind::LessonPlan,
        title: "t".to_owned(),
        language: None,
        processor: "p".to_owned(),
        job_id: None,
        files: vec![
            file(Role::Text, text_type, text.as_bytes()),
            file(Role::Annotations, annotations_type, annotations.to_string().as_bytes()),
        ],
    }
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
        }
    }
    schema_check::assert_document(&serde_json::to_value(document).expect("documents are JSON"));
}

/// The one annotation of a span of the text, in the shape of one of the formats, counted in a unit.
fn annotated(text_type: &str, text: &str, span: &Range<usize>, format: &str, unit: &str) -> Document {
    let (start, end) = (length(&text[..span.start], unit), length(&text[..span.end], unit));
    let exact = &text[span.clone()];
    let annotations = match format {
        "language-tool" => json!({"matches": [{"message": "m", "offset": start, "length": end - start}]}),
        "harper" => json!([{"file": "plan", "lint_count": 1, "lints": [
            {"message": "m", "span": {"char_start": start, "char_end": end}, "matched_text": exact}]}]),
        _ => json!({"type": "Annotation", "body": "m", "target": {"source": "plan", "selector": [
            {"type": "TextPositionSelector", "start": start, "end": end}, {"type": "TextQuoteSelector", "exact": exact}]}}),
    };
    let media_type = format!("application/json; offsets={unit}");
    let document = normalize(&manifest(text_type, text, &media_type, &annotations));
    let document = document.expect("the annotation lies in the text").document;
    assert_eq!(document.provenance.repairs, []);
    assert_quotes_hold(&document);
    document
}

/// A text with its line ends folded.
fn folded(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[test]
fn four_units_on_two_emoji_are_two_characters() {
    let text = "ab👍👎 and more";
    for text_type in ["text/plain", "text/markdown"] {
        let answer = json!({"matches": [{"message": "m", "offset": 2, "length": 4}]});
        let document = normalize(&manifest(text_type, text, "application/json", &answer)).unwrap().document;
        assert_quotes_hold(&document);
        assert_eq!(quote(&document.annotations[0]), Some("👍👎"));
        assert_eq!(document.provenance.offset_unit.as_deref(), Some("utf-16 code units"));
    }
}

#[test]
fn a_cut_character_is_an_error_in_every_unit_that_can_cut_it() {
    let said = |unit: &str, offset: usize, length: usize| {
        let answer = json!({"matches": [{"message": "m", "offset": offset, "length": length}]});
        let media_type = format!("application/json; charset=utf-8; offsets=\"{unit}\"");
        normalize(&manifest("text/plain", "a👍e\u{301}", &media_type, &answer)).map_err(|error| error.code())
    };
    assert_eq!(said("utf-16", 2, 1), Err("annotation-inside-character"));
    assert_eq!(said("bytes", 1, 2), Err("annotation-inside-character"));
    assert_eq!(said("code-points", 1, 4), Err("annotation-outside-text"));
    assert_eq!(said("graphemes", 2, 2), Err("annotation-outside-text"));
    assert_eq!(said("lines", 0, 1), Err("offset-unit-unknown"));
    for unit in UNITS {
        assert!(said(unit, 0, 1).is_ok(), "{unit}");
    }
}

#[test]
fn quotes_alone_are_places() {
    let quoted = |exact: &str, prefix: &str, suffix: &str| json!({"body": "m", "target": {"selector": {"type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix}}});
    let text = "# A *cat*\n\nA cat and a **black cat**.\n";
    let all = json!([
        quoted("cat", "black ", ""),
        quoted("cat", "", ""),
        quoted("a black cat", "", "."),
        quoted("dog", "", "")
    ]);
    let document = normalize(&manifest("text/markdown", text, "application/json", &all)).unwrap().document;
    assert_quotes_hold(&document);
    let found: Vec<_> = document.annotations.iter().map(quote).collect();
    assert_eq!(found, [Some("a black cat"), Some("cat"), None, None]);
    let codes: Vec<_> = document.provenance.repairs.iter().map(|repair| repair.code.as_str()).collect();
    assert_eq!(codes, ["annotation-unanchored"; 2]);
}

#[test]
fn looking_for_hostile_quotes_ends() {
    let text = "a".repeat(200_000);
    let prefix = format!("b{}", "a".repeat(100_000));
    let quoted = json!({"body": "m", "target": {"selector": {"type": "TextQuoteSelector", "exact": "aaaa", "prefix": prefix}}});
    let all = json!(vec![quoted; 20]);
    let error = normalize(&manifest("text/plain", &text, "application/json", &all)).map(|normalized| {
        assert!(normalized.document.annotations.iter().all(|annotation| annotation.target.is_none()));
    });
    assert!(error.is_ok() || error.unwrap_err().code() == "annotations-for-another-text");
}

/// Pieces that make offsets go wrong.
fn piece() -> impl Strategy<Value = String> {
    let fixed = [
        "\r\n",
        "\r",
        "\n\n",
        " ",
        "👩‍🏫",
        "👨‍👩‍👧‍👦",
        "🇫🇷",
        "🇩",
        "𝒜",
        "e\u{301}\u{323}",
        "\u{FEFF}",
        "\u{202E}",
        "\u{200D}",
        "क्षि",
        "각",
        "\u{E000}",
        "\u{F0000}",
        "\u{10FFFF}",
        "# ",
        "**",
        "`",
        "&amp;",
        "<b>",
        "| ",
        "\\*",
        "[x](y)",
        "- ",
        "...",
    ];
    prop_oneof![2 => "[a-z]{1,6}", 3 => proptest::sample::select(fixed.map(str::to_owned).to_vec()), 1 => "\\PC{1,3}"]
}

proptest! {
    /// Of plain text, for every pair of grapheme boundaries, in every format and every unit.
    #[test]
    fn plain_quotes_equal_what_was_matched(
        bom in any::<bool>(), parts in proptest::collection::vec(piece(), 0..25), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
    ) {
        let text = format!("{}{}end", if bom { "\u{FEFF}" } else { "" }, parts.concat());
        let bounds: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
        let (from, to) = (*from.get(&bounds), *to.get(&bounds));
        let span = from.min(to)..from.max(to);
        let mut expect = &text[span.clone()];
        if span.start == 0 { expect = expect.strip_prefix('\u{FEFF}').unwrap_or(expect); }
        let expect = folded(expect);
        for format in ["language-tool", "harper", "web-annotation"] {
            for unit in UNITS {
                let document = annotated("text/plain", &text, &span, format, unit);
                prop_assert_eq!(quote(&document.annotations[0]), Some(expect.as_str()), "{} {}", format, unit);
            }
        }
    }

    /// Of Markdown, words among any markup are quoted exactly, in every format and every unit.
    #[test]
    fn words_among_markup_are_quoted_exactly(
        bom in any::<bool>(),
        parts in proptest::collection::vec((prop_oneof![
            Just("\r\n\r\n# "), Just("\r\n\r\n- "), Just(" **bold 𝒜** "), Just(" `code` "), Just(" [link](http://x.y \"t\") "),
            Just("\n\n> "), Just("\r\n"), Just(" &amp; "), Just(" \\* "), Just("\n\n1. "), Just(" "), Just(" 👍 "), Just("\r\r"),
            Just("\n\n| a | b |\n|---|---|\n| "), Just(" e\u{301}\u{323} "), Just(" 🇫🇷🇩 "), Just(" \u{10FFFF} "), Just(" 👩‍🏫 "),
        ], "[a-z]{2,6}(𝒜|é|👩‍🏫|e\u{301}|क्षि|\u{F0000})?[a-z]{1,4}"), 1..12),
        pick in any::<prop::sample::Index>(),
    ) {
        let mut text = String::from(if bom { "\u{FEFF}" } else { "" });
        let mut spans = Vec::new();
        for (glue, word) in &parts {
            text.push_str(glue);
            spans.push(text.len()..text.len() + word.len());
            text.push_str(word);
        }
        let span = pick.get(&spans).clone();
        for format in ["language-tool", "harper", "web-annotation"] {
            for unit in UNITS {
                let document = annotated("text/markdown", &text, &span, format, unit);
                prop_assert_eq!(quote(&document.annotations[0]), Some(&text[span.clone()]), "{} {}", format, unit);
            }
        }
    }

    /// Any arrangement of the formats' own pieces has a verdict, and what is accepted holds what it promises.
    #[test]
    fn any_pieces_have_a_verdict(
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"@context\":\"c\",", "\"type\":\"Annotation\"", "\"target\":", "\"selector\":", "\"refinedBy\":",
            "{\"type\":\"TextPositionSelector\",\"start\":1,\"end\":2}", "{\"type\":\"TextQuoteSelector\",\"exact\":\"b\"}", "\"body\":", "\"items\":[",
            "\"first\":{", "\"a#t=1\"", "\"file\":\"f\",\"lint_count\":1,\"lints\":[", "{\"message\":\"m\",\"span\":{\"char_start\":0,\"char_end\":9}}",
            "\"matched_text\":\"b\"", "\"matches\":[", "{\"message\":\"m\",\"offset\":1,\"length\":1}", "null", "1", "-1e9", "\"\\ud83d\"", "\u{1}",
        ]), 0..12),
        (open, close) in proptest::sample::select(vec![
            ("", ""), ("{", "}"), ("[{", "}]"), ("{\"target\":", "}"), ("[{\"target\":\"x\",\"body\":", "}]"), ("{\"matches\":[", "]}"),
            ("[{\"file\":\"f\",\"lint_count\":1,\"lints\":[", "]}]"),
        ]),
    ) {
        let written = format!("{open}{}{close}", pieces.concat());
        let annotations = file(Role::Annotations, "application/json", written.as_bytes());
        let mut manifest = manifest("text/markdown", "a **b** c", "application/json", &json!({}));
        manifest.files[1] = annotations;
        if let Ok(normalized) = normalize(&manifest) {
            assert_quotes_hold(&normalized.document);
        }
    }
}
