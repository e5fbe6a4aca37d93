//! Whole files as vendors write them. What comes of them is held against the published schema.

use document::Kind;
use normalizer::{
    File, Manifest, Role, normalize,
    schema::{Annotation, Document, Repair, Target, Transcript},
};
use sha2::{Digest, Sha256};

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

fn document(kind: Kind, files: Vec<File>) -> Document {
    let manifest = Manifest {
        document_id: "018f2f6e-7c1a-7000-8000-0123456789ab".to_owned(),
        revision: "v1".to_owned(),
        kind,
        title: "Light".to_owned(),
        language: None,
        processor: "reference".to_owned(),
        job_id: None,
        files,
    };
    let document = normalize(&manifest).expect("the fixtures are sound").document;
    schema_check::assert_document(&serde_json::to_value(&document).expect("documents are JSON"));
    document
}

#[test]
fn a_lesson_plan_as_vendors_write_it() {
    let text = file(Role::Text, "text/markdown", include_bytes!("fixtures/plan.md"));
    let annotations =
        file(Role::Annotations, "application/json", include_bytes!("fixtures/languagetool.json"));
    let document = document(Kind::LessonPlan, vec![text, annotations]);
    assert!(document.provenance.repairs.is_empty());
    insta::assert_json_snapshot!(document);
}

#[test]
fn a_word_document_and_a_page_fit_the_schema() {
    let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let of = |role| file(role, docx, include_bytes!("fixtures/plan.docx"));
    document(Kind::LessonPlan, vec![of(Role::Text), of(Role::Annotations)]);
    let html = file(Role::Text, "text/html", b"<h1>Light</h1><ul><li>Two  &amp; a <b>jar</b></ul>");
    let found = br#"{"matches":[{"message":"m","offset":7,"length":5,"context":{"text":"Light Two & a jar","offset":6,"length":5}}]}"#;
    let page = document(Kind::LessonPlan, vec![html, file(Role::Annotations, "application/json", found)]);
    assert_eq!(page.text, "Light\n\nTwo & a jar");
    let annotation = serde_json::to_value(&page.annotations[0]).expect("annotations are JSON");
    assert_eq!(annotation["target"]["quote"]["exact"], "Two &");
}

#[test]
fn a_video_as_vendors_write_it() {
    let captions = file(Role::Captions, "text/vtt", include_bytes!("fixtures/captions.vtt"));
    let media = file(Role::Media, "application/json", include_bytes!("fixtures/ffprobe.json"));
    let document = document(Kind::Video, vec![captions, media]);
    insta::assert_json_snapshot!(document);
}

#[test]
fn subrip_as_programs_write_it() {
    let captions = file(Role::Captions, "application/x-subrip", include_bytes!("fixtures/captions.srt"));
    let media = file(Role::Media, "application/json", include_bytes!("fixtures/ffprobe.json"));
    let document = document(Kind::Video, vec![captions, media]);
    insta::assert_json_snapshot!(spoken(&document));
}

#[test]
fn ttml_as_vendors_write_it() {
    let captions = file(Role::Captions, "application/ttml+xml", include_bytes!("fixtures/captions.ttml"));
    let media = file(Role::Media, "application/json", include_bytes!("fixtures/ffprobe.json"));
    let document = document(Kind::Video, vec![captions, media]);
    insta::assert_json_snapshot!(spoken(&document));
}

/// What of a document its captions decide.
fn spoken(document: &Document) -> (&Option<Transcript>, &[Repair]) {
    (&document.transcript, &document.provenance.repairs)
}

fn quote(annotation: &Annotation) -> Option<&str> {
    match annotation.target.as_ref()? {
        Target::Text { quote, .. } => Some(&quote.exact),
        Target::Time { .. } => None,
    }
}

fn suggestions(annotation: &Annotation) -> Vec<&str> {
    annotation.suggestions.iter().map(String::as_str).collect()
}

/// What each annotation quotes, and what it suggests.
fn said(document: &Document) -> Vec<(Option<&str>, Vec<&str>)> {
    document.annotations.iter().map(|annotation| (quote(annotation), suggestions(annotation))).collect()
}

fn codes(document: &Document) -> Vec<&str> {
    document.provenance.repairs.iter().map(|repair| repair.code.as_str()).collect()
}

#[test]
fn the_same_plan_with_the_findings_of_harper() {
    let text = file(Role::Text, "text/markdown", include_bytes!("fixtures/plan.md"));
    let annotations = file(Role::Annotations, "application/json", include_bytes!("fixtures/harper.json"));
    let document = document(Kind::LessonPlan, vec![text, annotations]);
    let expect = [
        (Some("recieve"), vec!["receive", "relieve"]),
        (Some("in in"), vec!["in"]),
        (Some("outside"), vec!["outside,"]),
    ];
    assert_eq!(said(&document), expect);
    assert_eq!(codes(&document), [""; 0]);
    assert_eq!(document.provenance.offset_unit.as_deref(), Some("code points"));
}

#[test]
fn the_same_plan_with_annotations_of_the_web() {
    let text = file(Role::Text, "text/markdown", include_bytes!("fixtures/plan.md"));
    let annotations =
        file(Role::Annotations, "application/ld+json", include_bytes!("fixtures/web-annotation.json"));
    let document = document(Kind::LessonPlan, vec![text, annotations]);
    let expect = [
        (Some("light 🌱"), vec![]),
        (Some("recieve"), vec!["receive"]),
        (Some("20\tPlanting outside"), vec![]),
        (None, vec![]),
    ];
    assert_eq!(said(&document), expect);
    assert_eq!(codes(&document), ["time-target-dropped"]);
}

#[test]
fn the_same_video_with_the_facts_of_other_programs() {
    for (facts, repairs) in [
        (include_bytes!("fixtures/mediainfo.json").as_slice(), &["not-speech-left-out"][..]),
        (
            include_bytes!("fixtures/mediaconvert.json").as_slice(),
            &["audio-assumed", "not-speech-left-out"][..],
        ),
    ] {
        let captions = file(Role::Captions, "text/vtt", include_bytes!("fixtures/captions.vtt"));
        let media = file(Role::Media, "application/json", facts);
        let document = document(Kind::Video, vec![captions, media]);
        let media = document.media.as_ref().expect("a video has media");
        assert_eq!((media.duration_ms, media.width, media.height), (4_000, Some(320), Some(180)));
        assert_eq!(codes(&document), repairs);
    }
}
