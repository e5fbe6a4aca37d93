//! Formats of the role `annotations`.

mod docx;
mod language_tool;

use crate::{adapter::Adapters, offsets::Unit, schema::Severity};
use std::collections::HashSet;

pub(crate) const ADAPTERS: Adapters<Findings> = &[&docx::Docx, &language_tool::LanguageTool];

/// What a vendor found, in its own unit and its own text.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) unit: Unit,
    /// The language that the vendor took the text for.
    pub(crate) language: Option<String>,
    /// The text that the offsets count, where the file brings its own: for another text its quotes alone hold.
    pub(crate) text: Option<String>,
    pub(crate) all: Vec<Finding>,
}

impl Findings {
    /// The findings for a text that counts as `source` and brought findings of its `own`: what both say is said once, and
    /// offsets into another text are dropped.
    pub(crate) fn fitted(mut self, own: &[Finding], source: &str) -> Self {
        let Some(counted) = self.text.take() else { return self };
        if counted == source {
            let said: HashSet<_> = own.iter().map(Finding::said).collect();
            self.all.retain(|finding| !said.contains(&finding.said()));
        } else {
            self.all.iter_mut().for_each(|finding| finding.span = None);
        }
        self
    }
}

/// One finding, before it is anchored.
#[derive(Debug)]
pub(crate) struct Finding {
    /// The vendor's path, for errors and repairs.
    pub(crate) place: String,
    /// Start and end in the vendor's unit; without one, the claim alone says where.
    pub(crate) span: Option<(i64, i64)>,
    /// What the vendor says stands there.
    pub(crate) claim: Option<Claim>,
    pub(crate) severity: Severity,
    pub(crate) category: String,
    pub(crate) rule: Option<String>,
    pub(crate) message: String,
    pub(crate) suggestions: Vec<String>,
}

impl Finding {
    fn said(&self) -> (Option<(i64, i64)>, &str, &str) {
        (self.span, &self.category, &self.message)
    }
}

/// A quote with what stands around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) exact: String,
    pub(crate) prefix: String,
    pub(crate) suffix: String,
}
