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
    /// Such as `/Payload/ids[0]`; empty for the template itself.
    pub(crate) place: String,
    pub(crate) problem: String,
}

impl Template {
    /// Reads a template; an expression may use what `sees` and `known` allow. None if there are flaws.
    pub(crate) fn parse(value: Value, known: &Known, sees: Sees, flaws: &mut Vec<Flaw>) -> Option<Self> {
        let before = flaws.len();
        let template = Self::read(value, known, sees, flaws, "");
        (flaws.len() == before).then_some(template)
    }

    fn read(value: Value, known: &Known, sees: Sees, flaws: &mut Vec<Flaw>, place: &str) -> Self {
        match value {
            Value::String(text) => Self::read_text(text, known, sees).unwrap_or_else(|problem| {
                flaws.push(Flaw { place: place.to_owned(), problem });
                Self::Literal(Value::Null)
            }),
            Value::Array(items) => {
                let items = items.into_iter().enumerate();
                let read = items
                    .map(|(index, item)| Self::read(item, known, sees, flaws, &format!("{place}[{index}]")));
                Self::Array(read.collect())
            }
            Value::Object(fields) => {
                let read = fields.into_iter().map(|(name, field)| {
                    let field = Self::read(field, known, sees, flaws, &format!("{place}/{name}"));
                    (name, field)
                });
                Self::Object(read.collect())
            }
            plain => Self::Literal(plain),
        }
    }

    fn read_text(text: String, known: &Known, sees: Sees) -> Result<Self, String> {
        match (text.strip_prefix(OPENING), text.ends_with(CLOSING)) {
            (None, false) => Ok(Self::Literal(Value::String(text))),
            (Some(rest), true) if rest.len() >= CLOSING.len() => {
                let source = rest.strip_suffix(CLOSING).unwrap_or(rest).trim();
                Expression::parse(source, known, sees).map(Self::Expression)
            }
            _ => Err(format!("An expression begins with {OPENING} and ends with {CLOSING}")),
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

impl Trouble {
    /// A field got a value of another type than it needs.
    pub(crate) fn type_of(template: &Template, field: &str, expected: &str, found: &Value) -> Self {
        let kind = match found {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let source = match template {
            Template::Expression(expression) => format!("The JSONata expression '{}'", expression.source()),
            _ => "The value".to_owned(),
        };
        let cause = format!(
            "{source} specified for the field '{field}' returned an unexpected result type. \
             Expected '{expected}', but was '{kind}' for value: {found}"
        );
        Self { location: Some(field.to_owned()), cause }
    }

    /// A Map without `Items` got an input that is no array.
    pub(crate) fn of_input(input: &Value) -> Self {
        Self { location: None, cause: format!("Map state input must be an array but was: {input}") }
    }
}
