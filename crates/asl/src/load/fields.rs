//! The fields of one object in a definition, taken one by one; whatever is left at the end is refused.

use super::LoadError;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Fields of the `JSONPath` mode, which a person most likely copied from an older definition.
const JSON_PATH_FIELDS: &[&str] = &[
    "InputPath",
    "OutputPath",
    "Parameters",
    "Result",
    "ResultPath",
    "ResultSelector",
    "SecondsPath",
    "TimestampPath",
    "TimeoutSecondsPath",
    "HeartbeatSecondsPath",
    "ItemsPath",
    "MaxConcurrencyPath",
    "ErrorPath",
    "CausePath",
    "Variable",
    "And",
    "Or",
    "Not",
];

#[derive(Debug)]
pub(super) struct Fields {
    state: String,
    prefix: String,
    left: Map<String, Value>,
}

impl Fields {
    /// Opens an object; `Comment` is allowed in every one. `prefix` names it within its state.
    pub(super) fn open(state: &str, prefix: &str, value: Value) -> Result<Self, LoadError> {
        let fields = Self { state: state.to_owned(), prefix: prefix.to_owned(), left: Map::new() };
        match value {
            Value::Object(left) => {
                let mut fields = Self { left, ..fields };
                fields.text("Comment")?;
                Ok(fields)
            }
            _ => Err(fields.wrong("", "must be an object")),
        }
    }

    /// Opens an object inside this one.
    pub(super) fn inner(&self, name: &str, value: Value) -> Result<Self, LoadError> {
        Self::open(&self.state, &self.path(name), value)
    }

    fn path(&self, name: &str) -> String {
        match (self.prefix.as_str(), name) {
            ("", "") => "definition".to_owned(),
            ("", name) => name.to_owned(),
            (prefix, "") => prefix.to_owned(),
            (prefix, name) => format!("{prefix}.{name}"),
        }
    }

    /// An error about one of these fields.
    pub(super) fn wrong(&self, field: &str, problem: impl Into<String>) -> LoadError {
        LoadError { state: self.state.clone(), field: self.path(field), problem: problem.into() }
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name)
    }

    pub(super) fn needed(&mut self, name: &str) -> Result<Value, LoadError> {
        self.take(name).ok_or_else(|| self.wrong(name, "is missing"))
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, LoadError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(name, "must be a string")),
        }
    }

    pub(super) fn needed_text(&mut self, name: &str) -> Result<String, LoadError> {
        self.text(name)?.ok_or_else(|| self.wrong(name, "is missing"))
    }

    /// False if the field is not there.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, LoadError> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(self.wrong(name, "must be true or false")),
        }
    }

    /// Empty if the field is not there.
    pub(super) fn list(&mut self, name: &str) -> Result<Vec<Value>, LoadError> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(self.wrong(name, "must be an array")),
        }
    }

    pub(super) fn whole(&mut self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, LoadError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| range.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => {
                Err(self
                    .wrong(name, format!("must be a whole number from {} to {}", range.start(), range.end())))
            }
        }
    }

    /// Refuses whatever nobody took.
    pub(super) fn close(self) -> Result<(), LoadError> {
        let Some(name) = self.left.keys().next() else { return Ok(()) };
        let problem = if JSON_PATH_FIELDS.contains(&name.as_str()) || name.ends_with(".$") {
            "belongs to JSONPath, which is not run; use Arguments, Assign, Output and expressions"
        } else {
            "is not a field here, or one that is not run"
        };
        Err(self.wrong(name, problem))
    }
}
