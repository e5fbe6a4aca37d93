//! The fields of a request. As on AWS, fields that an operation does not know are passed over.

use crate::{StatesError, operations::check_length};
use serde_json::{Map, Value};

/// The longest ARN, in characters (API reference).
const ARN_CHARS_MAX: usize = 256;

#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a body; an empty one has no fields.
    pub(super) fn read(body: &[u8]) -> Result<Self, StatesError> {
        if body.is_empty() {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            _ => Err(StatesError::Serialization),
        }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, StatesError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(StatesError::Validation(format!("'{name}' must be a string"))),
        }
    }

    pub(super) fn needed(&self, name: &str) -> Result<String, StatesError> {
        self.text(name)?.ok_or_else(|| {
            StatesError::Validation(format!(
                "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
            ))
        })
    }

    /// The ARN in a field that must be there.
    pub(super) fn arn(&self, name: &str) -> Result<String, StatesError> {
        let arn = self.needed(name)?;
        check_length(name, Some(&arn), ARN_CHARS_MAX)?;
        Ok(arn)
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u32>, StatesError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
                Some(number) => Ok(Some(number)),
                None => Err(StatesError::Validation(format!("'{name}' must be a whole number"))),
            },
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, StatesError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(StatesError::Validation(format!("'{name}' must be true or false"))),
        }
    }

    /// A field that holds JSON as text: what it says, or why it cannot be read.
    pub(super) fn json(&self, name: &str) -> Result<Option<Result<Value, String>>, StatesError> {
        Ok(self.text(name)?.map(|text| serde_json::from_str(&text).map_err(|error| error.to_string())))
    }
}
