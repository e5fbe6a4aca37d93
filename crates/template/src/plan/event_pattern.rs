//! EventBridge patterns, as far as exact values go.
//!
//! A pattern is an object; a leaf is a list of values of which the event must hold one;
//! everything the pattern names must be there, everything else is free
//! (EventBridge user guide, "Amazon EventBridge event patterns"). Content filters such
//! as `prefix` are refused when the template is loaded.

use serde::Serialize;
use serde_json::Value;

/// A checked pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EventPattern(Value);

impl EventPattern {
    /// Checks that the pattern uses nothing but exact values.
    /// The error is the place inside the pattern and what is wrong there.
    pub(crate) fn new(pattern: Value) -> Result<Self, (String, &'static str)> {
        if !pattern.is_object() {
            return Err((String::new(), "an event pattern is an object"));
        }
        check(&pattern, String::new())?;
        Ok(Self(pattern))
    }

    /// Whether a whole event (`source`, `detail-type`, `detail`, …) fits.
    pub fn matches(&self, event: &Value) -> bool {
        fits(&self.0, event)
    }

    /// The pattern as it stands in the template, references resolved.
    pub fn as_json(&self) -> &Value {
        &self.0
    }
}

fn check(pattern: &Value, place: String) -> Result<(), (String, &'static str)> {
    match pattern {
        Value::Object(fields) if fields.is_empty() => Err((place, "an empty object matches nothing")),
        Value::Object(fields) => {
            fields.iter().try_for_each(|(name, inner)| check(inner, format!("{place}.{name}")))
        }
        Value::Array(values) if values.is_empty() => Err((place, "an empty list matches nothing")),
        Value::Array(values) if values.iter().any(|value| value.is_object() || value.is_array()) => {
            Err((place, "content filters are not run by the single-machine host"))
        }
        Value::Array(_) => Ok(()),
        _ => Err((place, "a value in an event pattern is a list")),
    }
}

fn fits(pattern: &Value, event: &Value) -> bool {
    match (pattern, event) {
        (Value::Object(fields), Value::Object(found)) => {
            fields.iter().all(|(name, inner)| found.get(name).is_some_and(|value| fits(inner, value)))
        }
        // A list in the event fits when one of its values does.
        (Value::Array(allowed), Value::Array(found)) => found.iter().any(|value| allowed.contains(value)),
        (Value::Array(allowed), found) => allowed.contains(found),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_fits_when_every_named_field_holds_one_of_the_values() {
        let pattern = EventPattern::new(json!({
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
            (json!("x"), ""),
            (json!({ "source": "aws.states" }), ".source"),
            (json!({ "detail": { "status": [{ "prefix": "F" }] } }), ".detail.status"),
            (json!({ "detail": {} }), ".detail"),
            (json!({ "source": [] }), ".source"),
        ] {
            assert_eq!(EventPattern::new(pattern).unwrap_err().0, place);
        }
    }
}
