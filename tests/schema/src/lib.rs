//! The published schemas, and values held against them by a validator that Lectern did not write.
//!
//! For tests alone. It reads the committed files of `schema/`, so that a document is held against what readers are given.

use jsonschema::Validator;
use serde_json::Value;
use std::sync::LazyLock;

/// What normalized documents promise: `schema/lectern.document.json`.
pub const DOCUMENT: &str = include_str!("../../../schema/lectern.document.json");
/// What processors call back with: `schema/callback.json`.
pub const CALLBACK: &str = include_str!("../../../schema/callback.json");

/// What the HTTP API promises: `schema/openapi.json`.
pub const API: &str = include_str!("../../../schema/openapi.json");

/// Asserts that a value is a normalized document.
///
/// # Panics
/// If it is not, with every place that is wrong.
pub fn assert_document(document: &Value) {
    let wrong = document_violations(document);
    assert!(wrong.is_empty(), "it is no normalized document:\n{}", wrong.join("\n"));
}

/// Asserts that a value is the body of a callback.
///
/// # Panics
/// If it is not, with every place that is wrong.
pub fn assert_callback(callback: &Value) {
    let wrong = callback_violations(callback);
    assert!(wrong.is_empty(), "it is no callback:\n{}", wrong.join("\n"));
}

/// Where and how a value differs from a normalized document.
pub fn document_violations(document: &Value) -> Vec<String> {
    static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator(DOCUMENT));
    violations(&VALIDATOR, document)
}

/// Where and how a value differs from the body of a callback.
pub fn callback_violations(callback: &Value) -> Vec<String> {
    static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| validator(CALLBACK));
    violations(&VALIDATOR, callback)
}

fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema);
    assert!(schema.is_object() && validator.is_ok(), "the published schema is no JSON Schema");
    validator.unwrap_or_else(|_| unreachable!("asserted in the line above"))
}

fn violations(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(good: &Value, check: fn(&Value) -> Vec<String>, change: impl Fn(&mut Value)) {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(!check(&bad).is_empty(), "{bad}");
    }

    #[test]
    fn what_is_not_a_document_is_refused() {
        let good = json!({
            "schema": "lectern.document/1", "document_id": "d", "revision": "r", "kind": "lesson_plan", "title": "t", "text": "abc",
            "blocks": [{"id": "b1", "kind": "paragraph", "start": 0, "end": 3}],
            "annotations": [
                {"id": "a1", "motivation": "commenting", "severity": "hint", "category": "c", "message": "m", "suggestions": [],
                 "target": {"position": {"start": 0, "end": 1}, "quote": {"exact": "a", "prefix": "", "suffix": "bc"}}},
                {"id": "a2", "motivation": "editing", "severity": "error", "category": "c", "message": "m", "suggestions": ["x"],
                 "target": {"time": {"start_ms": 0, "end_ms": 1}}},
            ],
            "transcript": {"segments": [{"id": "s1", "start_ms": 0, "end_ms": 1, "text": "hm", "confidence": 0.5}]},
            "media": {"duration_ms": 1, "has_audio": true},
            "provenance": {
                "processor": "p", "adapter": "a", "adapter_version": "1", "repairs": [],
                "files": [{"role": "text", "name": "n", "media_type": "text/plain", "size": 3, "sha256": "0".repeat(64)}],
            },
        });
        assert_document(&good);
        let refused = |change: fn(&mut Value)| refused(&good, document_violations, change);
        refused(|document| document["schema"] = "lectern.document/2".into());
        refused(|document| document["kind"] = "essay".into());
        refused(|document| document["extra"] = 1.into());
        refused(|document| document["language"] = Value::Null);
        refused(|document| document["media"]["duration_ms"] = (-1).into());
        refused(|document| document["media"]["extra"] = 1.into());
        refused(|document| document["blocks"][0]["level"] = 0.into());
        refused(|document| document["transcript"]["segments"][0]["text"] = Value::Null);
        refused(|document| document["transcript"]["segments"][0]["confidence"] = 1.5.into());
        refused(|document| {
            document["annotations"][0]["target"]["time"] = json!({"start_ms": 0, "end_ms": 1});
        });
        refused(|document| document["annotations"][0]["target"]["quote"]["extra"] = 1.into());
        refused(|document| document["annotations"][0]["severity"] = "fatal".into());
        refused(|document| document["provenance"]["files"][0]["sha256"] = "AB".into());
        refused(|document| document["provenance"]["files"][0]["role"] = "song".into());
        refused(|document| drop(document.as_object_mut().unwrap().remove("blocks")));
    }

    #[test]
    fn what_is_not_a_callback_is_refused() {
        let file = json!({"role": "text", "name": "n", "media_type": "text/plain", "size": 1, "sha256": "0".repeat(64), "url": "https://files.example/1"});
        let good = json!({
            "type": "job.finished", "timestamp": "2026-01-02T03:04:05Z", "new": "fields are ignored",
            "data": {"reference": "r", "job_id": "j", "files": [file.clone()]},
        });
        assert_callback(&good);
        let mut failed = good.clone();
        failed["type"] = "job.failed".into();
        failed["data"]["error"] = json!({"code": "c", "message": "m", "retryable": false});
        assert_callback(&failed);
        let refused_of = |good: &Value, change: fn(&mut Value)| refused(good, callback_violations, change);
        refused_of(&failed, |callback| drop(callback["data"].as_object_mut().unwrap().remove("error")));
        refused_of(&good, |callback| callback["type"] = "job.started".into());
        refused_of(&good, |callback| callback["timestamp"] = "yesterday".into());
        refused_of(&good, |callback| {
            callback["data"]["files"] = vec![callback["data"]["files"][0].clone(); 33].into();
        });
        refused_of(&good, |callback| callback["data"]["files"][0]["sha256"] = "0".repeat(63).into());
        refused_of(&good, |callback| callback["data"]["files"][0]["url"] = "not a URL".into());
    }
}
