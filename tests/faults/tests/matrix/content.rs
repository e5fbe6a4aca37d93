//! Corruption: files that came as they were announced and say what cannot be right.

use crate::{
    case::{Case, Ends, case},
    corruption::{ASKED_MAX, PROOF, always},
};
use faults::{Contents, Handout, Simulation, Wrong};

const ANCHORS: &str = "crates/normalizer/src/anchor/mod.rs pub(crate) fn anchor";
const VERIFY: &str = "functions/collect/src/proof.rs verify(&normalized.document";
const DOCTYPE: &str = "crates/normalizer/src/text/docx/xml.rs Event::DocType";
const JSON: &str = "application/json";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case!(34, f34_a_transcript_for_findings, Ends::Error, [PROOF]),
        case!(34, f34_findings_that_quote_another_text, Ends::Error, [PROOF, ANCHORS]),
        case!(34, f34_a_finding_inside_a_character, Ends::Error, [PROOF, ANCHORS]),
        case!(34, f34_json_with_more_behind_it, Ends::Error, [PROOF]),
        case!(34, f34_a_text_in_another_encoding, Ends::Error, [PROOF]),
        case!(34, f34_a_page_called_captions, Ends::Error, [PROOF]),
        case!(34, f34_a_transcript_in_which_nobody_speaks, Ends::Error, [PROOF, VERIFY]),
        case!(37, f37_word_with_a_billion_laughs, Ends::Error, [PROOF, DOCTYPE]),
    ]
}

/// Asked for again, and what came each time stays where an operator finds it.
async fn archived(simulation: &Simulation, handout: &Handout, contents: Contents, cause: &str) {
    let document = always(simulation, handout, Wrong::Contents(contents), cause).await;
    let id = document["document_id"].as_str().expect("a document has an id");
    let list = simulation.people.s3().list_objects_v2().bucket("lectern-results");
    let list = list.prefix(format!("refused/{id}/")).send().await.expect("it can be listed");
    let kept: Vec<_> = list.contents().iter().filter_map(|object| object.key()).collect();
    for attempt in 1..=ASKED_MAX {
        for (role, ..) in contents {
            let place = format!("refused/{id}/{attempt}/{role}/");
            assert!(kept.iter().any(|key| key.starts_with(&place)), "nothing below {place} in {kept:?}");
        }
    }
}

const CAPTIONS: Contents =
    &[("annotations", "text/vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nGood morning.\n")];

async fn f34_a_transcript_for_findings(simulation: &Simulation) {
    archived(simulation, &Handout::plan(1), CAPTIONS, "format-unrecognised").await;
}

const QUOTES_OF_ANOTHER_TEXT: Contents = &[(
    "annotations",
    JSON,
    br#"[{"file": "x", "lint_count": 5, "lints": [
    {"rule": "r", "kind": "k", "span": {"char_start": 2, "char_end": 6}, "message": "m", "matched_text": "Frac"},
    {"rule": "r", "kind": "k", "span": {"char_start": 7, "char_end": 10}, "message": "m", "matched_text": "ted"},
    {"rule": "r", "kind": "k", "span": {"char_start": 11, "char_end": 17}, "message": "m", "matched_text": "halves"},
    {"rule": "r", "kind": "k", "span": {"char_start": 19, "char_end": 25}, "message": "m", "matched_text": "thirds"},
    {"rule": "r", "kind": "k", "span": {"char_start": 26, "char_end": 33}, "message": "m", "matched_text": "quarter"}]}]"#,
)];

async fn f34_findings_that_quote_another_text(simulation: &Simulation) {
    archived(simulation, &Handout::plan(1), QUOTES_OF_ANOTHER_TEXT, "annotations-for-another-text").await;
}

/// The seventh UTF-16 code unit is the second half of the seedling.
const INSIDE_A_CHARACTER: Contents = &[
    ("text", "text/markdown", "Seeds 🌱 and rain, and what grows of them.\n".as_bytes()),
    (
        "annotations",
        JSON,
        br#"{"software": {"name": "x"}, "language": {"code": "en"},
        "matches": [{"message": "m", "offset": 7, "length": 3}]}"#,
    ),
];

async fn f34_a_finding_inside_a_character(simulation: &Simulation) {
    archived(simulation, &Handout::plan(1), INSIDE_A_CHARACTER, "annotation-inside-character").await;
}

const TWICE: Contents = &[(
    "annotations",
    JSON,
    br#"{"software": {"name": "x"}, "language": {"code": "en"}, "matches": []} {"matches": []}"#,
)];

async fn f34_json_with_more_behind_it(simulation: &Simulation) {
    archived(simulation, &Handout::plan(1), TWICE, "format-malformed").await;
}

const LATIN_CALLED_UTF8: Contents =
    &[("text", "text/plain; charset=utf-8", b"Pr\xfcfung im Mai, \xdcbung davor.\n")];

async fn f34_a_text_in_another_encoding(simulation: &Simulation) {
    archived(simulation, &Handout::plan(1), LATIN_CALLED_UTF8, "text-undecodable").await;
}

const PAGE: Contents = &[("transcript", "text/vtt", b"<!doctype html><title>Sign in</title>")];

async fn f34_a_page_called_captions(simulation: &Simulation) {
    archived(simulation, &Handout::video(1), PAGE, "format-unrecognised").await;
}

/// Half a minute of film with sound.
const SILENCE: Contents = &[
    (
        "media",
        JSON,
        br#"{"format": {"format_name": "mp4", "duration": "30.0"}, "streams": [{"index": 0, "codec_type": "video", "codec_name": "h264"},
        {"index": 1, "codec_type": "audio", "codec_name": "aac", "channels": 2}]}"#,
    ),
    ("transcript", "text/vtt", b"WEBVTT\n"),
];

async fn f34_a_transcript_in_which_nobody_speaks(simulation: &Simulation) {
    archived(simulation, &Handout::video(1), SILENCE, "transcript-missing").await;
}

const LAUGHS: Contents = &[(
    "text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    include_bytes!("fixtures/laughs.docx"),
)];

async fn f37_word_with_a_billion_laughs(simulation: &Simulation) {
    archived(simulation, &Handout::plan(1), LAUGHS, "format-malformed").await;
}
