//! Corruption: 33 to 37.

use crate::{
    case::{Case, Ends, case},
    story::{attempts, ended, notes, put, ready_after},
};
use faults::{Behaviour, Fault, Handout, Simulation, When, Wrong};
use serde_json::Value;

/// How often the processor is asked for right results: once, and twice more.
pub(crate) const ASKED_MAX: usize = 3;

const CHECKSUM: &str = "functions/collect/src/fetch.rs self.hash.finalize_reset()";
const LENGTH: &str = "functions/collect/src/fetch.rs length != file.size";
const ASKS_MAX: &str = "crates/document/src/rules/mod.rs ATTEMPTS_PER_REDRIVE_MAX";
pub(crate) const PROOF: &str = "functions/collect/src/proof.rs normalize(manifest)";
const SET: &str = "functions/collect/src/announced.rs fn complete";
const INSPECTION: &str = "functions/ingest/src/inspection/mod.rs pub(crate) async fn inspect";

pub(crate) fn cases() -> Vec<Case> {
    [returned(), bombs_and_uploads()].concat()
}

fn returned() -> Vec<Case> {
    vec![
        case!(33, f33_a_flipped_bit_is_fetched_again, Ends::Once, [CHECKSUM]),
        case!(33, f33_a_truncated_file_is_fetched_again, Ends::Once, [LENGTH]),
        case!(
            33,
            f33_a_connection_that_breaks_is_tried_again,
            Ends::Once,
            ["functions/collect/src/fetch.rs fn guarded"]
        ),
        case!(33, f33_flipped_bits_without_end, Ends::Error, [CHECKSUM, ASKS_MAX]),
        case!(33, f33_truncated_files_without_end, Ends::Error, [LENGTH, ASKS_MAX]),
        case!(
            33,
            f33_what_failed_is_redriven,
            Ends::Once,
            ["crates/document/src/rules/people.rs redriven_after"]
        ),
        case!(34, f34_html_for_json, Ends::Error, [PROOF]),
        case!(34, f34_html_for_a_transcript, Ends::Error, [PROOF]),
        case!(
            34,
            f34_a_pdf_for_a_text,
            Ends::Error,
            [PROOF, "crates/normalizer/src/text/mod.rs OTHER_BEGINNINGS"]
        ),
        case!(
            34,
            f34_a_picture_that_is_also_a_text,
            Ends::Error,
            [PROOF, "crates/normalizer/src/text/mod.rs memchr::memchr(0, bytes)"]
        ),
        case!(
            34,
            f34_findings_about_another_text,
            Ends::Error,
            [PROOF, "crates/normalizer/src/error.rs OutsideText"]
        ),
        case!(
            34,
            f34_a_transcript_of_another_video,
            Ends::Error,
            [PROOF, "crates/normalizer/src/verify/thresholds.rs OVERRUN_MS_MAX"]
        ),
        case!(34, f34_an_upload_of_another_type, Ends::Error, [INSPECTION]),
        case!(35, f35_a_file_is_missing, Ends::Error, [SET]),
        case!(35, f35_a_file_too_many, Ends::Error, ["functions/collect/src/announced.rs role-unknown"]),
        case!(35, f35_a_file_is_there_twice, Ends::Error, [SET]),
    ]
}

fn bombs_and_uploads() -> Vec<Case> {
    vec![
        case!(36, f36_an_empty_upload, Ends::Error, [INSPECTION]),
        case!(
            36,
            f36_encrypted_uploads,
            Ends::Error,
            [INSPECTION, "functions/ingest/src/inspection/pdf.rs names_encrypt"]
        ),
        case!(
            36,
            f36_malformed_uploads,
            Ends::Error,
            [
                "functions/ingest/src/inspection/archive.rs END_SIGNATURE",
                "functions/ingest/src/inspection/boxes.rs mp4-cut-off"
            ]
        ),
        case!(
            36,
            f36_what_only_the_processor_can_tell,
            Ends::Error,
            ["functions/transfer/src/sending.rs Meaning::Refused"]
        ),
        case!(37, f37_deep_json, Ends::Error, ["crates/normalizer/src/json.rs Depth is bounded"]),
        case!(
            37,
            f37_findings_without_number,
            Ends::Error,
            ["crates/normalizer/src/annotations/language_tool.rs ANNOTATIONS_MAX"]
        ),
        case!(
            37,
            f37_cues_without_number,
            Ends::Error,
            ["crates/normalizer/src/transcript/speech.rs CUES_MAX"]
        ),
        case!(
            37,
            f37_a_huge_file_is_not_even_fetched,
            Ends::Error,
            ["functions/collect/src/announced.rs bytes_max(role)"]
        ),
        case!(37, f37_a_file_that_does_not_end, Ends::Error, [LENGTH]),
        case!(
            37,
            f37_a_zip_bomb_passes_through_unopened,
            Ends::Error,
            ["functions/ingest/src/inspection/archive.rs TAIL_BYTES_MAX"]
        ),
    ]
}

/// Results that are wrong once: they are asked for again, and the right ones count.
async fn once(simulation: &Simulation, handout: &Handout, wrong: Wrong) {
    simulation.processor.next(Behaviour::Returns(wrong));
    let upload = put(simulation, handout).await;
    let document = ready_after(simulation, &upload, 2).await;
    assert_eq!(attempts(&document), 2, "{document:#}");
    assert_eq!(notes(&document, "The results could not be used"), 1, "{document:#}");
}

/// Results that are wrong each time: one clear error, and nothing of them is published.
pub(crate) async fn always(simulation: &Simulation, handout: &Handout, wrong: Wrong, cause: &str) -> Value {
    for _ in 0..ASKED_MAX {
        simulation.processor.next(Behaviour::Returns(wrong));
    }
    let upload = put(simulation, handout).await;
    let document = ended(simulation, &upload, "failed").await;
    assert_eq!(simulation.processor.jobs(), ASKED_MAX, "{document:#}");
    assert_eq!(document["failure"]["code"], "results-wrong", "{document:#}");
    assert_eq!(document["failure"]["cause"], format!("results-wrong/{cause}"), "{document:#}");
    for bucket in ["lectern-results", "lectern-normalized"] {
        let list =
            simulation.people.s3().list_objects_v2().bucket(bucket).send().await.expect("it can be listed");
        let kept = list.contents().iter().filter_map(|object| object.key());
        let published = kept.filter(|key| !key.contains("/callback/") && !key.starts_with("refused/"));
        assert_eq!(published.count(), 0, "published in {bucket}");
    }
    document
}

async fn f33_a_flipped_bit_is_fetched_again(simulation: &Simulation) {
    once(simulation, &Handout::plan(1), Wrong::Corrupt).await;
}

async fn f33_a_truncated_file_is_fetched_again(simulation: &Simulation) {
    once(simulation, &Handout::video(1), Wrong::Truncated).await;
}

async fn f33_a_connection_that_breaks_is_tried_again(simulation: &Simulation) {
    simulation.faults.script_times("fetch", When::After, 0, 3, Fault::Outage);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(attempts(&document), 1, "the same results are fetched: {document:#}");
}

async fn f33_flipped_bits_without_end(simulation: &Simulation) {
    always(simulation, &Handout::plan(1), Wrong::Corrupt, "checksum").await;
}

async fn f33_truncated_files_without_end(simulation: &Simulation) {
    always(simulation, &Handout::video(1), Wrong::Truncated, "length").await;
}

async fn f33_what_failed_is_redriven(simulation: &Simulation) {
    for _ in 0..ASKED_MAX {
        simulation.processor.next(Behaviour::Returns(Wrong::Corrupt));
    }
    let upload = put(simulation, &Handout::plan(1)).await;
    ended(simulation, &upload, "failed").await;
    // Redriven, it has all its attempts again.
    simulation.processor.next(Behaviour::Returns(Wrong::Corrupt));
    assert_eq!(simulation.people.redrive_all().await, 1);
    let document = ready_after(simulation, &upload, ASKED_MAX + 2).await;
    assert!(document["failure"].is_null(), "{document:#}");
}

async fn f34_html_for_json(simulation: &Simulation) {
    always(simulation, &Handout::plan(1), Wrong::Html, "format-unrecognised").await;
}

async fn f34_html_for_a_transcript(simulation: &Simulation) {
    always(simulation, &Handout::video(1), Wrong::Html, "format-unrecognised").await;
}

async fn f34_a_pdf_for_a_text(simulation: &Simulation) {
    always(simulation, &Handout::plan(1), Wrong::Pdf, "format-unrecognised").await;
}

async fn f34_a_picture_that_is_also_a_text(simulation: &Simulation) {
    always(simulation, &Handout::plan(1), Wrong::Polyglot, "format-unrecognised").await;
}

async fn f34_findings_about_another_text(simulation: &Simulation) {
    always(simulation, &Handout::plan(1), Wrong::Outside, "annotation-outside-text").await;
}

async fn f34_a_transcript_of_another_video(simulation: &Simulation) {
    always(simulation, &Handout::video(1), Wrong::Outside, "transcript-for-another-video").await;
}

async fn f34_an_upload_of_another_type(simulation: &Simulation) {
    let picture = Handout { name: "plan.pdf".into(), content: b"GIF89a;".into(), ..Handout::broken(1) };
    for handout in [Handout::broken(2), picture] {
        rejected(simulation, &handout, "file-type-mismatch").await;
    }
}

async fn f35_a_file_is_missing(simulation: &Simulation) {
    always(simulation, &Handout::plan(1), Wrong::Missing, "role-missing").await;
    assert!(simulation.network.connected().is_empty(), "nothing of it is fetched");
}

async fn f35_a_file_too_many(simulation: &Simulation) {
    always(simulation, &Handout::plan(1), Wrong::Extra, "role-unknown").await;
    assert!(simulation.network.connected().is_empty(), "nothing of it is fetched");
}

async fn f35_a_file_is_there_twice(simulation: &Simulation) {
    always(simulation, &Handout::video(1), Wrong::Duplicate, "role-twice").await;
    assert!(simulation.network.connected().is_empty(), "nothing of it is fetched");
}

/// An upload that is refused with a reason before anybody else hears of it.
async fn rejected(simulation: &Simulation, handout: &Handout, code: &str) {
    let upload = put(simulation, handout).await;
    let document = ended(simulation, &upload, "rejected").await;
    assert_eq!(document["failure"]["code"], code, "{document:#}");
    assert_eq!(simulation.faults.passages("processor POST"), 0, "the processor never hears of it");
}

fn named(name: &str, content: &[u8]) -> Handout {
    Handout { name: name.to_owned(), content: content.to_vec(), ..Handout::broken(0) }
}

async fn f36_an_empty_upload(simulation: &Simulation) {
    rejected(simulation, &Handout::empty(1), "file-empty").await;
}

async fn f36_encrypted_uploads(simulation: &Simulation) {
    let office = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 EncryptedPackage";
    rejected(simulation, &named("plan.docx", office), "file-encrypted").await;
    let pdf = b"%PDF-1.4\ntrailer << /Root 1 0 R /Encrypt 5 0 R >>\nstartxref\n9\n%%EOF";
    rejected(simulation, &named("plan.pdf", pdf), "file-encrypted").await;
}

async fn f36_malformed_uploads(simulation: &Simulation) {
    rejected(simulation, &named("plan.docx", b"PK\x03\x04 and then it is cut off"), "file-damaged").await;
    let video = Handout::video(1).content;
    let cut = video.get(..video.len() - 1).unwrap_or_default();
    rejected(simulation, &named("lesson.mp4", cut), "file-damaged").await;
    rejected(simulation, &named("plan.exe", b"MZ"), "file-type-unsupported").await;
}

async fn f36_what_only_the_processor_can_tell(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Refuses(422));
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ended(simulation, &upload, "failed").await;
    assert_eq!(document["failure"]["cause"], "processor-refused/unreadable", "{document:#}");
    assert_eq!(simulation.faults.passages("processor POST"), 1, "a refusal is final");
}

async fn f37_deep_json(simulation: &Simulation) {
    always(simulation, &Handout::plan(1), Wrong::Deep, "format-unrecognised").await;
}

async fn f37_findings_without_number(simulation: &Simulation) {
    always(simulation, &Handout::plan(1), Wrong::Countless, "content-too-large").await;
}

async fn f37_cues_without_number(simulation: &Simulation) {
    always(simulation, &Handout::video(1), Wrong::Countless, "content-too-large").await;
}

async fn f37_a_huge_file_is_not_even_fetched(simulation: &Simulation) {
    always(simulation, &Handout::plan(1), Wrong::Huge, "file-too-large").await;
    assert!(simulation.network.connected().is_empty(), "what is announced as too large is never asked for");
}

async fn f37_a_file_that_does_not_end(simulation: &Simulation) {
    always(simulation, &Handout::plan(1), Wrong::Endless, "length").await;
}

async fn f37_a_zip_bomb_passes_through_unopened(simulation: &Simulation) {
    // An entry that says of itself that it becomes four gigabytes. Nobody here opens it: it is streamed on as it is.
    let entry =
        [b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\x10\0\0\0".as_slice(), &[0xFF; 4], b"\x01\0\0\0a"]
            .concat();
    let content = [entry.as_slice(), &[0; 16], b"PK\x05\x06", &[0; 18]].concat();
    simulation.processor.next(Behaviour::Refuses(413));
    let upload = put(simulation, &Handout { name: "plan.docx".into(), content, ..Handout::plan(1) }).await;
    let document = ended(simulation, &upload, "failed").await;
    assert_eq!(document["failure"]["code"], "processor-refused", "{document:#}");
    assert_eq!(attempts(&document), 1, "a refusal is final");
}
