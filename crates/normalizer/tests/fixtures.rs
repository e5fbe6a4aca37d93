//! Whole files as vendors write them, and the published schema against what comes of them.

use document::Kind;
use normalizer::{File, Manifest, Role, normalize, schema::Document};
use serde_json::Value;
use sha2::{Digest, Sha256};

const SCHEMA: &str = include_str!("../schema/lectern.document-1.schema.json");

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
    normalize(&manifest).expect("the fixtures are sound").document
}

#[test]
fn a_lesson_plan_as_vendors_write_it() {
    let text = file(Role::Text, "text/markdown", include_bytes!("fixtures/plan.md"));
    let annotations =
        file(Role::Annotations, "application/json", include_bytes!("fixtures/languagetool.json"));
    let document = document(Kind::LessonPlan, vec![text, annotations]);
    assert!(document.provenance.repairs.is_empty());
    assert_fits_schema(&document);
    insta::assert_json_snapshot!(document);
}

#[test]
fn a_video_as_vendors_write_it() {
    let captions = file(Role::Captions, "text/vtt", include_bytes!("fixtures/captions.vtt"));
    let media = file(Role::Media, "application/json", include_bytes!("fixtures/ffprobe.json"));
    let document = document(Kind::Video, vec![captions, media]);
    assert_fits_schema(&document);
    insta::assert_json_snapshot!(document);
}

#[test]
fn a_transcript_with_words_fits_the_schema() {
    let transcript = file(Role::Transcript, "application/json", include_bytes!("fixtures/transcribe.json"));
    let media = file(Role::Media, "application/json", include_bytes!("fixtures/ffprobe.json"));
    let document = document(Kind::Video, vec![transcript, media]);
    assert!(document.transcript.as_ref().is_some_and(|transcript| !transcript.segments[0].words.is_empty()));
    assert_fits_schema(&document);
}

#[test]
fn the_schema_refuses_what_is_not_a_document() {
    let captions = file(Role::Captions, "text/vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nx");
    let media = file(Role::Media, "application/json", include_bytes!("fixtures/ffprobe.json"));
    let good = serde_json::to_value(document(Kind::Video, vec![captions, media])).unwrap();
    let refused = |change: fn(&mut Value)| {
        let mut bad = good.clone();
        change(&mut bad);
        violation(&schema(), &bad, "").is_some()
    };
    assert_eq!(violation(&schema(), &good, ""), None);
    assert!(refused(|document| document["schema"] = "lectern.document/2".into()));
    assert!(refused(|document| document["extra"] = 1.into()));
    assert!(refused(|document| document["media"]["duration_ms"] = (-1).into()));
    assert!(refused(|document| document["transcript"]["segments"][0]["text"] = Value::Null));
    assert!(refused(|document| document["provenance"]["files"][0]["sha256"] = "AB".into()));
    assert!(refused(|document| drop(document.as_object_mut().unwrap().remove("blocks"))));
}

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("the schema is JSON")
}

fn assert_fits_schema(document: &Document) {
    let document = serde_json::to_value(document).expect("documents are JSON");
    assert_eq!(violation(&schema(), &document, ""), None);
}

/// The first place where a value breaks a rule of the schema. Knows the keywords that the schema uses, and no others.
fn violation(rule: &Value, value: &Value, place: &str) -> Option<String> {
    for (keyword, wanted) in rule.as_object().expect("rules are objects") {
        let broken = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "properties" => None,
            "$ref" => {
                let name = wanted.as_str()?.strip_prefix("#")?;
                violation(schema().pointer(name).expect("references lead somewhere"), value, place)
            }
            "oneOf" => {
                let fitting =
                    wanted.as_array()?.iter().filter(|rule| violation(rule, value, place).is_none()).count();
                (fitting != 1).then(|| format!("{fitting} of the alternatives fit"))
            }
            "const" => (value != wanted).then(|| format!("is not {wanted}")),
            "enum" => (!wanted.as_array()?.contains(value)).then(|| format!("is none of {wanted}")),
            "minimum" => (value.as_f64() < wanted.as_f64()).then(|| format!("is below {wanted}")),
            "maximum" => (value.as_f64() > wanted.as_f64()).then(|| format!("is above {wanted}")),
            "pattern" => {
                assert_eq!(wanted, "^[0-9a-f]{64}$");
                let text = value.as_str().unwrap_or_default();
                let fits = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                (!fits).then(|| "is no hash".to_owned())
            }
            "type" => {
                let fits = match wanted.as_str()? {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    other => unreachable!("the schema uses the type {other}"),
                };
                (!fits).then(|| format!("is no {wanted}"))
            }
            "required" => {
                let missing =
                    wanted.as_array()?.iter().find(|name| value.get(name.as_str().unwrap_or("")).is_none());
                missing.map(|name| format!("lacks {name}"))
            }
            "additionalProperties" => {
                value.as_object()?.iter().find_map(|(name, inner)| match rule["properties"].get(name) {
                    Some(rule) => violation(rule, inner, &format!("{place}/{name}")),
                    None => Some(format!("has {name}")),
                })
            }
            "items" => {
                value.as_array()?.iter().find_map(|inner| violation(wanted, inner, &format!("{place}[]")))
            }
            other => unreachable!("the schema uses the keyword {other}"),
        };
        if let Some(broken) = broken {
            return Some(format!("{place} {broken}"));
        }
    }
    None
}
