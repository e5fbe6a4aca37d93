//! Every file type that Lectern takes becomes a normalized document.

use crate::{
    files,
    harness::calm,
    normalized::{self, list, quotes},
};
use serde_json::Value;

async fn normalized(name: &str, bytes: &[u8]) -> Value {
    let host = calm().await;
    let teacher = host.api("teacher").await;
    let id = teacher.submit(name, bytes).await;
    let document = teacher.ready(&id).await;
    let normalized = teacher.normalized(&id).await;
    normalized::check(&normalized, &document);
    host.aws().await.assert_one_normalized(&id).await;
    normalized
}

/// The text is there, its heading is one, and its mistake was found.
async fn lesson_plan(name: &str, bytes: &[u8]) -> Value {
    let normalized = normalized(name, bytes).await;
    let text = normalized["text"].as_str().unwrap();
    assert!(text.contains(files::HEADING) && text.contains(files::SENTENCE), "{text}");
    assert!(quotes(&normalized).contains(&files::MISTAKE), "{normalized:#}");
    normalized
}

fn headings(normalized: &Value) -> usize {
    list(normalized, "blocks").iter().filter(|block| block["kind"] == "heading").count()
}

async fn video(name: &str, bytes: &[u8]) -> Value {
    let normalized = normalized(name, bytes).await;
    assert_eq!(normalized["media"]["has_audio"], true, "{}", normalized["media"]);
    normalized
}

fn captions(normalized: &Value) -> &[Value] {
    list(&normalized["transcript"], "segments")
}

pub(crate) async fn docx() {
    let normalized = normalized("plan.docx", &files::sample("plan.docx")).await;
    assert!(!quotes(&normalized).is_empty(), "mistakes were planted in the sample: {normalized:#}");
    let kinds = |kind: &str| list(&normalized, "blocks").iter().filter(|block| block["kind"] == kind).count();
    assert!(kinds("heading") >= 2 && kinds("paragraph") >= 2 && kinds("table_cell") >= 4, "{normalized:#}");
    assert!(headings(&lesson_plan("made.docx", &files::docx()).await) > 0);
}

pub(crate) async fn pptx() {
    assert!(headings(&lesson_plan("slides.pptx", &files::pptx()).await) > 0);
}

pub(crate) async fn odt() {
    assert!(headings(&lesson_plan("plan.odt", &files::odt()).await) > 0);
}

pub(crate) async fn pdf() {
    assert!(headings(&lesson_plan("plan.pdf", &files::pdf()).await) > 0);
}

pub(crate) async fn html() {
    let normalized = lesson_plan("plan.html", &files::html()).await;
    assert!(headings(&normalized) > 0);
    assert!(!normalized.to_string().contains("alert("), "scripts are no text: {normalized:#}");
}

pub(crate) async fn markdown() {
    let normalized = lesson_plan("plan.md", &files::markdown()).await;
    assert!(headings(&normalized) > 0);
    assert_eq!(list(&normalized, "blocks").iter().filter(|block| block["kind"] == "list_item").count(), 2);
}

pub(crate) async fn text() {
    let normalized = lesson_plan("plan.txt", &files::windows_text()).await;
    assert!(normalized["text"].as_str().unwrap().contains("The café stays open."), "{normalized:#}");
}

pub(crate) async fn mp4() {
    let normalized = video("lesson.mp4", &files::sample("lesson.mp4")).await;
    let media = &normalized["media"];
    assert!((19_500..=20_500).contains(&media["duration_ms"].as_u64().unwrap()), "{media}");
    assert_eq!((media["width"].as_u64(), media["height"].as_u64()), (Some(640), Some(360)), "{media}");
    let first = captions(&normalized).first().expect("the sample has captions");
    assert_eq!((first["start_ms"].as_u64(), first["end_ms"].as_u64()), (Some(500), Some(3500)), "{first}");
    assert_eq!(first["text"], "Good morning, everyone.\nPlease open your books at page twelve.");
    let host = calm().await;
    let id = normalized["document_id"].as_str().unwrap();
    let shown = host.api("evaluator").await.get(&format!("/api/documents/{id}/captions.vtt")).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(shown.text.starts_with("WEBVTT") && shown.text.contains("Good morning"), "{}", shown.text);
}

pub(crate) async fn mov() {
    assert!(!captions(&video("lesson.mov", &files::fixture("lesson.mov")).await).is_empty());
}

pub(crate) async fn webm() {
    let normalized = video("lesson.webm", &files::fixture("lesson.webm")).await;
    assert!(captions(&normalized).is_empty(), "it has no captions: {normalized:#}");
}

pub(crate) async fn mkv() {
    assert!(!captions(&video("lesson.mkv", &files::fixture("lesson.mkv")).await).is_empty());
}
