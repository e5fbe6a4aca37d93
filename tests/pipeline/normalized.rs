//! What every normalized document must be (`lectern.document/1`), whatever it was made from.

use serde_json::Value;
use std::collections::BTreeSet;

/// Asserts the shape of a document's normalized form and everything that its parts promise of each other.
pub(crate) fn check(normalized: &Value, document: &Value) {
    schema_check::assert_document(normalized);
    for name in ["document_id", "revision", "kind", "title"] {
        assert!(normalized[name].is_string(), "{name}: {normalized:#}");
        assert_eq!(normalized[name], document[name], "{name}");
    }
    let text: Vec<char> = normalized["text"].as_str().unwrap().chars().collect();
    assert!(!text.contains(&'\r'), "{normalized:#}");
    blocks(list(normalized, "blocks"), &text);
    annotations(list(normalized, "annotations"), &text);
    provenance(&normalized["provenance"]);
    match document["kind"].as_str().unwrap() {
        "lesson_plan" => {
            assert!(text.iter().any(|c| !c.is_whitespace()), "a lesson plan has text");
            assert!(normalized.get("media").is_none() && normalized.get("transcript").is_none());
        }
        "video" => {
            media(&normalized["media"]);
            segments(
                list(&normalized["transcript"], "segments"),
                number(&normalized["media"], "duration_ms"),
            );
        }
        kind => panic!("{kind} is no kind"),
    }
}

/// The quotes of a normalized document's annotations.
pub(crate) fn quotes(normalized: &Value) -> Vec<&str> {
    let quote = |annotation: &'_ Value| annotation["target"]["quote"]["exact"].is_string();
    let quoted = list(normalized, "annotations").iter().filter(|annotation| quote(annotation));
    quoted.map(|annotation| annotation["target"]["quote"]["exact"].as_str().unwrap()).collect()
}

pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap_or_else(|| panic!("{name} is no list: {value:#}"))
}

fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_else(|| panic!("{name} is no number: {value:#}"))
}

fn place(value: &Value) -> (usize, usize) {
    (usize::try_from(number(value, "start")).unwrap(), usize::try_from(number(value, "end")).unwrap())
}

fn unlike<'a>(ids: impl Iterator<Item = &'a Value>) {
    let mut met = BTreeSet::new();
    for id in ids {
        let id = id["id"].as_str().unwrap();
        assert!(!id.is_empty() && met.insert(id), "the id {id:?} is used twice");
    }
}

fn blocks(blocks: &[Value], text: &[char]) {
    const KINDS: [&str; 6] = ["heading", "paragraph", "list_item", "table_cell", "quote", "code"];
    unlike(blocks.iter());
    let mut reached = 0;
    for block in blocks {
        assert!(KINDS.contains(&block["kind"].as_str().unwrap()), "{block}");
        let (start, end) = place(block);
        assert!(
            reached <= start && start <= end && end <= text.len(),
            "{block} in {} characters",
            text.len()
        );
        reached = end;
    }
}

/// Offsets are code points, and every quote is the slice of the text between them.
fn annotations(annotations: &[Value], text: &[char]) {
    unlike(annotations.iter());
    for annotation in annotations {
        assert!(["editing", "commenting"].contains(&annotation["motivation"].as_str().unwrap()));
        assert!(["error", "warning", "hint"].contains(&annotation["severity"].as_str().unwrap()));
        for name in ["category", "message"] {
            assert!(!annotation[name].as_str().unwrap().is_empty(), "{annotation:#}");
        }
        assert!(list(annotation, "suggestions").iter().all(Value::is_string), "{annotation:#}");
        let target = &annotation["target"];
        if target["position"].is_null() {
            continue;
        }
        let (start, end) = place(&target["position"]);
        let quote = |name: &str| target["quote"][name].as_str().unwrap().to_owned();
        let slice = |from: usize, to: usize| text[from..to].iter().collect::<String>();
        assert_eq!(quote("exact"), slice(start, end), "{annotation:#}");
        assert!(slice(0, start).ends_with(&quote("prefix")), "{annotation:#}");
        assert!(slice(end, text.len()).starts_with(&quote("suffix")), "{annotation:#}");
    }
}

fn segments(segments: &[Value], duration_ms: u64) {
    /// Captions may outlast the last frame by a rounding.
    const SLACK_MS: u64 = 1000;
    unlike(segments.iter());
    let mut reached = 0;
    for segment in segments {
        let (start, end) = (number(segment, "start_ms"), number(segment, "end_ms"));
        assert!(
            reached <= start && start <= end && end <= duration_ms + SLACK_MS,
            "{segment} in {duration_ms} ms"
        );
        assert!(!segment["text"].as_str().unwrap().trim().is_empty(), "{segment}");
        reached = start;
    }
}

fn media(media: &Value) {
    assert!(number(media, "duration_ms") > 0, "{media}");
    assert!(media["has_audio"].is_boolean(), "{media}");
    assert!(number(media, "width") > 0 && number(media, "height") > 0, "{media}");
}

fn provenance(provenance: &Value) {
    for name in ["processor", "adapter", "adapter_version"] {
        assert!(!provenance[name].as_str().unwrap().is_empty(), "{provenance:#}");
    }
    assert!(provenance["repairs"].is_array(), "{provenance:#}");
    let files = list(provenance, "files");
    assert!(!files.is_empty());
    for file in files {
        let digits = file["sha256"].as_str().unwrap();
        assert!(digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{file}");
        assert!(["role", "name", "media_type"].iter().all(|name| file[name].is_string()), "{file}");
        assert!(number(file, "size") > 0 || file["role"] == "transcript", "{file}");
    }
}
