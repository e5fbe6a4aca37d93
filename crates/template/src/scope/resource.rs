//! One entry of `Resources`, its attributes read and its properties still to be evaluated.

use std::collections::BTreeMap;

use super::kind::Kind;
use crate::error::{Problem, TemplateError};
use crate::place::Place;
use crate::syntax::{Entry, Node};

/// What may stand in `DeletionPolicy`. One machine keeps its data directory whatever the template says.
const DELETION_POLICIES: [&str; 4] = ["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"];

#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) logical_id: String,
    pub(crate) type_name: String,
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    /// Its properties, with `Globals` under them.
    pub(crate) properties: Node,
    pub(crate) depends_on: Vec<String>,
    /// Whether its condition holds.
    pub(crate) created: bool,
}

impl Resource {
    /// Where its properties stand.
    pub(crate) fn properties_place(&self) -> Place {
        self.place.field("Properties")
    }
}

/// Reads the attributes of every resource.
pub(crate) fn read_all(
    declared: Vec<Entry>,
    globals: &[Entry],
    conditions: &BTreeMap<String, bool>,
) -> Result<Vec<Resource>, TemplateError> {
    let mut function_globals = None;
    for entry in globals {
        match entry.name.as_str() {
            "Function" => function_globals = Some(&entry.node),
            _ => return Err(entry.place.refuse(Problem::NotRun)),
        }
    }
    declared.into_iter().map(|entry| read(entry, function_globals, conditions)).collect()
}

fn read(
    entry: Entry,
    function_globals: Option<&Node>,
    conditions: &BTreeMap<String, bool>,
) -> Result<Resource, TemplateError> {
    let Entry { name, place, node } = entry;
    let fields = match node {
        Node::Map(fields) => fields,
        other => return Err(place.expected("a mapping", other.kind())),
    };
    let (mut type_name, mut properties) = (None, Node::Map(Vec::new()));
    let (mut depends_on, mut created) = (Vec::new(), true);
    for (attribute, node) in fields {
        let here = place.field(&attribute);
        match attribute.as_str() {
            "Type" => type_name = Some(text(&node, &here)?),
            "Properties" => properties = node,
            "DependsOn" => depends_on = names(&node, &here)?,
            "Condition" => {
                let condition = text(&node, &here)?;
                created =
                    *conditions.get(&condition).ok_or_else(|| here.refuse(Problem::Unknown(condition)))?;
            }
            "DeletionPolicy" | "UpdateReplacePolicy" => {
                let policy = text(&node, &here)?;
                if !DELETION_POLICIES.contains(&policy.as_str()) {
                    return Err(here.expected(DELETION_POLICIES.join(" or "), policy));
                }
            }
            // How AWS's tools build it; the host is built by Cargo.
            "Metadata" => {}
            _ => return Err(here.refuse(Problem::NotRun)),
        }
    }
    let type_name = type_name.ok_or_else(|| place.field("Type").refuse(Problem::Missing))?;
    let kind = Kind::of(&type_name).ok_or_else(|| {
        let instead = "it runs buckets, queues, tables, secrets, functions, state machines and an HTTP API";
        place.field("Type").refuse(Problem::ValueNotRun { found: type_name.clone(), instead })
    })?;
    properties.fields(&place.field("Properties"))?;
    if let (Kind::Function, Some(globals)) = (kind, function_globals) {
        properties = properties.over(globals);
    }
    Ok(Resource { logical_id: name, type_name, kind, place, properties, depends_on, created })
}

fn text(node: &Node, place: &Place) -> Result<String, TemplateError> {
    node.text().map(str::to_owned).ok_or_else(|| place.expected("a text", node.kind()))
}

fn names(node: &Node, place: &Place) -> Result<Vec<String>, TemplateError> {
    match node {
        Node::List(items) => {
            items.iter().enumerate().map(|(index, item)| text(item, &place.item(index))).collect()
        }
        other => text(other, place).map(|name| vec![name]),
    }
}
