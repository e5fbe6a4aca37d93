use super::{
    languagetool::{Category, Context, Language, Match, Replacement, Report, Rule, Software},
    utf16::Utf16,
};
use harper_core::{
    Dialect, Document, TokenStringExt as _,
    linting::{Lint, LintGroup, LintKind, Suggestion},
    spell::FstDictionary,
};
use std::{collections::HashMap, sync::Arc};

/// More suggestions than this help nobody.
const REPLACEMENTS_MAX: usize = 5;
/// A text with more findings than this is not English; the rest would say nothing new.
const MATCHES_MAX: usize = 5_000;
/// How much is quoted on either side of a match, in code points. As LanguageTool does.
const CONTEXT_CHARS: usize = 40;
/// A sentence without an end can be as long as the text.
const SENTENCE_CHARS_MAX: usize = 1_000;

/// Headings in sentence case are good English, and the first rule would quote the heading's markup. Lesson plans write
/// "10 min" in every row; the others would make a "minimum" of it, or ask to spell it out.
const RULES_OFF: [&str; 3] = ["UseTitleCase", "ExpandMinimum", "ExpandTimeShorthands"];

/// A warm linter. Its caches make it faster, never different.
pub(super) struct Linter {
    dictionary: Arc<FstDictionary>,
    group: LintGroup,
    descriptions: HashMap<String, String>,
}

impl Linter {
    pub(super) fn new() -> Self {
        let dictionary = FstDictionary::curated();
        let mut group = LintGroup::new_curated(dictionary.clone(), Dialect::American);
        for rule in RULES_OFF {
            group.config.set_rule_enabled(rule, false);
        }
        let descriptions = group
            .all_descriptions()
            .into_iter()
            .map(|(rule, text)| (rule.to_owned(), text.to_owned()))
            .collect();
        Self { dictionary, group, descriptions }
    }

    pub(super) fn proofread(&mut self, markdown: &str) -> Report {
        let document = Document::new_markdown_default(markdown, &self.dictionary);
        let found = self.group.organized_lints(&document);
        let lints = found
            .into_iter()
            .flat_map(|(rule, lints)| lints.into_iter().map(move |lint| (rule.clone(), lint)));
        let text = Text::of(&document);
        let matches = first_of_overlapping(lints.collect(), text.source.len())
            .into_iter()
            .take(MATCHES_MAX)
            .map(|(rule, lint)| self.reported(&text, &rule, &lint))
            .collect();
        Report {
            software: Software {
                name: "Lectern reference processor".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                api_version: 1,
            },
            language: Language { name: "English".to_owned(), code: "en".to_owned() },
            matches,
        }
    }

    fn reported(&self, text: &Text<'_>, rule: &str, lint: &Lint) -> Match {
        let (start, end) = (lint.span.start, lint.span.end);
        let matched: String = text.source[start..end].iter().collect();
        let mut replacements: Vec<String> = Vec::new();
        for suggestion in &lint.suggestions {
            let value = match suggestion {
                Suggestion::ReplaceWith(with) => with.iter().collect(),
                Suggestion::InsertAfter(more) => matched.chars().chain(more.iter().copied()).collect(),
                Suggestion::Remove => String::new(),
            };
            if replacements.len() < REPLACEMENTS_MAX && !replacements.contains(&value) {
                replacements.push(value);
            }
        }
        Match {
            message: lint.message.clone(),
            short_message: lint.lint_kind.to_string(),
            replacements: replacements.into_iter().map(|value| Replacement { value }).collect(),
            offset: text.units.at(start),
            length: text.units.between(start, end),
            context: text.context(start, end),
            sentence: text.sentence(start),
            rule: Rule {
                id: rule.to_owned(),
                description: self.descriptions.get(rule).cloned().unwrap_or_default(),
                issue_type: issue_type(lint.lint_kind).to_owned(),
                category: Category {
                    id: lint.lint_kind.to_string_key().to_ascii_uppercase(),
                    name: lint.lint_kind.to_string(),
                },
            },
        }
    }
}

/// Several rules may speak about the same words; the more important one, else the first by name, is heard.
fn first_of_overlapping(mut lints: Vec<(String, Lint)>, length: usize) -> Vec<(String, Lint)> {
    lints.retain(|(_, lint)| lint.span.start < lint.span.end && lint.span.end <= length);
    lints.sort_by(|(rule, lint), (other_rule, other)| {
        let key = |rule, lint: &Lint| (lint.span.start, usize::MAX - lint.span.end, lint.priority, rule);
        key(rule.clone(), lint).cmp(&key(other_rule.clone(), other))
    });
    let mut end = 0;
    lints.retain(|(_, lint)| {
        let apart = lint.span.start >= end;
        end = if apart { lint.span.end } else { end };
        apart
    });
    lints
}

struct Text<'a> {
    source: &'a [char],
    units: Utf16,
    /// Start and end of each sentence, in code points, ascending.
    sentences: Vec<(usize, usize)>,
}

impl<'a> Text<'a> {
    fn of(document: &'a Document) -> Self {
        let source = document.get_source();
        let sentences = document
            .iter_sentences()
            .filter_map(harper_core::TokenStringExt::span)
            .map(|span| (span.start, span.end))
            .collect();
        Self { source, units: Utf16::of(source), sentences }
    }

    /// The words around a match, on its own line.
    fn context(&self, start: usize, end: usize) -> Context {
        let before =
            self.source[..start].iter().rev().take(CONTEXT_CHARS).take_while(|c| **c != '\n').count();
        let after = self.source[end..].iter().take(CONTEXT_CHARS).take_while(|c| **c != '\n').count();
        Context {
            text: self.source[start - before..end + after].iter().collect(),
            offset: self.units.between(start - before, start),
            length: self.units.between(start, end),
        }
    }

    fn sentence(&self, at: usize) -> String {
        let index = self.sentences.partition_point(|(_, end)| *end <= at);
        let Some((start, end)) = self.sentences.get(index) else { return String::new() };
        let words: String = self.source[*start..*end].iter().take(SENTENCE_CHARS_MAX).collect();
        words.trim().to_owned()
    }
}

/// The nearest type of ITS 2.0, which LanguageTool uses.
const fn issue_type(kind: LintKind) -> &'static str {
    match kind {
        LintKind::Spelling | LintKind::Typo | LintKind::Eggcorn | LintKind::Malapropism => "misspelling",
        LintKind::Agreement
        | LintKind::Grammar
        | LintKind::WordOrder
        | LintKind::Nonstandard
        | LintKind::Usage => "grammar",
        LintKind::BoundaryError | LintKind::Capitalization | LintKind::Punctuation => "typographical",
        LintKind::Formatting => "whitespace",
        LintKind::Repetition => "duplication",
        LintKind::Regionalism => "locale-violation",
        LintKind::Enhancement
        | LintKind::Readability
        | LintKind::Redundancy
        | LintKind::Style
        | LintKind::WordChoice => "style",
        LintKind::Miscellaneous => "uncategorized",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::{LazyLock, Mutex, PoisonError};

    fn proofread(text: &str) -> Report {
        static LINTER: LazyLock<Mutex<Linter>> = LazyLock::new(|| Mutex::new(Linter::new()));
        LINTER.lock().unwrap_or_else(PoisonError::into_inner).proofread(text)
    }

    fn slice(text: &str, offset: usize, length: usize) -> String {
        let units: Vec<u16> = text.encode_utf16().collect();
        String::from_utf16(&units[offset..offset + length]).unwrap()
    }

    #[test]
    fn planted_mistakes_are_found_where_they_are() {
        let text = "# Wether and water \u{1F4A7}\n\nThe pupils will recieve a worksheet.\n\n| Time | Step |\n| --- | --- |\n| 5 | Discus the the hills |\n";
        let report = proofread(text);
        let found: Vec<String> = report.matches.iter().map(|m| slice(text, m.offset, m.length)).collect();
        for planted in ["recieve", "the the"] {
            assert!(found.iter().any(|words| words == planted), "{planted} in {found:?}");
        }
        let spelling = report.matches.iter().find(|m| slice(text, m.offset, m.length) == "recieve").unwrap();
        assert_eq!(spelling.rule.id, "SpellCheck");
        assert_eq!(spelling.rule.issue_type, "misspelling");
        assert_eq!(spelling.replacements[0].value, "receive");
        assert_eq!(spelling.sentence, "The pupils will recieve a worksheet.");
        assert!(!spelling.rule.description.is_empty());
    }

    #[test]
    fn good_english_is_left_alone() {
        assert_eq!(proofread("# The water cycle\n\nRain falls on the hills for 10 min.\n").matches, []);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn a_quote_at_an_offset_is_its_context(words in proptest::collection::vec("[a-z]{1,9}|\u{1F600}|a apple|the the|é|\n\n|\\|", 1..40)) {
            let text = format!("{}\n", words.join(" "));
            let length = text.encode_utf16().count();
            let mut last = 0;
            for found in proofread(&text).matches {
                prop_assert!(found.length > 0 && found.offset >= last && found.offset + found.length <= length);
                last = found.offset + found.length;
                let quote = slice(&text, found.offset, found.length);
                let context = slice(&found.context.text, found.context.offset, found.context.length);
                prop_assert_eq!(quote, context);
                prop_assert!(text.contains(&found.context.text));
            }
        }
    }
}
