use super::{Claim, Finding, Findings};
use crate::{
    Fault, NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    json,
    limits::{ANNOTATIONS_MAX, SUGGESTIONS_KEPT_MAX},
    offsets::{Offsets, Unit},
    schema::Severity,
};
use serde::Deserialize;

/// What `LanguageTool` answers to `/v2/check`. Offsets count UTF-16 code units; everything of a match but its message, offset
/// and length may be absent.
pub(crate) struct LanguageTool;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    language: Option<Language>,
    matches: Vec<Match>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Language {
    code: Option<String>,
    detected_language: Option<Detected>,
}

#[derive(Deserialize)]
struct Detected {
    code: Option<String>,
}

#[derive(Deserialize)]
struct Match {
    message: String,
    offset: i64,
    length: i64,
    #[serde(default)]
    replacements: Vec<Replacement>,
    #[serde(default)]
    context: Option<Context>,
    #[serde(default)]
    rule: Option<Rule>,
}

#[derive(Deserialize)]
struct Replacement {
    #[serde(default)]
    value: Option<String>,
}

#[derive(Deserialize)]
struct Context {
    text: String,
    offset: i64,
    length: i64,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: Option<String>,
    issue_type: Option<String>,
    category: Option<Category>,
}

#[derive(Deserialize)]
struct Category {
    id: Option<String>,
    name: Option<String>,
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
        file.json_has(&["matches"])
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Findings, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let answer: Answer = json::read("LanguageTool", file.bytes).map_err(wrong)?;
        if answer.matches.len() > ANNOTATIONS_MAX {
            return Err(wrong(Fault::TooMany { what: "annotations", most: ANNOTATIONS_MAX }));
        }
        let role = file.role;
        let matches = answer.matches.into_iter().enumerate();
        let all = matches.map(|(index, found)| found.finding(format!("{role}/matches/{index}"))).collect();
        let language = answer.language.and_then(Language::code);
        Ok(Findings { unit: Unit::Utf16, language, text: None, all })
    }
}

impl Language {
    /// What was asked for, unless that was `auto`.
    fn code(self) -> Option<String> {
        let asked = self.code.filter(|code| code != "auto");
        asked.or_else(|| self.detected_language.and_then(|detected| detected.code))
    }
}

impl Match {
    fn finding(self, place: String) -> Finding {
        let rule = self.rule.unwrap_or_default();
        let issue_type = rule.issue_type.unwrap_or_default();
        let category =
            rule.category.and_then(|category| category.name.or(category.id)).unwrap_or_else(|| {
                if issue_type.is_empty() { "uncategorized".to_owned() } else { issue_type.clone() }
            });
        let suggestions = self.replacements.into_iter().filter_map(|replacement| replacement.value);
        Finding {
            place,
            span: Some((self.offset, self.offset.saturating_add(self.length))),
            claim: self.context.as_ref().and_then(Context::claim),
            severity: severity(&issue_type),
            category,
            rule: rule.id,
            message: self.message,
            suggestions: suggestions.take(SUGGESTIONS_KEPT_MAX).collect(),
        }
    }
}

impl Context {
    /// The context marks the match inside a stretch of the text, with dots where the stretch was cut out.
    fn claim(&self) -> Option<Claim> {
        let marked = Offsets::plain(&self.text, Unit::Utf16);
        let span = marked.span(self.offset, self.offset.saturating_add(self.length)).ok()?;
        let prefix = &self.text[..span.start];
        let suffix = &self.text[span.end..];
        Some(Claim {
            exact: self.text[span].to_owned(),
            prefix: prefix.strip_prefix("...").unwrap_or(prefix).to_owned(),
            suffix: suffix.strip_suffix("...").unwrap_or(suffix).to_owned(),
        })
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
        let claim = Claim { exact: "teh".into(), prefix: "👍 ".into(), suffix: " cat".into() };
        assert_eq!(finding.claim, Some(claim));
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
