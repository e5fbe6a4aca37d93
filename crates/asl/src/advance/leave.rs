//! Leaving a state: assigning variables, making the output, going on.

use super::Walk;
use crate::{
    DATA_BYTES_MAX, Failure,
    definition::{Catcher, Next, Rule},
    execution::{Stage, ThreadId},
    expression::{Scope, Trouble},
    failure::DATA_LIMIT,
    history::Details,
    limits::VARIABLES_BYTES_MAX,
    template::Template,
};
use serde_json::{Map, Value};

/// What a state does on its way out.
struct Exit<'e> {
    assign: &'e [(String, Template)],
    output: Option<&'e Template>,
    next: Next,
    /// Where the fields stand within the state, such as `Choices[0]/`; empty for the state's own.
    prefix: String,
    /// The output if the definition makes none.
    otherwise: Value,
}

/// Why a state could not be left.
enum Hitch {
    Query(Trouble),
    TooLarge,
}

impl Walk<'_, '_> {
    /// Leaves a state that has no result: what came in goes out, unless the definition says otherwise.
    pub(super) fn leave_plainly(&mut self, id: ThreadId) {
        let otherwise = self.thread(id).input.clone();
        self.leave(id, otherwise, Map::new());
    }

    /// Leaves a state that worked and got `result`.
    pub(super) fn leave_with(&mut self, id: ThreadId, result: Value) {
        let more = Map::from_iter([("result".to_owned(), result.clone())]);
        self.leave(id, result, more);
    }

    fn leave(&mut self, id: ThreadId, otherwise: Value, more: Map<String, Value>) {
        let Some(state) = self.state(id) else { return };
        let scope = self.scope(id, more);
        let exit = Exit {
            assign: &state.assign,
            output: state.output.as_ref(),
            next: state.next.clone(),
            prefix: String::new(),
            otherwise,
        };
        if let Err(hitch) = self.exit(id, scope, exit) {
            match hitch {
                Hitch::Query(trouble) => self.fail_query(id, &trouble),
                Hitch::TooLarge => {
                    let failure = self.too_large(id);
                    self.fail(id, failure);
                }
            }
        }
    }

    pub(super) fn leave_by_rule(&mut self, id: ThreadId, rule: &Rule, index: usize) {
        let (next, prefix) = (Next::State(rule.next.clone()), format!("Choices[{index}]/"));
        self.leave_choice(id, &rule.assign, rule.output.as_ref(), next, prefix);
    }

    /// The `Assign` and `Output` of the Choice itself hold only where no rule matched.
    pub(super) fn leave_by_default(&mut self, id: ThreadId, default: &str) {
        let Some(state) = self.state(id) else { return };
        let next = Next::State(default.to_owned());
        self.leave_choice(id, &state.assign, state.output.as_ref(), next, String::new());
    }

    fn leave_choice(
        &mut self,
        id: ThreadId,
        assign: &[(String, Template)],
        output: Option<&Template>,
        next: Next,
        prefix: String,
    ) {
        let scope = self.scope(id, Map::new());
        let otherwise = self.thread(id).input.clone();
        match self.exit(id, scope, Exit { assign, output, next, prefix, otherwise }) {
            Ok(()) => {}
            Err(Hitch::Query(trouble)) => self.fail_query(id, &trouble),
            Err(Hitch::TooLarge) => {
                let failure = self.too_large(id);
                self.fail(id, failure);
            }
        }
    }

    /// Leaves through a catcher. What goes wrong here is not caught again by the same state.
    pub(super) fn leave_by_catcher(
        &mut self,
        id: ThreadId,
        catcher: &Catcher,
        index: usize,
        failure: &Failure,
    ) {
        let error = failure.output();
        let scope = self.scope(id, Map::from_iter([("errorOutput".to_owned(), error.clone())]));
        let exit = Exit {
            assign: &catcher.assign,
            output: catcher.output.as_ref(),
            next: Next::State(catcher.next.clone()),
            prefix: format!("Catch[{index}]/"),
            otherwise: error,
        };
        match self.exit(id, scope, exit) {
            Ok(()) => {}
            Err(Hitch::Query(trouble)) => {
                let failure = self.query_failure(id, &trouble);
                self.fail_beyond(id, failure);
            }
            Err(Hitch::TooLarge) => {
                let failure = self.too_large(id);
                self.fail_beyond(id, failure);
            }
        }
    }

    fn exit(&mut self, id: ThreadId, mut scope: Scope, exit: Exit<'_>) -> Result<(), Hitch> {
        let mut assigned = Map::new();
        for (name, template) in exit.assign {
            let field = format!("{}Assign/{name}", exit.prefix);
            let value = template.evaluate(&mut scope, &field).map_err(Hitch::Query)?;
            assigned.insert(name.clone(), value);
        }
        if bytes_of(&assigned) > DATA_BYTES_MAX {
            return Err(Hitch::TooLarge);
        }
        let output = match exit.output {
            None => exit.otherwise,
            Some(template) => {
                template.evaluate(&mut scope, &format!("{}Output", exit.prefix)).map_err(Hitch::Query)?
            }
        };
        if !fits(&output) {
            return Err(Hitch::TooLarge);
        }
        let kept = self.thread(id).variables.iter().filter(|(name, _)| !assigned.contains_key(*name));
        let total = bytes_of(&assigned) + kept.map(|(_, value)| size(value)).sum::<usize>();
        if !assigned.is_empty() && total > VARIABLES_BYTES_MAX {
            return Err(Hitch::TooLarge);
        }
        let Some(state) = self.state(id) else { return Ok(()) };
        let details = Details::exited(&self.thread(id).state, &output, &assigned);
        self.log_for(id, &format!("{}StateExited", state.kind.name()), Some(details));
        self.thread(id).variables.extend(assigned);
        self.go(id, exit.next, output);
        Ok(())
    }

    fn go(&mut self, id: ThreadId, next: Next, output: Value) {
        match next {
            Next::State(name) => {
                let thread = self.thread(id);
                thread.state = name;
                thread.input = output;
                thread.stage = Stage::Entering;
                self.ready.push_back(id);
            }
            Next::End if id == ThreadId::ROOT => self.finish_succeeded(output),
            Next::End => self.join(id, output),
        }
    }

    /// A value of this state is larger than it may be, in AWS's words.
    pub(super) fn too_large(&mut self, id: ThreadId) -> Failure {
        too_large(&self.thread(id).state)
    }
}

/// A state or a task of this name made a value that is larger than it may be.
pub(super) fn too_large(name: &str) -> Failure {
    Failure::new(
        DATA_LIMIT,
        format!(
            "The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit."
        ),
    )
}

/// Whether a value may be passed on.
pub(super) fn fits(value: &Value) -> bool {
    size(value) <= DATA_BYTES_MAX
}

/// Bytes of a value as JSON text.
fn size(value: &Value) -> usize {
    value.to_string().len()
}

fn bytes_of(variables: &Map<String, Value>) -> usize {
    variables.values().map(size).sum()
}
