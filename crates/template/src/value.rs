//! A value of the template after everything in it was evaluated, and typed ways to read it.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::error::{Problem, TemplateError};
use crate::place::Place;

/// Data without references. Mappings keep the template's order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(serde_yaml_ng::Number),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a truth value",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }

    /// A scalar as text: CloudFormation turns numbers and truth values into text where text is wanted.
    pub(crate) fn scalar(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Bool(flag) => Some(flag.to_string()),
            Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// As JSON.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => number.into(),
                (_, Some(number), _) => number.into(),
                (.., number) => number.into(),
            },
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), value.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Found<'value> {
    pub(crate) place: Place,
    pub(crate) value: &'value Value,
}

impl<'value> Found<'value> {
    pub(crate) fn new(place: Place, value: &'value Value) -> Self {
        Self { place, value }
    }

    pub(crate) fn text(&self) -> Result<String, TemplateError> {
        self.value.scalar().ok_or_else(|| self.place.expected("a text", self.value.kind()))
    }

    /// One of a few texts; any other is one that the host does not run.
    pub(crate) fn one_of(&self, known: &[&str], instead: &'static str) -> Result<String, TemplateError> {
        let found = self.text()?;
        if known.contains(&found.as_str()) {
            return Ok(found);
        }
        Err(self.place.refuse(Problem::ValueNotRun { found, instead }))
    }

    /// A whole number within AWS's own range.
    pub(crate) fn number(&self, range: RangeInclusive<u32>) -> Result<u32, TemplateError> {
        let text = self.text()?;
        text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            self.place.expected(format!("a whole number from {} to {}", range.start(), range.end()), text)
        })
    }

    pub(crate) fn flag(&self) -> Result<bool, TemplateError> {
        match self.text()?.as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(self.place.expected("true or false", other)),
        }
    }

    pub(crate) fn list(&self) -> Result<Vec<Found<'value>>, TemplateError> {
        match self.value {
            Value::List(items) => Ok(items
                .iter()
                .enumerate()
                .map(|(index, value)| Found::new(self.place.item(index), value))
                .collect()),
            other => Err(self.place.expected("a list", other.kind())),
        }
    }

    pub(crate) fn texts(&self) -> Result<Vec<String>, TemplateError> {
        self.list()?.iter().map(Self::text).collect()
    }

    /// The entries of a mapping whose keys are free.
    pub(crate) fn entries(&self) -> Result<Vec<(&'value str, Found<'value>)>, TemplateError> {
        match self.value {
            Value::Map(fields) => Ok(fields
                .iter()
                .map(|(name, value)| (name.as_str(), Found::new(self.place.field(name), value)))
                .collect()),
            other => Err(self.place.expected("a mapping", other.kind())),
        }
    }

    /// The fields of a mapping whose keys are known.
    pub(crate) fn fields(&self) -> Result<Fields<'value>, TemplateError> {
        Ok(Fields { place: self.place.clone(), entries: self.entries()?, known: BTreeSet::new() })
    }
}

/// Reads a mapping field by field and refuses, at the end, what nobody asked for.
#[derive(Debug)]
pub(crate) struct Fields<'value> {
    place: Place,
    entries: Vec<(&'value str, Found<'value>)>,
    known: BTreeSet<&'static str>,
}

impl<'value> Fields<'value> {
    pub(crate) fn optional(&mut self, name: &'static str) -> Option<Found<'value>> {
        self.known.insert(name);
        self.entries.iter().find(|(key, _)| *key == name).map(|(_, found)| found.clone())
    }

    pub(crate) fn required(&mut self, name: &'static str) -> Result<Found<'value>, TemplateError> {
        self.optional(name).ok_or_else(|| self.place.field(name).refuse(Problem::Missing))
    }

    pub(crate) fn number_or(
        &mut self,
        name: &'static str,
        range: RangeInclusive<u32>,
        default: u32,
    ) -> Result<u32, TemplateError> {
        self.optional(name).map_or(Ok(default), |found| found.number(range))
    }

    pub(crate) fn texts_or_none(&mut self, name: &'static str) -> Result<Vec<String>, TemplateError> {
        self.optional(name).map_or(Ok(Vec::new()), |found| found.texts())
    }

    /// Properties that only AWS has a use for.
    pub(crate) fn aws_only(&mut self, names: &[&'static str]) {
        self.known.extend(names);
    }

    pub(crate) fn finish(self) -> Result<(), TemplateError> {
        match self.entries.iter().find(|(name, _)| !self.known.contains(name)) {
            Some((_, found)) => Err(found.place.refuse(Problem::NotRun)),
            None => Ok(()),
        }
    }
}
