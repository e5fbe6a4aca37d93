use super::Stretch;
use serde::{Deserialize, Serialize};

/// One finding about the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Annotation {
    pub id: String,
    pub motivation: Motivation,
    pub severity: Severity,
    /// The vendor's word for this sort of finding.
    pub category: String,
    /// The vendor's name of the rule that found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// For people.
    pub message: String,
    /// What could stand in the place of the quote, the best first.
    pub suggestions: Vec<String>,
    /// What it is about; without one, the document as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
}

/// Why an annotation was made (W3C Web Annotation vocabulary).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Motivation {
    /// Proposes a change.
    Editing,
    /// Says something.
    Commenting,
}

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Wrong: spelling, grammar.
    Error,
    /// Probably wrong.
    Warning,
    /// A matter of taste.
    Hint,
}

/// What an annotation is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Target {
    /// A stretch of the text.
    Text { position: Position, quote: Quote },
    /// A stretch of the media.
    Time { time: TimeSpan },
}

/// W3C `TextPositionSelector`: code points, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Position {
    pub start: usize,
    pub end: usize,
}

/// W3C `TextQuoteSelector`: `exact` equals the text at the position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quote {
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub exact: Stretch,
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub prefix: Stretch,
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub suffix: Stretch,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimeSpan {
    pub start_ms: u64,
    pub end_ms: u64,
}
