use super::*;
use crate::Role;
use serde_json::{Value, json};

fn read(json: &Value) -> Result<Findings, NormalizeError> {
    let written = json.to_string();
    let file = Candidate::new(Role::Annotations, "application/ld+json", written.as_bytes());
    assert!(WebAnnotation.recognises(&file), "{written}");
    WebAnnotation.read(&file)
}

fn annotation(message: &str) -> Value {
    json!({
        "@context": "http://www.w3.org/ns/anno.jsonld", "id": "http://example.org/1", "type": "Annotation",
        "motivation": "commenting", "body": {"type": "TextualBody", "value": message},
        "target": {"source": "plan.md", "selector": {"type": "TextPositionSelector", "start": 1, "end": 2}},
    })
}

fn places(findings: &Findings) -> Vec<String> {
    findings.all.iter().map(|finding| finding.place.to_string()).collect()
}

fn codes(findings: &Findings) -> Vec<&str> {
    findings.repairs.iter().map(|repair| repair.code.as_str()).collect()
}

#[test]
fn an_annotation_alone_in_a_list_on_a_page_or_in_a_collection_is_the_same() {
    let one = annotation("Why?");
    let page =
        json!({"@context": "http://www.w3.org/ns/anno.jsonld", "type": "AnnotationPage", "items": [&one]});
    let collection = json!({
        "@context": "http://www.w3.org/ns/anno.jsonld", "type": "AnnotationCollection", "total": 1,
        "first": {"id": "http://example.org/page1", "type": "AnnotationPage", "startIndex": 0, "items": [&one]},
    });
    for (whole, path) in [
        (one.clone(), "annotations/0"),
        (json!([&one]), "annotations/0"),
        (page, "annotations/items/0"),
        (collection, "annotations/first/items/0"),
    ] {
        let findings = read(&whole).unwrap();
        assert_eq!((findings.unit, places(&findings)), (Unit::CodePoints, vec![path.to_owned()]));
        let finding = &findings.all[0];
        assert_eq!((finding.span, finding.message.as_str()), (Some((1, 2)), "Why?"));
        assert_eq!((finding.category.as_str(), finding.severity), ("commenting", Severity::Hint));
        assert!(findings.repairs.is_empty());
    }
}

#[test]
fn pages_that_are_elsewhere_are_told() {
    let page = json!({"@context": "c", "type": "AnnotationPage", "items": [annotation("m")], "next": "http://example.org/2"});
    assert_eq!(codes(&read(&page).unwrap()), ["annotations-elsewhere"]);
    let cut = json!({"@context": "c", "type": "AnnotationCollection", "total": 2, "first": {"items": [annotation("m")]}});
    assert_eq!(codes(&read(&cut).unwrap()), ["annotations-elsewhere"]);
    let empty = json!({"@context": "c", "type": "AnnotationCollection", "total": 0});
    assert!(read(&empty).unwrap().all.is_empty());
    for whole in [
        json!({"@context": "c", "type": "AnnotationCollection", "total": 2, "first": "http://example.org/page1"}),
        json!({"@context": "c", "type": "AnnotationCollection", "total": 2}),
        json!({"@context": "c", "items": ["http://example.org/1"]}),
        json!([{"target": "plan.md", "type": "Annotation"}, {"type": "Annotation"}]),
        json!([{"target": "plan.md", "type": "Annotation"}, 1]),
    ] {
        assert_eq!(read(&whole).unwrap_err().code(), "format-malformed", "{whole}");
    }
}

#[test]
fn each_target_is_a_finding() {
    let mut several = annotation("Twice.");
    several["target"] = json!(["plan.md#t=1,2", several["target"], {"source": "plan.md", "selector": {"type": "SvgSelector"}}]);
    let findings = read(&several).unwrap();
    assert_eq!(places(&findings), ["annotations/0", "annotations/0/target/1", "annotations/0/target/2"]);
    assert_eq!(codes(&findings), ["time-target-dropped", "selector-unread"]);
    let spans: Vec<_> = findings.all.iter().map(|finding| finding.span).collect();
    assert_eq!(spans, [None, Some((1, 2)), None]);
    several["body"]["value"] = json!("long ".repeat(1_000));
    assert!(read(&several).is_ok());
    several["target"] = json!(vec!["plan.md"; 17]);
    assert_eq!(read(&several).unwrap_err().code(), "content-too-large");
}

#[test]
fn edits_give_suggestions() {
    let mut edit = annotation("");
    edit["motivation"] = json!(["editing", "commenting"]);
    edit["body"] = json!([
        {"type": "TextualBody", "value": "the", "purpose": "editing"},
        {"type": "TextualBody", "value": "Misspelt.", "purpose": "commenting"},
        {"type": "TextualBody", "value": "Spelling", "purpose": "classifying"},
    ]);
    let findings = read(&edit).unwrap();
    let finding = &findings.all[0];
    assert_eq!(
        (finding.message.as_str(), finding.suggestions.as_slice()),
        ("Misspelt.", &["the".to_owned()][..])
    );
    assert_eq!((finding.category.as_str(), finding.severity), ("Spelling", Severity::Warning));
    edit["body"] = vec![json!({"value": "x", "purpose": "replacing"}); 11].into();
    let findings = read(&edit).unwrap();
    assert_eq!((findings.all[0].suggestions.len(), codes(&findings)), (10, vec!["suggestions-cut"]));
}
