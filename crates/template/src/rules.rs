//! Rules: what parameters must keep together, beyond what each keeps by itself.

use crate::conditions;
use crate::error::{Problem, TemplateError};
use crate::place::Place;
use crate::scope::Scope;
use crate::syntax::{Entry, Node};

/// Refuses parameters that break a rule, with the rule's own sentence. `scope` holds parameters and nothing else.
pub(crate) fn check(declared: &[Entry], scope: &Scope<'_>) -> Result<(), TemplateError> {
    declared.iter().try_for_each(|rule| check_one(&rule.node, &rule.place, scope))
}

fn check_one(rule: &Node, place: &Place, scope: &Scope<'_>) -> Result<(), TemplateError> {
    let fields = rule.fields(place)?;
    if let Some((name, _)) = fields.iter().find(|(name, _)| name != "RuleCondition" && name != "Assertions") {
        return Err(place.field(name).refuse(Problem::NotRun));
    }
    let here = place.field("Assertions");
    let Some(Node::List(assertions)) = rule.get("Assertions") else {
        return Err(here.expected("a list", rule.get("Assertions").map_or("nothing", Node::kind)));
    };
    if let Some(condition) = rule.get("RuleCondition")
        && !conditions::holds(condition, &place.field("RuleCondition"), scope)?
    {
        return Ok(());
    }
    for (index, assertion) in assertions.iter().enumerate() {
        let here = here.item(index);
        let assert = assertion.get("Assert").ok_or_else(|| here.field("Assert").refuse(Problem::Missing))?;
        let description = assertion.get("AssertDescription").and_then(Node::text);
        let description =
            description.ok_or_else(|| here.field("AssertDescription").refuse(Problem::Missing))?;
        if !conditions::holds(assert, &here.field("Assert"), scope)? {
            return Err(place.refuse(Problem::Parameter(description.to_owned())));
        }
    }
    Ok(())
}
