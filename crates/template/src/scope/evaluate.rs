//! The evaluation of intrinsic functions in properties and outputs.

use super::Scope;
use crate::error::{Problem, TemplateError};
use crate::place::Place;
use crate::syntax::{Intrinsic, Node, Piece, pieces};
use crate::value::Value;

/// `Ref: AWS::NoValue` takes the property away that it stands in.
const NO_VALUE: &str = "AWS::NoValue";

/// The longest text that substitution and joining may build; longer than anything AWS stores
/// in one property, and a bound on templates that would grow a text out of itself.
const TEXT_BYTES_MAX: usize = 1 << 20;

impl Scope<'_> {
    /// Evaluates a node. `None` is AWS's absent value.
    pub(crate) fn evaluate(&self, node: &Node, place: &Place) -> Result<Option<Value>, TemplateError> {
        Ok(Some(match node {
            Node::Null => Value::Null,
            Node::Bool(flag) => Value::Bool(*flag),
            Node::Number(number) => Value::Number(number.clone()),
            Node::Text(text) => Value::Text(text.clone()),
            Node::List(items) => self.list(items, place)?,
            Node::Map(fields) => {
                let mut evaluated = Vec::with_capacity(fields.len());
                for (name, inner) in fields {
                    if let Some(value) = self.evaluate(inner, &place.field(name))? {
                        evaluated.push((name.clone(), value));
                    }
                }
                Value::Map(evaluated)
            }
            Node::Call(intrinsic, argument) => return self.call(*intrinsic, argument, place),
        }))
    }

    fn list(&self, items: &[Node], place: &Place) -> Result<Value, TemplateError> {
        let mut evaluated = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            evaluated.extend(self.evaluate(item, &place.item(index))?);
        }
        Ok(Value::List(evaluated))
    }

    fn call(
        &self,
        intrinsic: Intrinsic,
        argument: &Node,
        place: &Place,
    ) -> Result<Option<Value>, TemplateError> {
        let takes = |takes| place.refuse(Problem::Arguments { function: intrinsic.name(), takes });
        let text = match (intrinsic, argument) {
            (Intrinsic::Ref, Node::Text(name)) if name == NO_VALUE => return Ok(None),
            (Intrinsic::Ref, Node::Text(name)) => self.reference(name, place)?,
            (Intrinsic::Ref, _) => return Err(takes("a name")),
            (Intrinsic::GetAtt, argument) => {
                let (name, attribute) =
                    attribute_parts(argument).ok_or_else(|| takes("a resource and an attribute"))?;
                self.attribute(name, attribute, place)?
            }
            (Intrinsic::Sub, argument) => self.substitute(argument, place)?,
            (Intrinsic::If, Node::List(parts)) if parts.len() == 3 => {
                let condition = parts[0].text().ok_or_else(|| takes("the name of a condition first"))?;
                let holds = *self
                    .conditions
                    .get(condition)
                    .ok_or_else(|| place.refuse(Problem::Unknown(condition.to_owned())))?;
                return self.evaluate(&parts[if holds { 1 } else { 2 }], place);
            }
            (Intrinsic::If, _) => return Err(takes("a condition and two values")),
            (Intrinsic::Join, Node::List(parts)) if parts.len() == 2 => {
                let separator = self.scalar(&parts[0], place)?;
                let texts = self.scalars(&parts[1], place)?;
                bounded(texts.join(&separator), place)?
            }
            (Intrinsic::Join, _) => return Err(takes("a separator and a list")),
            (Intrinsic::Select, Node::List(parts)) if parts.len() == 2 => {
                let index = self.scalar(&parts[0], place)?;
                let texts = self.scalars(&parts[1], place)?;
                let chosen = index.parse().ok().and_then(|index: usize| texts.get(index).cloned());
                chosen.ok_or_else(|| takes("an index inside its list"))?
            }
            (Intrinsic::Select, _) => return Err(takes("an index and a list")),
            (Intrinsic::Split, Node::List(parts)) if parts.len() == 2 => {
                let separator = self.scalar(&parts[0], place)?;
                let text = self.scalar(&parts[1], place)?;
                if separator.is_empty() {
                    return Err(takes("a separator that is not empty"));
                }
                return Ok(Some(Value::List(
                    text.split(&separator).map(|part| Value::Text(part.to_owned())).collect(),
                )));
            }
            (Intrinsic::Split, _) => return Err(takes("a separator and a text")),
            (
                Intrinsic::Equals | Intrinsic::Not | Intrinsic::And | Intrinsic::Or | Intrinsic::Condition,
                _,
            ) => return Err(place.expected("a value", "a condition")),
        };
        Ok(Some(Value::Text(text)))
    }

    fn substitute(&self, argument: &Node, place: &Place) -> Result<String, TemplateError> {
        let takes = |takes| place.refuse(Problem::Arguments { function: Intrinsic::Sub.name(), takes });
        let (text, own) = match argument {
            Node::Text(text) => (text.as_str(), &[][..]),
            Node::List(parts) => match parts.as_slice() {
                [Node::Text(text), Node::Map(own)] => (text.as_str(), own.as_slice()),
                _ => return Err(takes("a text and a mapping of names")),
            },
            _ => return Err(takes("a text, or a text and a mapping of names")),
        };
        // Each name is evaluated once, however often the text mentions it.
        let own: Vec<(&str, String)> = own
            .iter()
            .map(|(name, node)| Ok((name.as_str(), self.scalar(node, &place.field(name))?)))
            .collect::<Result<_, TemplateError>>()?;
        let mut built = String::with_capacity(text.len());
        for piece in pieces(text).ok_or_else(|| takes("a text in which every ${ is closed around a name"))? {
            match piece {
                Piece::Literal(literal) => built.push_str(literal),
                Piece::Escaped(name) => built.extend(["${", name, "}"]),
                Piece::Variable(variable) => {
                    let found = match own.iter().find(|(name, _)| *name == variable) {
                        Some((_, value)) => value.clone(),
                        None => match variable.split_once('.') {
                            Some((name, attribute)) => self.attribute(name, attribute, place)?,
                            None => self.reference(variable, place)?,
                        },
                    };
                    built.push_str(&found);
                }
            }
            if built.len() > TEXT_BYTES_MAX {
                break;
            }
        }
        bounded(built, place)
    }

    fn scalar(&self, node: &Node, place: &Place) -> Result<String, TemplateError> {
        let value = self.evaluate(node, place)?.unwrap_or(Value::Null);
        value.scalar().ok_or_else(|| place.expected("a text", value.kind()))
    }

    fn scalars(&self, node: &Node, place: &Place) -> Result<Vec<String>, TemplateError> {
        match self.evaluate(node, place)? {
            Some(Value::List(items)) => items
                .iter()
                .map(|item| item.scalar().ok_or_else(|| place.expected("a text", item.kind())))
                .collect(),
            other => Err(place.expected("a list", other.map_or("nothing", |value| value.kind()))),
        }
    }
}

fn bounded(text: String, place: &Place) -> Result<String, TemplateError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(place.expected(format!("at most {TEXT_BYTES_MAX} bytes"), "more"));
    }
    Ok(text)
}

/// `Resource.Attribute`, or a list of the two.
fn attribute_parts(argument: &Node) -> Option<(&str, &str)> {
    match argument {
        Node::Text(text) => text.split_once('.'),
        Node::List(parts) => match parts.as_slice() {
            [Node::Text(name), Node::Text(attribute)] => Some((name, attribute)),
            _ => None,
        },
        _ => None,
    }
}
