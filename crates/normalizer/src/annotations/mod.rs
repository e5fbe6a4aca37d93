//! Formats of the role `annotations`.

mod language_tool;

use crate::{adapter::Adapters, offsets::Unit, schema::Severity};

pub(crate) const ADAPTERS: Adapters<Findings> = &[&language_tool::LanguageTool];

/// What a vendor found, in its own unit and its own text.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) unit: Unit,
    /// The language that the vendor took the text for.
    pub(crate) language: Option<String>,
    pub(crate) all: Vec<Finding>,
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

/// A quote with what stands around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) exact: String,
    pub(crate) prefix: String,
    pub(crate) suffix: String,
}
