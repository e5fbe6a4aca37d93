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
    offsets::Unit,
    schema::Severity,
};
use serde::Deserialize;

/// What `harper-cli lint --format json` prints: one entry for each file that it was given. Offsets count code points.
pub(crate) struct Harper;

#[derive(Deserialize)]
struct Entry<'a> {
    lint_count: usize,
    #[serde(borrow)]
    lints: AtMost<Lint<'a>, ANNOTATIONS_MAX>,
    /// Why the file could not be read.
    #[serde(borrow)]
    error: Option<Borrowed<'a>>,
}

#[derive(Deserialize)]
struct Lint<'a> {
    #[serde(borrow)]
    rule: Option<Borrowed<'a>>,
    #[serde(borrow)]
    kind: Option<Borrowed<'a>>,
    span: Span,
    #[serde(borrow)]
    message: Borrowed<'a>,
    #[serde(borrow)]
    suggestions: Option<AtMost<Borrowed<'a>, SUGGESTIONS_KEPT_MAX>>,
    #[serde(borrow)]
    matched_text: Option<Borrowed<'a>>,
}

#[derive(Deserialize)]
struct Span {
    char_start: i64,
    char_end: i64,
}

impl Adapter for Harper {
    type Output = Findings;

    fn name(&self) -> &'static str {
        "harper"
    }

    fn looked_for(&self) -> &'static str {
        "Harper JSON (an array of objects with `file` and `lints`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        file.outline().is_some_and(|outline| outline.is_array && outline.has(&["file", "lints"]))
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Findings, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let unit = finding::unit(file, Unit::CodePoints)?;
        let entries: AtMost<Entry<'_>, 1> = json::read("Harper", file.bytes).map_err(wrong)?;
        let lints = lints(entries).map_err(wrong)?;
        let mut losses = Losses::default();
        let lints = lints.into_iter().enumerate();
        let all = lints.map(|(index, lint)| Box::new(lint.finding(index, &mut losses))).collect();
        Ok(Findings { unit, language: None, text: None, all, repairs: losses.into_repairs() })
    }
}

/// The lints of the one text. Where there are several files, nothing says which of them is the text that came back.
fn lints(mut entries: AtMost<Entry<'_>, 1>) -> Result<Vec<Lint<'_>>, Fault> {
    let malformed = |why| Err(Fault::Malformed { format: "Harper", why });
    let (Some(entry), true) = (entries.kept.pop(), !entries.more) else {
        return malformed("it is not about exactly one file".to_owned());
    };
    if let Some(error) = entry.error {
        let said: String = error.chars().filter(|c| !c.is_control()).take(100).collect();
        return malformed(format!("Harper could not read the text: {said}"));
    }
    let lints = entry.lints.kept;
    if entry.lints.more {
        return Err(Fault::TooMany { what: "annotations", most: ANNOTATIONS_MAX });
    }
    if entry.lint_count != lints.len() {
        return malformed(format!("it counts {} lints and has {}", entry.lint_count, lints.len()));
    }
    Ok(lints)
}

impl Lint<'_> {
    fn finding(self, index: usize, losses: &mut Losses) -> Finding {
        let place = Place { role: crate::Role::Annotations, list: "0/lints/", index, target: 0 };
        let matched = self.matched_text.as_deref().unwrap_or_default();
        let all = self.suggestions.unwrap_or_default();
        losses.cut(all.more);
        let suggestions: Vec<_> =
            all.kept.iter().filter_map(|printed| replacement(printed, matched)).collect();
        if suggestions.len() < all.kept.len() {
            losses.repair(
                place,
                "suggestion-unread",
                "A suggestion does not say what to write in the place of the quote.",
            );
        }
        Finding {
            place,
            span: Some((self.span.char_start, self.span.char_end)),
            claim: self.matched_text.as_deref().map(|matched| Claim::new(matched, "", "")),
            severity: severity(self.kind.as_deref().unwrap_or_default()),
            category: self.kind.map_or_else(|| "uncategorized".to_owned(), Borrowed::into_owned),
            rule: self.rule.map(Borrowed::into_owned),
            message: self.message.into_owned(),
            suggestions,
        }
    }
}

/// What a suggestion puts in the place of the matched text. Harper prints suggestions for people.
fn replacement(printed: &str, matched: &str) -> Option<String> {
    let quoted = |start| printed.strip_prefix(start)?.strip_suffix('”');
    if let Some(with) = quoted("Replace with: “") {
        return Some(with.to_owned());
    }
    if let Some(more) = quoted("Insert “") {
        return Some(format!("{matched}{more}"));
    }
    (printed == "Remove error").then(String::new)
}

/// From Harper's kinds, which some versions print in two words.
fn severity(kind: &str) -> Severity {
    match kind.replace(' ', "").as_str() {
        "Agreement" | "BoundaryError" | "Eggcorn" | "Grammar" | "Malapropism" | "Spelling" | "Typo"
        | "WordOrder" => Severity::Error,
        "Enhancement" | "Formatting" | "Readability" | "Redundancy" | "Regionalism" | "Style"
        | "WordChoice" => Severity::Hint,
        _ => Severity::Warning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    fn read(json: &str) -> Result<Findings, NormalizeError> {
        Harper.read(&Candidate::new(Role::Annotations, "application/json", json.as_bytes()))
    }

    fn entry(count: usize, lints: &str) -> String {
        format!(r#"{{"file":"plan.md","lint_count":{count},"lints":[{lints}]}}"#)
    }

    const LINT: &str = r#"{"rule":"SpellCheck","kind":"Spelling","span":{"char_start":4,"char_end":7},"line":1,"column":5,
        "message":"Did you mean “the”?","priority":63,"matched_text":"teh",
        "suggestions":["Replace with: “the”","Insert “,”","Remove error","Ask somebody"]}"#;

    #[test]
    fn a_lint_is_read_with_everything_it_says() {
        let findings = read(&format!("[{}]", entry(1, LINT))).unwrap();
        assert_eq!(findings.unit, Unit::CodePoints);
        let finding = &findings.all[0];
        assert_eq!((finding.span, finding.severity), (Some((4, 7)), Severity::Error));
        assert_eq!((finding.category.as_str(), finding.rule.as_deref()), ("Spelling", Some("SpellCheck")));
        assert_eq!(finding.claim, Some(Claim::new("teh", "", "")));
        assert_eq!(finding.suggestions, ["the", "teh,", ""]);
        assert_eq!(findings.repairs[0].code, "suggestion-unread");
    }

    #[test]
    fn one_whole_file_is_expected() {
        let check = |json: &str, why: &str| match read(json).unwrap_err().fault {
            Fault::Malformed { why: found, .. } => assert!(found.contains(why), "{found}"),
            other => panic!("{other}"),
        };
        assert!(read(&format!("[{}]", entry(0, ""))).unwrap().all.is_empty());
        check(&format!("[{},{}]", entry(0, ""), entry(1, LINT)), "not about exactly one file");
        check(&format!("[{}]", entry(2, LINT)), "counts 2 lints and has 1");
        check(
            r#"[{"file":"plan.md","lint_count":0,"lints":[],"error":"no such file"}]"#,
            "could not read the text: no such file",
        );
        check(r#"[{"file":"plan.md","lints":[]}]"#, "lint_count");
        check("[] x", "trailing");
    }

    #[test]
    fn kinds_say_how_much_it_matters() {
        for (kind, expect) in [
            ("Spelling", Severity::Error),
            ("Word Choice", Severity::Hint),
            ("WordChoice", Severity::Hint),
            ("Punctuation", Severity::Warning),
            ("", Severity::Warning),
        ] {
            assert_eq!(severity(kind), expect, "{kind}");
        }
    }
}
