//! The fields of one object in a definition, taken one by one; whatever is left at the end is refused.

use super::diagnostic::{Code, Problems, shown};
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
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentagePath",
    "ErrorPath",
    "CausePath",
    "Variable",
    "And",
    "Or",
    "Not",
    "Iterator",
];

/// Fields that AWS runs and this interpreter does not.
const NOT_RUN: &[&str] = &["ItemReader", "ItemBatcher", "ResultWriter", "Label", "Credentials"];

/// Everything that is wrong goes to `problems`; what is wrong is answered as if it were not there.
#[derive(Debug)]
pub(super) struct Fields<'p> {
    location: String,
    problems: &'p Problems,
    left: Map<String, Value>,
}

impl<'p> Fields<'p> {
    /// Opens the object at `location`; `Comment` is allowed in every one.
    pub(super) fn open(location: &str, problems: &'p Problems, value: Value) -> Option<Self> {
        match value {
            Value::Object(left) => {
                let mut fields = Self { location: location.to_owned(), problems, left };
                fields.text("Comment");
                Some(fields)
            }
            other => {
                let message = format!("Expected an object, but was {}", shown(&other));
                problems.add(Code::SchemaValidationFailed, location, message);
                None
            }
        }
    }

    /// Opens an object inside this one.
    pub(super) fn inner(&self, name: &str, value: Value) -> Option<Self> {
        Self::open(&self.at(name), self.problems, value)
    }

    /// Where a field of this object is.
    pub(super) fn at(&self, name: &str) -> String {
        if name.is_empty() { self.location.clone() } else { format!("{}/{name}", self.location) }
    }

    /// Something is wrong with one of these fields.
    pub(super) fn wrong(&self, field: &str, message: impl Into<String>) {
        self.problems.add(Code::SchemaValidationFailed, self.at(field), message);
    }

    /// A field that must be there is not.
    pub(super) fn missing(&self, field: &str) {
        self.problems.require(&self.location, field);
    }

    pub(super) const fn problems(&self) -> &'p Problems {
        self.problems
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.left.contains_key(name)
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name)
    }

    pub(super) fn needed(&mut self, name: &str) -> Option<Value> {
        let found = self.take(name);
        if found.is_none() {
            self.missing(name);
        }
        found
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            other => self.unexpected(name, "string", &other),
        }
    }

    pub(super) fn needed_text(&mut self, name: &str) -> Option<String> {
        match self.needed(name)? {
            Value::String(text) => Some(text),
            other => self.unexpected(name, "string", &other),
        }
    }

    /// False if the field is not there.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        match self.take(name) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(other) => self.unexpected(name, "boolean", &other).unwrap_or_default(),
        }
    }

    /// Empty if the field is not there.
    pub(super) fn list(&mut self, name: &str) -> Vec<Value> {
        match self.take(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(other) => self.unexpected(name, "array", &other).unwrap_or_default(),
        }
    }

    pub(super) fn whole(&mut self, name: &str, range: RangeInclusive<u32>) -> Option<u32> {
        let value = self.take(name)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (first, last) = (range.start(), range.end());
            self.wrong(
                name,
                format!("Expected a whole number from {first} to {last}, but was {}", shown(&value)),
            );
        }
        number
    }

    fn unexpected<T>(&self, name: &str, expected: &str, found: &Value) -> Option<T> {
        self.wrong(name, format!("Expected value of type {expected}, but was {}", shown(found)));
        None
    }

    /// Refuses whatever nobody took.
    pub(super) fn close(self) {
        for name in self.left.keys() {
            let message = if JSON_PATH_FIELDS.contains(&name.as_str()) || name.ends_with(".$") {
                "Field belongs to JSONPath, which is not run; use Arguments, Assign, Output and expressions"
            } else if NOT_RUN.contains(&name.as_str()) {
                "Field is not run here"
            } else {
                "Field is not supported"
            };
            self.wrong(name, message);
        }
    }
}
