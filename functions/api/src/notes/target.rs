use crate::{Code, Problem};
use document::{Document, Kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest passage that a note is on, in characters: a page of text.
pub(crate) const PASSAGE_CHARS_MAX: usize = 5000;
/// Longest words around a passage, in characters: they tell it from others with the same words.
pub(crate) const CONTEXT_CHARS_MAX: usize = 200;
/// The last moment that a note can be on if the length of the video is not known, in milliseconds: a day.
pub(crate) const MOMENT_MS_MAX: u64 = 24 * 60 * 60 * 1000;

/// What a note is on; if there is none, on the whole document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged, expecting = "target is neither a passage (start, end, exact) nor a moment (start_ms)")]
pub enum Target {
    Passage(Passage),
    Moment(Stretch),
}

/// A passage of the normalized text: its place in code points, end excluded, and its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    pub start: usize,
    pub end: usize,
    #[schema(min_length = 1, max_length = 5000)]
    pub exact: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(max_length = 200)]
    pub prefix: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(max_length = 200)]
    pub suffix: String,
}

/// A moment of a video, or a stretch of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    pub start_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u64>,
}

impl Target {
    /// Where it is, for the order of notes. A document has passages or moments, not both.
    pub(super) fn place(&self) -> u64 {
        match self {
            Self::Passage(passage) => passage.start as u64,
            Self::Moment(stretch) => stretch.start_ms,
        }
    }
}

impl Passage {
    /// Proves that the text holds these words at this place, between those around it.
    pub(super) fn check(&self, text: &str) -> Result<(), Problem> {
        let wrong = |detail: &str| Err(Problem::new(Code::PassageWrong).because(detail));
        let too_long = |part: &str, chars_max: usize| part.chars().count() > chars_max;
        if too_long(&self.exact, PASSAGE_CHARS_MAX) {
            return wrong(&format!("exact has more than {PASSAGE_CHARS_MAX} characters"));
        }
        if too_long(&self.prefix, CONTEXT_CHARS_MAX) || too_long(&self.suffix, CONTEXT_CHARS_MAX) {
            return wrong(&format!("prefix or suffix has more than {CONTEXT_CHARS_MAX} characters"));
        }
        if self.start >= self.end {
            return wrong("start is not before end");
        }
        let at = |point: usize| text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(point);
        let (Some(start), Some(end)) = (at(self.start), at(self.end)) else {
            return wrong("the passage ends behind the text");
        };
        if text[start..end] != self.exact {
            return wrong("the text has other words there than exact says");
        }
        if !text[..start].ends_with(&self.prefix) || !text[end..].starts_with(&self.suffix) {
            return wrong("the text has other words around the passage than prefix and suffix say");
        }
        Ok(())
    }
}

impl Stretch {
    /// Checks that the video has this stretch.
    pub(super) fn check(&self, document: &Document) -> Result<(), Problem> {
        let wrong = |detail: &str| Err(Problem::new(Code::MomentWrong).because(detail));
        if document.kind != Kind::Video {
            return wrong("the document is no video");
        }
        if self.end_ms.is_some_and(|end_ms| end_ms <= self.start_ms) {
            return wrong("end_ms is not after start_ms");
        }
        let known = document.normalized.as_ref().and_then(|normalized| normalized.summary.get("duration_ms"));
        let last_ms = known.copied().unwrap_or(MOMENT_MS_MAX);
        if self.end_ms.unwrap_or(self.start_ms) > last_ms {
            return wrong(&format!("the video ends at {last_ms} ms"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Ein 🎒 für\nalle. Ein 🎒 für mich.";

    fn passage(start: usize, end: usize, exact: &str, prefix: &str, suffix: &str) -> Passage {
        let [exact, prefix, suffix] = [exact, prefix, suffix].map(str::to_owned);
        Passage { start, end, exact, prefix, suffix }
    }

    #[test]
    fn a_passage_is_proved_in_code_points() {
        let check = |passage: Passage, expect: bool| {
            let checked = passage.check(TEXT);
            assert_eq!(checked.is_ok(), expect, "{passage:?} {checked:?}");
        };
        check(passage(4, 9, "🎒 für", "", ""), true);
        check(passage(4, 9, "🎒 für", "Ein ", "\nalle"), true);
        check(passage(20, 25, "🎒 für", "Ein ", " mich"), true);
        check(passage(20, 25, "🎒 für", "Ein ", "\nalle"), false);
        check(passage(4, 9, "🎒 fur", "", ""), false);
        check(passage(5, 10, "🎒 für", "", ""), false);
        check(passage(4, 4, "", "", ""), false);
        check(passage(9, 4, "🎒 für", "", ""), false);
        let all = TEXT.chars().count();
        check(passage(0, all, TEXT, "", ""), true);
        check(passage(0, all + 1, TEXT, "", ""), false);
        check(passage(usize::MAX - 1, usize::MAX, "x", "", ""), false);
    }

    #[test]
    fn passages_are_taken_up_to_their_length() {
        let text = "ü".repeat(PASSAGE_CHARS_MAX + 2 * CONTEXT_CHARS_MAX + 3);
        for (past, expect) in [(-1, true), (0, true), (1, false)] {
            let (exact, around) = (
                PASSAGE_CHARS_MAX.saturating_add_signed(past),
                CONTEXT_CHARS_MAX.saturating_add_signed(past),
            );
            let long = passage(0, exact, &"ü".repeat(exact), "", "");
            assert_eq!(long.check(&text).is_ok(), expect, "{past}");
            let context = passage(around, around + 1, "ü", &"ü".repeat(around), &"ü".repeat(around));
            assert_eq!(context.check(&text).is_ok(), expect, "{past}");
        }
    }

    #[test]
    fn a_target_is_a_passage_or_a_moment_and_nothing_in_between() {
        let read = |json: &str| serde_json::from_str::<Target>(json).ok();
        let moment = |start_ms, end_ms| Some(Target::Moment(Stretch { start_ms, end_ms }));
        assert_eq!(read(r#"{"start_ms":1}"#), moment(1, None));
        assert_eq!(read(r#"{"start_ms":1,"end_ms":null}"#), moment(1, None));
        assert_eq!(
            read(r#"{"start":1,"end":2,"exact":"x"}"#),
            Some(Target::Passage(passage(1, 2, "x", "", "")))
        );
        for odd in [
            "{}",
            r#"{"start":1,"end":2}"#,
            r#"{"start_ms":-1}"#,
            r#"{"start_ms":1,"start":2}"#,
            r#"{"start_ms":1.5}"#,
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
