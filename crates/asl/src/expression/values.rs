//! From the evaluator's values to JSON. The way back is the evaluator's own.

use crate::limits::VALUE_DEPTH_MAX;
use jsonata_core::value::JValue;
use serde_json::{Number, Value};
use thiserror::Error;

/// Why a value is not JSON.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum Unfit {
    #[error("a function")]
    Function,
    #[error("a regular expression")]
    Regex,
    #[error("a number that is not finite")]
    NotFinite,
    #[error("a value nested deeper than {VALUE_DEPTH_MAX} levels")]
    TooDeep,
}

/// The value as JSON; none if it is undefined. Undefined fields and items are left out, as JSONata does.
pub(super) fn to_json(value: &JValue) -> Result<Option<Value>, Unfit> {
    convert(value, 0)
}

fn convert(value: &JValue, depth: usize) -> Result<Option<Value>, Unfit> {
    if depth > VALUE_DEPTH_MAX {
        return Err(Unfit::TooDeep);
    }
    Ok(Some(match value {
        JValue::Undefined => return Ok(None),
        JValue::Null => Value::Null,
        JValue::Bool(flag) => Value::Bool(*flag),
        JValue::Number(number) => Value::Number(number_of(*number)?),
        JValue::String(text) => Value::String(text.to_string()),
        JValue::Array(items) => Value::Array(
            items.iter().filter_map(|item| convert(item, depth + 1).transpose()).collect::<Result<_, _>>()?,
        ),
        JValue::Object(fields) => Value::Object(
            fields
                .iter()
                .filter_map(|(name, field)| {
                    let field = convert(field, depth + 1).transpose()?;
                    Some(field.map(|field| (name.clone(), field)))
                })
                .collect::<Result<_, _>>()?,
        ),
        JValue::Lambda(_) | JValue::Builtin { .. } => return Err(Unfit::Function),
        JValue::Regex { .. } => return Err(Unfit::Regex),
    }))
}

/// Whole numbers that a double holds exactly are written without a fraction, as JavaScript writes them.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and within 53 bits")]
pub(super) fn number_of(number: f64) -> Result<Number, Unfit> {
    const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= WHOLE_MAX {
        return Ok(Number::from(number as i64));
    }
    Number::from_f64(number).ok_or(Unfit::NotFinite)
}
