use super::{
    Claim, Finding, Findings, Place,
    at_most::AtMost,
    borrowed::Borrowed,
    finding::{self, Losses},
};
use crate::{
    Fault, NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    json,
    limits::{ANNOTATIONS_MAX, SUGGESTIONS_KEPT_MAX},
    offsets::{Unit, utf16_span},
    schema::Severity,
};
use serde::{Deserialize, Deserializer};

/// What `LanguageTool` answers to `/v2/check`. Offsets count UTF-16 code units; everything of a match but its message, offset
/// and length may be absent. The sentence around a match is not read: it does not say where in it the match lies.
pub(crate) struct LanguageTool;

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    language: Option<Language<'a>>,
    matches: AtMost<Found, ANNOTATIONS_MAX>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Language<'a> {
    #[serde(borrow)]
    code: Option<Borrowed<'a>>,
    #[serde(borrow)]
    detected_language: Option<Detected<'a>>,
}

#[derive(Deserialize)]
struct Detected<'a> {
    #[serde(borrow)]
    code: Option<Borrowed<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match<'a> {
    #[serde(borrow)]
    message: Borrowed<'a>,
    #[serde(borrow)]
    short_message: Option<Borrowed<'a>>,
    offset: i64,
    length: i64,
    #[serde(borrow)]
    replacements: Option<AtMost<Replacement<'a>, SUGGESTIONS_KEPT_MAX>>,
    #[serde(borrow)]
    context: Option<Context<'a>>,
    #[serde(borrow)]
    rule: Option<Rule<'a>>,
}

#[derive(Deserialize)]
struct Replacement<'a> {
    #[serde(borrow)]
    value: Option<Borrowed<'a>>,
}

#[derive(Deserialize)]
struct Context<'a> {
    #[serde(borrow)]
    text: Borrowed<'a>,
    offset: i64,
    length: i64,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    #[serde(borrow)]
    id: Option<Borrowed<'a>>,
    #[serde(borrow)]
    issue_type: Option<Borrowed<'a>>,
    #[serde(borrow)]
    category: Option<Category<'a>>,
}

#[derive(Deserialize)]
struct Category<'a> {
    #[serde(borrow)]
    id: Option<Borrowed<'a>>,
    #[serde(borrow)]
    name: Option<Borrowed<'a>>,
}

/// A match, made a finding as soon as it is read: all matches together would take more memory than the file.
struct Found {
    finding: Box<Finding>,
    /// It had more suggestions than are kept.
    more: bool,
}

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Match::deserialize(from).map(Match::found)
    }
}

impl Adapter for LanguageTool {
    type Output = Findings;

    fn name(&self) -> &'static str {
        "language-tool"
    }

    fn looked_for(&self) -> &'static str {
        "LanguageTool JSON (an object with `matches`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        file.outline().is_some_and(|outline| !outline.is_array && outline.has(&["matches"]))
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Findings, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let unit = finding::unit(file, Unit::Utf16)?;
        let answer: Answer<'_> = json::read("LanguageTool", file.bytes).map_err(wrong)?;
        if answer.matches.more {
            return Err(wrong(Fault::TooMany { what: "annotations", most: ANNOTATIONS_MAX }));
        }
        let mut losses = Losses::default();
        let matches = answer.matches.kept.into_iter().enumerate();
        let all = matches.map(|(index, mut found)| {
            losses.cut(found.more);
            found.finding.place.index = index;
            found.finding
        });
        let all = all.collect();
        let language = answer.language.and_then(Language::code);
        Ok(Findings { unit, language, text: None, all, repairs: losses.into_repairs() })
    }
}

impl Language<'_> {
    /// What was asked for, unless that was `auto`; then what was detected.
    fn code(self) -> Option<String> {
        let known = |code: &Borrowed<'_>| !code.is_empty() && &**code != "auto";
        let detected = self.detected_language.and_then(|detected| detected.code);
        self.code.filter(known).or_else(|| detected.filter(known)).map(Borrowed::into_owned)
    }
}

impl Match<'_> {
    fn found(self) -> Found {
        let rule = self.rule.unwrap_or_default();
        let severity = severity(rule.issue_type.as_deref().unwrap_or_default());
        let category = rule.category.and_then(|category| category.name.or(category.id));
        let category = [category, rule.issue_type].into_iter().flatten().find(|word| !word.is_empty());
        let message = Some(self.message).filter(|message| !message.is_empty()).or(self.short_message);
        let replacements = self.replacements.unwrap_or_default();
        let values = replacements.kept.into_iter().filter_map(|replacement| replacement.value);
        let finding = Finding {
            place: Place { role: crate::Role::Annotations, list: "matches/", index: 0, target: 0 },
            span: Some((self.offset, self.offset.saturating_add(self.length))),
            claim: self.context.as_ref().and_then(Context::claim),
            severity,
            category: category.map_or_else(|| "uncategorized".to_owned(), Borrowed::into_owned),
            rule: rule.id.map(Borrowed::into_owned),
            message: message.unwrap_or_default().into_owned(),
            suggestions: values.map(Borrowed::into_owned).collect(),
        };
        Found { finding: Box::new(finding), more: replacements.more }
    }
}

impl Context<'_> {
    /// The context marks the match inside a stretch of the text, with dots where the stretch was cut out.
    fn claim(&self) -> Option<Claim> {
        let span = utf16_span(&self.text, self.offset, self.offset.saturating_add(self.length))?;
        let prefix = &self.text[..span.start];
        let suffix = &self.text[span.end..];
        Some(Claim::new(
            &self.text[span],
            prefix.strip_prefix("...").unwrap_or(prefix),
            suffix.strip_suffix("...").unwrap_or(suffix),
        ))
    }
}

/// From the issue types of the Internationalization Tag Set 2.0, which `LanguageTool` uses.
fn severity(issue_type: &str) -> Severity {
    match issue_type {
        "misspelling" | "grammar" => Severity::Error,
        "style" | "register" | "locale-violation" | "locale-specific-content" => Severity::Hint,
        _ => Severity::Warning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    fn read(json: &str) -> Result<Findings, NormalizeError> {
        LanguageTool.read(&Candidate::new(Role::Annotations, "application/json", json.as_bytes()))
    }

    #[test]
    fn a_match_is_read_with_everything_it_says() {
        let findings = read(
            r#"{"software":{"name":"x"},"language":{"code":"auto","detectedLanguage":{"code":"en-GB"}},"matches":[{
                "message":"Possible mistake","shortMessage":"s","offset":5,"length":4,
                "replacements":[{"value":"the"},{}],
                "context":{"text":"...👍 teh cat...","offset":6,"length":3},
                "rule":{"id":"TEH","description":"d","issueType":"misspelling","category":{"id":"TYPOS","name":"Typing"}}}]}"#,
        )
        .unwrap();
        assert_eq!(findings.language.as_deref(), Some("en-GB"));
        let finding = &findings.all[0];
        assert_eq!(
            (finding.span, finding.severity, finding.category.as_str()),
            (Some((5, 9)), Severity::Error, "Typing")
        );
        assert_eq!(
            (finding.rule.as_deref(), finding.suggestions.as_slice()),
            (Some("TEH"), &["the".to_owned()][..])
        );
        assert_eq!(finding.claim, Some(Claim::new("teh", "👍 ", " cat")));
    }

    #[test]
    fn everything_but_message_and_place_may_be_absent() {
        let findings = read(r#"{"matches":[{"message":"m","offset":0,"length":1}]}"#).unwrap().all;
        assert_eq!(
            (findings[0].category.as_str(), findings[0].severity),
            ("uncategorized", Severity::Warning)
        );
        assert_eq!(read(r#"{"matches":[{"message":"m"}]}"#).unwrap_err().code(), "format-malformed");
        assert_eq!(read("{\"matches\":[").unwrap_err().code(), "format-malformed");
    }

    #[test]
    fn a_context_that_contradicts_itself_claims_nothing() {
        let context = r#"{"text":"👍","offset":1,"length":9}"#;
        let json = format!(r#"{{"matches":[{{"message":"m","offset":0,"length":1,"context":{context}}}]}}"#);
        assert_eq!(read(&json).unwrap().all[0].claim, None);
    }
}
