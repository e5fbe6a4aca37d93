//! Whether the states of a block hang together: every target exists, every state can be reached.

use crate::definition::{Block, Kind, Next, State};
use std::collections::BTreeSet;

/// What does not hang together.
pub(super) struct Flaw {
    /// None for the block itself.
    pub(super) state: Option<String>,
    pub(super) field: String,
    pub(super) problem: String,
}

pub(super) fn check(block: &Block) -> Result<(), Flaw> {
    if !block.states.contains_key(&block.start_at) {
        let problem = format!("there is no state {:?}", block.start_at);
        return Err(Flaw { state: None, field: "StartAt".to_owned(), problem });
    }
    for (name, state) in &block.states {
        let missing = targets(state).into_iter().find(|(_, target)| !block.states.contains_key(*target));
        if let Some((field, target)) = missing {
            let problem = format!("there is no state {target:?} beside this one");
            return Err(Flaw { state: Some(name.clone()), field, problem });
        }
    }
    let reached = reached(block);
    match block.states.keys().find(|name| !reached.contains(name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Flaw {
            state: Some(name.clone()),
            field: "Next".to_owned(),
            problem: "no other state leads to this one".to_owned(),
        }),
    }
}

fn reached(block: &Block) -> BTreeSet<&str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![block.start_at.as_str()];
    while let Some(name) = open.pop() {
        if let (true, Some(state)) = (reached.insert(name), block.states.get(name)) {
            open.extend(targets(state).into_iter().map(|(_, target)| target));
        }
    }
    reached
}

/// Where a state may lead, with the field that says so.
fn targets(state: &State) -> Vec<(String, &str)> {
    let mut targets = Vec::new();
    if let Next::State(next) = &state.next {
        targets.push(("Next".to_owned(), next.as_str()));
    }
    if let Kind::Choice { rules, default } = &state.kind {
        let rules = rules.iter().enumerate();
        targets.extend(rules.map(|(index, rule)| (format!("Choices[{index}].Next"), rule.next.as_str())));
        targets.extend(default.iter().map(|default| ("Default".to_owned(), default.as_str())));
    }
    let catchers = state.catch.iter().enumerate();
    targets.extend(catchers.map(|(index, catcher)| (format!("Catch[{index}].Next"), catcher.next.as_str())));
    targets
}
