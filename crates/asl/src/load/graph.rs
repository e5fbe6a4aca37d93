//! Whether the states of a block hang together: every target exists, every state can be reached.

use super::diagnostic::{Code, Problems};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Reads the transitions as they are written, so that they are checked whatever else is wrong with the states.
pub(super) fn check(
    location: &str,
    start_at: Option<&str>,
    states: &Map<String, Value>,
    problems: &Problems,
) {
    let missing = |field: String, kind: &str, target: &str| {
        problems.add(Code::MissingTransitionTarget, field, format!("Missing '{kind}' target: {target}"));
    };
    if let Some(start) = start_at
        && !states.contains_key(start)
    {
        missing(format!("{location}/StartAt"), "StartAt", start);
    }
    for (name, state) in states {
        for (field, target) in targets(state) {
            if !states.contains_key(target) {
                let kind = field.rsplit('/').next().unwrap_or_default();
                missing(format!("{location}/States/{name}/{field}"), kind, target);
            }
        }
    }
    let Some(start) = start_at.filter(|start| states.contains_key(*start)) else { return };
    let reached = reached(start, states);
    for name in states.keys().filter(|name| !reached.contains(name.as_str())) {
        let message = format!("State \"{name}\" is not reachable.");
        problems.add(Code::MissingTransitionTarget, format!("{location}/States/{name}"), message);
    }
}

fn reached<'a>(start: &'a str, states: &'a Map<String, Value>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(name) = open.pop() {
        if let (true, Some(state)) = (reached.insert(name), states.get(name)) {
            open.extend(targets(state).into_iter().map(|(_, target)| target));
        }
    }
    reached
}

/// Where a state may lead, with the field that says so.
fn targets(state: &Value) -> Vec<(String, &str)> {
    let own = ["Next", "Default"].into_iter();
    let own = own.filter_map(|field| Some((field.to_owned(), state.get(field)?.as_str()?)));
    let listed = ["Choices", "Catch"].into_iter().flat_map(|list| {
        let items = state.get(list).and_then(Value::as_array).into_iter().flatten().enumerate();
        items.filter_map(move |(index, item)| {
            Some((format!("{list}[{index}]/Next"), item.get("Next")?.as_str()?))
        })
    });
    own.chain(listed).collect()
}
