use super::{model::Body, resource::Resource};
use crate::annotations::borrowed::Borrowed;

/// What the bodies of an annotation say together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    /// For people: every body in its own line.
    pub(super) text: String,
    /// What bodies would write in the place of the target.
    pub(super) suggestions: Vec<String>,
    /// The first tag.
    pub(super) tag: Option<String>,
}

impl Message {
    pub(super) fn of(bodies: &[Body<'_>], value: Option<&Borrowed<'_>>) -> Self {
        let mut message = Self::default();
        for body in bodies {
            message.add(body, &[]);
        }
        if let Some(value) = value {
            message.line(value);
        }
        message
    }

    fn add(&mut self, body: &Body<'_>, purposes: &[Borrowed<'_>]) {
        let described = match body {
            Resource::Named(iri) => return self.say(iri, purposes),
            Resource::Described(described) => described,
        };
        let own = &described.purpose.0.kept;
        let purposes = if own.is_empty() { purposes } else { own };
        if let Some(value) = described.value.as_deref().or(described.id.as_deref()) {
            self.say(value, purposes);
        } else if let Some(body) = described.source.as_ref().or_else(|| described.items.0.kept.first()) {
            self.add(body, purposes);
        }
    }

    fn say(&mut self, value: &str, purposes: &[Borrowed<'_>]) {
        let has = |wanted: [&str; 2]| purposes.iter().any(|purpose| wanted.contains(&word(purpose)));
        if has(["editing", "replacing"]) {
            self.suggestions.push(value.to_owned());
        } else if has(["tagging", "classifying"]) {
            self.tag.get_or_insert_with(|| value.to_owned());
        } else {
            self.line(value);
        }
    }

    fn line(&mut self, value: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(value);
    }
}

/// A motivation without the vocabulary in front of it: `oa:editing`, or an IRI that ends in `#editing`.
pub(super) fn word(motivation: &str) -> &str {
    motivation.rsplit(['#', '/', ':']).next().unwrap_or(motivation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{annotations::at_most::OneOrMany, json};
    use serde_json::{Value, json};

    fn check(body: &Value, expect: (&str, &[&str], Option<&str>)) {
        let written = body.to_string();
        let bodies: OneOrMany<Body<'_>, 10> = json::read("Web Annotation", written.as_bytes()).unwrap();
        let message = Message::of(&bodies.0.kept, None);
        let suggestions: Vec<_> = message.suggestions.iter().map(String::as_str).collect();
        assert_eq!((message.text.as_str(), &suggestions[..], message.tag.as_deref()), expect, "{written}");
    }

    #[test]
    fn bodies_are_messages_suggestions_or_tags() {
        let text =
            |value: &str, purpose: &str| json!({"type": "TextualBody", "value": value, "purpose": purpose});
        check(&json!("http://example.org/note"), ("http://example.org/note", &[], None));
        check(&json!({"type": "TextualBody", "value": "Say \"why\"."}), ("Say \"why\".", &[], None));
        let all = json!([
            text("one", "commenting"),
            text("two", "describing"),
            text("the", "editing"),
            text("a", "oa:replacing"),
            text("Spelling", "tagging"),
            text("Other", "classifying"),
        ]);
        check(&all, ("one\ntwo", &["the", "a"], Some("Spelling")));
        check(&json!(null), ("", &[], None));
        check(&json!([]), ("", &[], None));
    }

    #[test]
    fn bodies_in_bodies_are_read() {
        let choice = json!({"type": "Choice", "items": [{"value": "first"}, {"value": "second"}]});
        check(&choice, ("first", &[], None));
        let specific = json!({"type": "SpecificResource", "purpose": "tagging", "source": {"value": "Tone"}});
        check(&specific, ("", &[], Some("Tone")));
        check(
            &json!({"type": "Sound", "id": "http://example.org/a.mp3"}),
            ("http://example.org/a.mp3", &[], None),
        );
        check(&json!({"type": "TextualBody"}), ("", &[], None));
    }

    #[test]
    fn motivations_come_with_and_without_vocabulary() {
        for written in ["editing", "oa:editing", "http://www.w3.org/ns/oa#editing"] {
            assert_eq!(word(written), "editing");
        }
    }
}
