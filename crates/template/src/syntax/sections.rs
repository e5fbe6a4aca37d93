//! The sections of a template.

use serde_yaml_ng::Value as Yaml;

use super::node::Node;
use crate::error::{Problem, TemplateError};
use crate::place::Place;

/// At most this many entries in a section: CloudFormation's own quota for resources, and a
/// bound on how deep one resource can lead to the next.
const SECTION_ENTRIES_MAX: usize = 500;

/// The language of the template's first line.
const FORMAT_VERSION: &str = "2010-09-09";
/// The one transform that is understood.
const TRANSFORM: &str = "AWS::Serverless-2016-10-31";

/// One entry of a section.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) node: Node,
}

/// A template taken apart.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    pub(crate) parameters: Vec<Entry>,
    pub(crate) rules: Vec<Entry>,
    pub(crate) conditions: Vec<Entry>,
    pub(crate) globals: Vec<Entry>,
    pub(crate) resources: Vec<Entry>,
    pub(crate) outputs: Vec<Entry>,
}

impl Sections {
    pub(crate) fn read(text: &str) -> Result<Self, TemplateError> {
        let whole = Place::whole();
        let not_yaml = |reason: String| whole.refuse(Problem::NotYaml(reason));
        let yaml: Yaml = serde_yaml_ng::from_str(text).map_err(|error| not_yaml(error.to_string()))?;
        let Node::Map(top) = Node::read(yaml, &whole)? else {
            return Err(not_yaml("the whole is not a mapping".to_owned()));
        };
        let mut sections = Self::default();
        for (name, node) in top {
            let place = Place::section(&name);
            match name.as_str() {
                "AWSTemplateFormatVersion" => literal(&node, FORMAT_VERSION, &place)?,
                "Transform" => literal(&node, TRANSFORM, &place)?,
                // Words and tool settings for people and consoles.
                "Description" | "Metadata" => {}
                "Parameters" => sections.parameters = entries(node, &place)?,
                "Rules" => sections.rules = entries(node, &place)?,
                "Conditions" => sections.conditions = entries(node, &place)?,
                "Globals" => sections.globals = entries(node, &place)?,
                "Resources" => sections.resources = entries(node, &place)?,
                "Outputs" => sections.outputs = entries(node, &place)?,
                _ => return Err(place.refuse(Problem::NotRun)),
            }
        }
        if sections.resources.is_empty() {
            return Err(Place::section("Resources").refuse(Problem::Missing));
        }
        Ok(sections)
    }
}

fn literal(node: &Node, expected: &str, place: &Place) -> Result<(), TemplateError> {
    match node.text() {
        Some(text) if text == expected => Ok(()),
        other => Err(place.expected(expected, other.unwrap_or_else(|| node.kind()))),
    }
}

fn entries(node: Node, place: &Place) -> Result<Vec<Entry>, TemplateError> {
    let Node::Map(fields) = node else {
        return Err(place.expected("a mapping", node.kind()));
    };
    if fields.len() > SECTION_ENTRIES_MAX {
        return Err(
            place.expected(format!("at most {SECTION_ENTRIES_MAX} entries"), fields.len().to_string())
        );
    }
    Ok(fields.into_iter().map(|(name, node)| Entry { place: place.field(&name), name, node }).collect())
}
