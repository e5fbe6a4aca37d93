use super::{
    Target,
    target::{Passage, Stretch},
};
use crate::auth::Person;
use document::{DocumentId, Moment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A note as the table holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) document_id: DocumentId,
    /// A UUID.
    pub(crate) note_id: String,
    /// Counts the writes.
    pub(crate) version: u64,
    /// The subject of who wrote it.
    pub(crate) author: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) author_name: Option<String>,
    pub(crate) body: String,
    pub(crate) created: Moment,
    pub(crate) modified: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<Target>,
}

/// A note as it is shown: a W3C Web Annotation, with what a page needs beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Note {
    #[serde(rename = "@context")]
    pub context: &'static str,
    /// `urn:uuid:<note_id>`.
    pub id: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub motivation: &'static str,
    pub creator: Creator,
    pub created: Moment,
    pub modified: Moment,
    pub body: Body,
    pub target: ShownTarget,
    pub note_id: String,
    /// Give it back with a change.
    pub version: u64,
    /// Whether whoever asks wrote it.
    pub mine: bool,
}

/// Who wrote a note.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Creator {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What a note says: text, never markup.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NoteBody)]
pub struct Body {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub format: &'static str,
    pub value: String,
}

/// What a note is on: a part of the source, or all of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownTarget {
    pub source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<Selectors>,
}

/// A passage is named twice, by place and by words; a moment once.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Selectors {
    Passage([Selector; 2]),
    Moment(Selector),
}

/// The selectors of the Web Annotation model that are used here.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type")]
pub enum Selector {
    TextPositionSelector {
        start: usize,
        end: usize,
    },
    TextQuoteSelector {
        exact: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        prefix: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        suffix: String,
    },
    FragmentSelector {
        #[serde(rename = "conformsTo")]
        conforms_to: &'static str,
        /// Media Fragments, in seconds.
        value: String,
    },
}

impl Stored {
    /// The note as this person sees it.
    pub(crate) fn shown_to(self, person: &Person) -> Note {
        Note {
            context: "http://www.w3.org/ns/anno.jsonld",
            id: format!("urn:uuid:{}", self.note_id),
            kind: "Annotation",
            motivation: "commenting",
            mine: self.author == person.subject,
            creator: Creator { id: self.author, name: self.author_name },
            created: self.created,
            modified: self.modified,
            body: Body { kind: "TextualBody", format: "text/plain", value: self.body },
            target: ShownTarget {
                source: format!("/api/documents/{}/normalized", self.document_id),
                selector: self.target.map(Selectors::from),
            },
            note_id: self.note_id,
            version: self.version,
        }
    }

    /// Where it stands among others: by its place, those on the whole document last; then by when it was written.
    pub(crate) fn order(&self) -> (u64, Moment, &str) {
        (self.target.as_ref().map_or(u64::MAX, Target::place), self.created, &self.note_id)
    }
}

impl From<Target> for Selectors {
    fn from(target: Target) -> Self {
        match target {
            Target::Passage(Passage { start, end, exact, prefix, suffix }) => Self::Passage([
                Selector::TextPositionSelector { start, end },
                Selector::TextQuoteSelector { exact, prefix, suffix },
            ]),
            Target::Moment(stretch) => Self::Moment(Selector::FragmentSelector {
                conforms_to: "http://www.w3.org/TR/media-frags/",
                value: fragment(stretch),
            }),
        }
    }
}

/// `t=12.5` or `t=12.5,15` (Media Fragments URI 1.0, 4.2.1, normal play time).
fn fragment(Stretch { start_ms, end_ms }: Stretch) -> String {
    let seconds = |ms: u64| {
        let text = format!("{}.{:03}", ms / 1000, ms % 1000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let end = end_ms.map(|end_ms| format!(",{}", seconds(end_ms))).unwrap_or_default();
    format!("t={}{end}", seconds(start_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_in_seconds() {
        let check =
            |start_ms, end_ms, expect: &str| assert_eq!(fragment(Stretch { start_ms, end_ms }), expect);
        check(12_500, None, "t=12.5");
        check(12_500, Some(15_000), "t=12.5,15");
        check(0, Some(1), "t=0,0.001");
        check(100_000, None, "t=100");
    }
}
