//! One node of the template as it is written.

use serde_yaml_ng::Value as Yaml;

use super::intrinsic::Intrinsic;
use crate::error::{Problem, TemplateError};
use crate::place::Place;

/// A scalar, a list, a mapping in the order of the text, or a call of an intrinsic function.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Number(serde_yaml_ng::Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    Call(Intrinsic, Box<Node>),
}

impl Node {
    /// Reads a YAML value; both forms of an intrinsic function become a [`Node::Call`].
    pub(crate) fn read(yaml: Yaml, place: &Place) -> Result<Self, TemplateError> {
        Ok(match yaml {
            Yaml::Null => Self::Null,
            Yaml::Bool(flag) => Self::Bool(flag),
            Yaml::Number(number) => Self::Number(number),
            Yaml::String(text) => Self::Text(text),
            Yaml::Sequence(items) => Self::List(
                items
                    .into_iter()
                    .enumerate()
                    .map(|(index, item)| Self::read(item, &place.item(index)))
                    .collect::<Result<_, _>>()?,
            ),
            Yaml::Mapping(mapping) => Self::read_mapping(mapping, place)?,
            Yaml::Tagged(tagged) => {
                let intrinsic =
                    Intrinsic::from_tag(&tagged.tag.to_string()).map_err(|problem| place.refuse(problem))?;
                Self::Call(intrinsic, Box::new(Self::read(tagged.value, place)?))
            }
        })
    }

    fn read_mapping(mapping: serde_yaml_ng::Mapping, place: &Place) -> Result<Self, TemplateError> {
        let alone = mapping.len() == 1;
        let mut fields = Vec::with_capacity(mapping.len());
        for (key, value) in mapping {
            let Yaml::String(key) = key else {
                return Err(place.refuse(Problem::NotYaml("a key is not a string".to_owned())));
            };
            if let Some(intrinsic) = Intrinsic::from_key(&key).map_err(|problem| place.refuse(problem))? {
                if !alone {
                    return Err(place.expected(format!("{key} alone"), "other keys beside it"));
                }
                return Ok(Self::Call(intrinsic, Box::new(Self::read(value, place)?)));
            }
            let inner = Self::read(value, &place.field(&key))?;
            fields.push((key, inner));
        }
        Ok(Self::Map(fields))
    }

    /// What this is, for a message.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a truth value",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
            Self::Call(..) => "an intrinsic function",
        }
    }

    /// The field of a mapping.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The text, where a text is written and nothing is to be evaluated.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The fields of a mapping.
    pub(crate) fn fields(&self, place: &Place) -> Result<&[(String, Self)], TemplateError> {
        match self {
            Self::Map(fields) => Ok(fields),
            other => Err(place.expected("a mapping", other.kind())),
        }
    }

    /// Lays `self` over `base` as SAM lays a function over `Globals`: mappings are merged,
    /// lists appended to the base's, anything else replaces it.
    pub(crate) fn over(self, base: &Self) -> Self {
        match (self, base) {
            (Self::Map(own), Self::Map(base)) => {
                let mut merged = base.clone();
                for (key, node) in own {
                    match merged.iter_mut().find(|(name, _)| *name == key) {
                        Some((_, under)) => *under = node.over(under),
                        None => merged.push((key, node)),
                    }
                }
                Self::Map(merged)
            }
            (Self::List(own), Self::List(base)) => Self::List(base.iter().cloned().chain(own).collect()),
            (own, _) => own,
        }
    }
}
