//! EventBridge patterns, as far as exact values go.
//!
//! A pattern is an object; a leaf is a list of values of which the event must hold one;
//! everything the pattern names must be there, everything else is free
//! (EventBridge user guide, "Amazon EventBridge event patterns"). Content filters such
//! as `prefix` are refused when the template is loaded.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// A checked pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EventPattern(BTreeMap<String, Part>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Part {
    Fields(BTreeMap<String, Part>),
    OneOf(Vec<Value>),
}

/// Why a pattern was refused: the place inside it, such as `.detail.status`, and the reason.
type Refusal = (String, &'static str);

impl EventPattern {
    /// Checks that the pattern uses nothing but exact values.
    pub(crate) fn new(pattern: &Value) -> Result<Self, Refusal> {
        match part(pattern, "")? {
            Part::Fields(fields) => Ok(Self(fields)),
            Part::OneOf(_) => Err((String::new(), "an event pattern is a mapping")),
        }
    }

    /// Whether a whole event (`source`, `detail-type`, `detail`, …) fits.
    pub fn matches(&self, event: &Value) -> bool {
        fields_fit(&self.0, event)
    }
}

fn part(pattern: &Value, place: &str) -> Result<Part, Refusal> {
    match pattern {
        Value::Object(fields) if fields.is_empty() => {
            Err((place.to_owned(), "an empty mapping matches nothing"))
        }
        Value::Object(fields) => {
            let fields: Result<_, Refusal> = fields
                .iter()
                .map(|(name, inner)| Ok((name.clone(), part(inner, &format!("{place}.{name}"))?)))
                .collect();
            Ok(Part::Fields(fields?))
        }
        Value::Array(values) if values.is_empty() => Err((place.to_owned(), "an empty list matches nothing")),
        Value::Array(values) if values.iter().any(|value| value.is_object() || value.is_array()) => {
            Err((place.to_owned(), "only exact values are matched, not content filters"))
        }
        Value::Array(values) => Ok(Part::OneOf(values.clone())),
        _ => Err((place.to_owned(), "a value in an event pattern is a list")),
    }
}

fn fields_fit(fields: &BTreeMap<String, Part>, event: &Value) -> bool {
    fields.iter().all(|(name, part)| event.get(name).is_some_and(|found| fits(part, found)))
}

fn fits(part: &Part, found: &Value) -> bool {
    match (part, found) {
        (Part::Fields(fields), found) => fields_fit(fields, found),
        // A list in the event fits when one of its values does.
        (Part::OneOf(allowed), Value::Array(found)) => found.iter().any(|value| allowed.contains(value)),
        (Part::OneOf(allowed), found) => allowed.contains(found),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_fits_when_every_named_field_holds_one_of_the_values() {
        let pattern = EventPattern::new(&json!({
            "source": ["aws.states"],
            "detail": { "status": ["FAILED", "ABORTED"], "tags": ["a"] },
        }))
        .unwrap();
        let event = |status: &str, tags: Value| json!({ "source": "aws.states", "account": "0", "detail": { "status": status, "tags": tags } });
        assert!(pattern.matches(&event("FAILED", json!("a"))));
        assert!(pattern.matches(&event("ABORTED", json!(["b", "a"]))));
        assert!(!pattern.matches(&event("SUCCEEDED", json!("a"))));
        assert!(!pattern.matches(&event("FAILED", json!(["b"]))));
        assert!(!pattern.matches(&json!({ "source": "aws.states" })));
        assert!(!pattern.matches(&json!({ "source": "aws.states", "detail": "FAILED" })));
    }

    #[test]
    fn what_would_not_be_matched_as_eventbridge_does_is_refused() {
        for (pattern, place) in [
            (json!(["x"]), ""),
            (json!({ "source": "aws.states" }), ".source"),
            (json!({ "detail": { "status": [{ "prefix": "F" }] } }), ".detail.status"),
            (json!({ "detail": {} }), ".detail"),
            (json!({ "source": [] }), ".source"),
        ] {
            assert_eq!(EventPattern::new(&pattern).unwrap_err().0, place);
        }
    }
}
