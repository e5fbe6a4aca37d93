//! Which resource needs which, and that none needs itself in the end.
//!
//! AWS refuses a template with a cycle; one machine would not notice. So the same edges are
//! drawn here: every reference in a resource's properties, `DependsOn`, and the one that SAM
//! adds unseen, from an HTTP API to the functions that its routes lead to. What starts a
//! function is a resource of its own on AWS and is left out of the function's needs.

use std::collections::BTreeMap;

use super::kind::Kind;
use super::resource::Resource;
use crate::error::{Problem, TemplateError};
use crate::syntax::{Intrinsic, Node, Piece, pieces};

/// Refuses unknown names in `DependsOn`, and cycles.
pub(crate) fn check(resources: &[Resource]) -> Result<(), TemplateError> {
    let index: BTreeMap<&str, usize> =
        resources.iter().enumerate().map(|(at, resource)| (resource.logical_id.as_str(), at)).collect();
    for resource in resources {
        if let Some(name) = resource.depends_on.iter().find(|name| !index.contains_key(name.as_str())) {
            return Err(resource.place.field("DependsOn").refuse(Problem::Unknown(name.clone())));
        }
    }
    let needs = edges(resources, &index);
    let mut states = vec![State::New; resources.len()];
    for start in 0..resources.len() {
        let mut trail = Vec::new();
        if let Some(cycle) = visit(start, &needs, &mut states, &mut trail) {
            let names = cycle.iter().map(|at| resources[*at].logical_id.clone()).collect();
            return Err(resources[cycle[0]].place.refuse(Problem::Cycle(names)));
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// Walks depth first; the trail is at most as long as there are resources, which is bounded.
fn visit(
    at: usize,
    needs: &[Vec<usize>],
    states: &mut [State],
    trail: &mut Vec<usize>,
) -> Option<Vec<usize>> {
    match states[at] {
        State::Done => return None,
        State::Open => {
            let start = trail.iter().position(|seen| *seen == at).unwrap_or(0);
            return Some(trail[start..].iter().copied().chain([at]).collect());
        }
        State::New => {}
    }
    states[at] = State::Open;
    trail.push(at);
    for next in &needs[at] {
        if let Some(cycle) = visit(*next, needs, states, trail) {
            return Some(cycle);
        }
    }
    trail.pop();
    states[at] = State::Done;
    None
}

fn edges(resources: &[Resource], index: &BTreeMap<&str, usize>) -> Vec<Vec<usize>> {
    let mut needs = vec![Vec::new(); resources.len()];
    for (at, resource) in resources.iter().enumerate() {
        let mut names: Vec<&str> = resource.depends_on.iter().map(String::as_str).collect();
        let Node::Map(properties) = &resource.properties else { continue };
        for (property, node) in properties {
            if resource.kind == Kind::Function && property == "Events" {
                for api in http_apis(node) {
                    if let Some(api) = index.get(api) {
                        needs[*api].push(at);
                    }
                }
            } else {
                collect(node, &mut names);
            }
        }
        needs[at].extend(names.iter().filter_map(|name| index.get(name)));
    }
    needs
}

/// The HTTP APIs that a function's events name.
fn http_apis(events: &Node) -> Vec<&str> {
    let mut names = Vec::new();
    if let Node::Map(events) = events {
        for (_, event) in events {
            let api = event.get("Properties").and_then(|properties| properties.get("ApiId"));
            if let (Some("HttpApi"), Some(api)) = (event.get("Type").and_then(Node::text), api) {
                collect(api, &mut names);
            }
        }
    }
    names
}

/// The names that `Ref`, `Fn::GetAtt` and `Fn::Sub` mention, parameters among them.
fn collect<'node>(node: &'node Node, names: &mut Vec<&'node str>) {
    match node {
        Node::List(items) => items.iter().for_each(|item| collect(item, names)),
        Node::Map(fields) => fields.iter().for_each(|(_, inner)| collect(inner, names)),
        // `Function.Alias` leads to the function.
        Node::Call(Intrinsic::Ref, target) => {
            names.extend(target.text().and_then(|name| name.split('.').next()));
        }
        Node::Call(Intrinsic::GetAtt, target) => match target.as_ref() {
            Node::Text(text) => names.extend(text.split('.').next()),
            Node::List(parts) => names.extend(parts.first().and_then(Node::text)),
            _ => {}
        },
        Node::Call(Intrinsic::Sub, argument) => {
            let (text, own) = match argument.as_ref() {
                Node::List(parts) => (parts.first().and_then(Node::text), parts.get(1)),
                other => (other.text(), None),
            };
            for piece in text.and_then(pieces).unwrap_or_default() {
                if let Piece::Variable(variable) = piece {
                    names.extend(variable.split('.').next());
                }
            }
            if let Some(own) = own {
                collect(own, names);
            }
        }
        Node::Call(_, argument) => collect(argument, names),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) => {}
    }
}
