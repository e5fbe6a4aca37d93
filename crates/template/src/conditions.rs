//! Conditions, each evaluated once.

use std::collections::BTreeMap;

use crate::error::{Problem, TemplateError};
use crate::place::Place;
use crate::scope::Scope;
use crate::syntax::{Entry, Intrinsic, Node};
use crate::value::Value;

/// Evaluates all conditions. `scope` holds parameters and nothing else: a condition cannot see resources.
pub(crate) fn evaluate(
    declared: &[Entry],
    scope: &Scope<'_>,
) -> Result<BTreeMap<String, bool>, TemplateError> {
    let mut evaluation = Evaluation { declared, scope, done: BTreeMap::new(), running: Vec::new() };
    for entry in declared {
        evaluation.condition(&entry.name, &entry.place)?;
    }
    Ok(evaluation.done)
}

/// Whether an expression holds that stands by itself and names no condition: rules have none.
pub(crate) fn holds(node: &Node, place: &Place, scope: &Scope<'_>) -> Result<bool, TemplateError> {
    Evaluation { declared: &[], scope, done: BTreeMap::new(), running: Vec::new() }.truth(node, place)
}

struct Evaluation<'t> {
    declared: &'t [Entry],
    scope: &'t Scope<'t>,
    done: BTreeMap<String, bool>,
    /// The conditions that are being evaluated now, outermost first.
    running: Vec<String>,
}

impl Evaluation<'_> {
    fn condition(&mut self, name: &str, asked_at: &Place) -> Result<bool, TemplateError> {
        if let Some(done) = self.done.get(name) {
            return Ok(*done);
        }
        let declared = self.declared;
        let Some(entry) = declared.iter().find(|entry| entry.name == name) else {
            return Err(asked_at.refuse(Problem::Unknown(name.to_owned())));
        };
        if let Some(start) = self.running.iter().position(|running| running == name) {
            let mut cycle = self.running.split_off(start);
            cycle.push(name.to_owned());
            return Err(entry.place.refuse(Problem::Cycle(cycle)));
        }
        self.running.push(name.to_owned());
        let outcome = self.truth(&entry.node, &entry.place)?;
        self.running.pop();
        self.done.insert(name.to_owned(), outcome);
        Ok(outcome)
    }

    fn truth(&mut self, node: &Node, place: &Place) -> Result<bool, TemplateError> {
        match node {
            Node::Call(Intrinsic::Equals, operands) => match operands.as_ref() {
                Node::List(operands) if operands.len() == 2 => {
                    let [left, right] = [self.text(&operands[0], place)?, self.text(&operands[1], place)?];
                    Ok(left == right)
                }
                _ => Err(arguments(place, Intrinsic::Equals, "two values")),
            },
            Node::Call(Intrinsic::Not, operands) => match operands.as_ref() {
                Node::List(operands) if operands.len() == 1 => Ok(!self.truth(&operands[0], place)?),
                _ => Err(arguments(place, Intrinsic::Not, "a list of one condition")),
            },
            Node::Call(junction @ (Intrinsic::And | Intrinsic::Or), operands) => match operands.as_ref() {
                // Two to ten, says CloudFormation.
                Node::List(operands) if (2..=10).contains(&operands.len()) => {
                    let truths: Vec<bool> = operands
                        .iter()
                        .map(|operand| self.truth(operand, place))
                        .collect::<Result<_, _>>()?;
                    Ok(if *junction == Intrinsic::And {
                        truths.iter().all(|truth| *truth)
                    } else {
                        truths.iter().any(|truth| *truth)
                    })
                }
                _ => Err(arguments(place, *junction, "a list of two to ten conditions")),
            },
            Node::Call(Intrinsic::Condition, name) => match name.text() {
                Some(name) => self.condition(name, place),
                None => Err(arguments(place, Intrinsic::Condition, "the name of a condition")),
            },
            Node::Map(fields) => match fields.as_slice() {
                [(key, Node::Text(name))] if key == Intrinsic::Condition.name() => {
                    self.condition(name, place)
                }
                _ => Err(place.expected("a condition", node.kind())),
            },
            other => Err(place.expected("a condition", other.kind())),
        }
    }

    fn text(&self, node: &Node, place: &Place) -> Result<String, TemplateError> {
        let value = self.scope.evaluate(node, place)?.unwrap_or(Value::Null);
        value.scalar().ok_or_else(|| place.expected("a text", value.kind()))
    }
}

fn arguments(place: &Place, function: Intrinsic, takes: &'static str) -> TemplateError {
    place.refuse(Problem::Arguments { function: function.name(), takes })
}
