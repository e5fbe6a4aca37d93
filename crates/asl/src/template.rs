//! JSON in which strings of the form `{% … %}` are expressions.

use crate::expression::{Expression, Known, Scope, Sees, Trouble};
use serde_json::{Map, Value};

const OPENING: &str = "{%";
const CLOSING: &str = "%}";

/// JSON with expressions in it.
#[derive(Debug)]
pub(crate) enum Template {
    Literal(Value),
    Expression(Expression),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// What is wrong with a template, and where in it.
pub(crate) struct Flaw {
    /// Such as `/Payload/id`; empty for the template itself.
    pub(crate) place: String,
    pub(crate) problem: String,
}

impl Template {
    /// Reads a template; an expression may use what `sees` and `known` allow.
    pub(crate) fn parse(value: Value, known: &Known, sees: Sees) -> Result<Self, Flaw> {
        match value {
            Value::String(text) => Self::parse_text(text, known, sees),
            Value::Array(items) => {
                let parse = |(index, item)| Self::parse(item, known, sees).map_err(|flaw| flaw.within(index));
                Ok(Self::Array(items.into_iter().enumerate().map(parse).collect::<Result<_, _>>()?))
            }
            Value::Object(fields) => {
                let parse = |(name, field): (String, Value)| {
                    let field = Self::parse(field, known, sees).map_err(|flaw| flaw.within(&name))?;
                    Ok((name, field))
                };
                Ok(Self::Object(fields.into_iter().map(parse).collect::<Result<_, _>>()?))
            }
            plain => Ok(Self::Literal(plain)),
        }
    }

    fn parse_text(text: String, known: &Known, sees: Sees) -> Result<Self, Flaw> {
        match (text.strip_prefix(OPENING), text.ends_with(CLOSING)) {
            (None, false) => Ok(Self::Literal(Value::String(text))),
            (Some(rest), true) if rest.len() >= CLOSING.len() => {
                let source = rest.strip_suffix(CLOSING).unwrap_or(rest).trim();
                Expression::parse(source, known, sees).map(Self::Expression).map_err(Flaw::here)
            }
            _ => Err(Flaw::here(format!("an expression begins with {OPENING} and ends with {CLOSING}"))),
        }
    }

    /// The value, with every expression evaluated. `field` names the template in an error.
    pub(crate) fn evaluate(&self, scope: &mut Scope, field: &str) -> Result<Value, Trouble> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Expression(expression) => expression.evaluate(scope, field),
            Self::Array(items) => {
                let evaluate =
                    |(index, item): (usize, &Self)| item.evaluate(scope, &format!("{field}[{index}]"));
                items.iter().enumerate().map(evaluate).collect::<Result<_, _>>().map(Value::Array)
            }
            Self::Object(fields) => {
                let mut object = Map::new();
                for (name, template) in fields {
                    object.insert(name.clone(), template.evaluate(scope, &format!("{field}/{name}"))?);
                }
                Ok(Value::Object(object))
            }
        }
    }
}

impl Flaw {
    fn here(problem: impl Into<String>) -> Self {
        Self { place: String::new(), problem: problem.into() }
    }

    fn within(self, part: impl std::fmt::Display) -> Self {
        Self { place: format!("/{part}{}", self.place), ..self }
    }
}
