//! Each state machine's role against its definition, which says everything that a machine ever calls.

use super::texts::load_own;
use serde_json::Value;
use std::collections::BTreeSet;
use template::{Machine, Plan};

/// What CloudWatch Logs wants of whoever delivers to it, for each machine alike; it knows no resources.
/// Source: Step Functions Developer Guide, "Using CloudWatch Logs to log execution history", IAM policies.
const LOG_DELIVERY: &str = "DeliverLogs";

/// An action on the ARN of a resource.
type Use = (String, String);

#[test]
fn machines_may_do_what_they_do_and_nothing_else() {
    let plan = load_own();
    assert_eq!(plan.machines.len(), 4);
    for machine in &plan.machines {
        assert_eq!(granted(machine), used(machine, &plan), "left: granted to {}, right: used", machine.name);
    }
}

fn granted(machine: &Machine) -> BTreeSet<Use> {
    let rights = machine.rights.iter().filter(|right| right.sid != LOG_DELIVERY);
    let actions = rights.flat_map(|right| right.actions.iter().map(move |action| (action, &right.resources)));
    actions.flat_map(|(action, on)| on.iter().map(|arn| (action.clone(), arn.clone()))).collect()
}

fn used(machine: &Machine, plan: &Plan) -> BTreeSet<Use> {
    let definition: Value = serde_json::from_str(&machine.definition).unwrap();
    let mut tasks = Vec::new();
    collect_tasks(&definition, &mut tasks);
    assert!(!tasks.is_empty(), "{}", machine.name);
    let mut used = BTreeSet::new();
    for task in tasks {
        let arguments = &task["Arguments"];
        let resource = task["Resource"].as_str().unwrap();
        // A condition may choose between queues: all that the expression names are reached.
        let (action, target) = match resource.trim_end_matches(".waitForTaskToken") {
            "arn:aws:states:::sqs:sendMessage" => {
                ("sqs:SendMessage", arguments["QueueUrl"].as_str().unwrap())
            }
            "arn:aws:states:::lambda:invoke" => {
                ("lambda:InvokeFunction", arguments["FunctionName"].as_str().unwrap())
            }
            other => panic!("{} calls {other}: say here which right that takes", machine.name),
        };
        let queues = plan.queues.iter().filter(|queue| names(target, &queue.url)).map(|queue| &queue.arn);
        let functions = plan.functions.iter().filter(|function| names(target, &function.arn));
        let reached: Vec<&String> = queues.chain(functions.map(|function| &function.arn)).collect();
        assert!(!reached.is_empty(), "{}: {target} leads to nothing in the template", machine.name);
        used.extend(reached.into_iter().map(|arn| (action.to_owned(), arn.clone())));
    }
    used
}

/// Whether an expression or a plain text names exactly this URL or ARN, not one that begins with it.
fn names(target: &str, name: &str) -> bool {
    target.match_indices(name).any(|(at, _)| {
        let after = target[at + name.len()..].chars().next();
        after.is_none_or(|next| !next.is_ascii_alphanumeric() && next != '-')
    })
}

/// Task states wherever they stand: in a map or a branch too.
fn collect_tasks<'a>(value: &'a Value, tasks: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            if fields.get("Type").is_some_and(|kind| kind == "Task") {
                tasks.push(value);
            }
            fields.values().for_each(|inner| collect_tasks(inner, tasks));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_tasks(item, tasks)),
        _ => {}
    }
}
