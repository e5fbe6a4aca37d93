use serde_json::Value;
use std::{cell::RefCell, fmt};
use thiserror::Error;

/// What kind of thing is wrong, in the words of `ValidateStateMachineDefinition`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The text is not JSON.
    InvalidJsonDescription,
    /// A field is missing, unknown here or of a wrong value.
    SchemaValidationFailed,
    /// A transition leads nowhere, or a state cannot be reached.
    MissingTransitionTarget,
}

impl Code {
    /// AWS's name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidJsonDescription => "INVALID_JSON_DESCRIPTION",
            Self::SchemaValidationFailed => "SCHEMA_VALIDATION_FAILED",
            Self::MissingTransitionTarget => "MISSING_TRANSITION_TARGET",
        }
    }
}

/// One thing that is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of thing.
    pub code: Code,
    /// Where, such as `/States/Call/Retry[0]/MaxAttempts`; empty for the text as a whole.
    pub location: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code.as_str(), self.message)?;
        if self.location.is_empty() { Ok(()) } else { write!(out, " at {}", self.location) }
    }
}

/// Why a definition is refused: everything that is wrong with it, in the order of the definition.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}", self.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
pub struct LoadError {
    /// At least one.
    pub diagnostics: Vec<Diagnostic>,
}

/// Where diagnostics are gathered while a definition is read.
#[derive(Debug, Default)]
pub(super) struct Problems(RefCell<Vec<Diagnostic>>);

/// What a message about missing fields begins with.
const REQUIRED: &str = "These fields are required: [";

impl Problems {
    pub(super) fn add(&self, code: Code, location: impl Into<String>, message: impl Into<String>) {
        let (location, message) = (location.into(), message.into());
        self.0.borrow_mut().push(Diagnostic { code, location, message });
    }

    /// A field is missing from the object at `location`; what else is missing there is told in one breath.
    pub(super) fn require(&self, location: &str, field: &str) {
        let location = if location.is_empty() { "/" } else { location };
        let mut problems = self.0.borrow_mut();
        let before = problems
            .iter_mut()
            .find(|problem| problem.location == location && problem.message.starts_with(REQUIRED));
        if let Some(before) = before {
            let listed = before.message.trim_end_matches(']').to_owned();
            before.message = format!("{listed}, {field}]");
            return;
        }
        let message = format!("{REQUIRED}{field}]");
        problems.push(Diagnostic {
            code: Code::SchemaValidationFailed,
            location: location.to_owned(),
            message,
        });
    }

    pub(super) fn into_vec(self) -> Vec<Diagnostic> {
        self.0.into_inner()
    }
}

/// A value as a message shows it.
pub(super) fn shown(value: &Value) -> String {
    const SHOWN_CHARS_MAX: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= SHOWN_CHARS_MAX {
        return text;
    }
    text.chars().take(SHOWN_CHARS_MAX).chain(['…']).collect()
}
