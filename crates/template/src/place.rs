//! Where in a template something stands.

use std::fmt;

use crate::error::{Problem, TemplateError};

/// A place such as `Resources.UploadsQueue.Properties.RedrivePolicy` or `Policies[0]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place(String);

impl Place {
    /// A section of the template.
    pub(crate) fn section(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The whole template.
    pub(crate) fn whole() -> Self {
        Self(String::new())
    }

    /// A field of the mapping here.
    pub(crate) fn field(&self, name: &str) -> Self {
        if self.0.is_empty() { Self(name.to_owned()) } else { Self(format!("{}.{name}", self.0)) }
    }

    /// An item of the list here.
    pub(crate) fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// A refusal of what stands here.
    pub(crate) fn refuse(&self, problem: Problem) -> TemplateError {
        TemplateError { path: self.0.clone(), problem }
    }

    /// A refusal that says what should stand here instead.
    pub(crate) fn expected(&self, expected: impl Into<String>, found: impl Into<String>) -> TemplateError {
        self.refuse(Problem::Expected { expected: expected.into(), found: found.into() })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
