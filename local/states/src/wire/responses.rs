//! The bodies of answers, in AWS's names. Instants are seconds since 1970 with milliseconds.

use crate::{Described, ExecutionsPage, HistoryEvent, HistoryPage, MachineSummary};
use asl::Diagnostic;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Fields of history events that carry data of the execution.
const DATA_FIELDS: &[&str] = &["input", "output", "parameters", "assignedVariables"];

/// An instant as AWS JSON writes it.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of any real instant fit a double exactly")]
pub(super) fn seconds(at: Timestamp) -> Value {
    json!(at.as_millisecond() as f64 / 1000.0)
}

/// An object without the fields that have no value.
fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let present = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(present.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// An execution; without its input and output if they are not asked for.
pub(super) fn described(execution: &Described, with_data: bool) -> Value {
    let included = json!({ "included": with_data });
    let data = |text: Option<&String>| text.filter(|_| with_data).map_or(Value::Null, |text| json!(text));
    let status = if execution.not_redrivable.is_none() { "REDRIVABLE" } else { "NOT_REDRIVABLE" };
    object([
        ("executionArn", json!(execution.arn)),
        ("stateMachineArn", json!(execution.machine)),
        ("name", json!(execution.name)),
        ("status", json!(execution.status)),
        ("startDate", seconds(execution.started)),
        ("stopDate", execution.stopped.map_or(Value::Null, seconds)),
        ("input", data(Some(&execution.input))),
        ("inputDetails", included.clone()),
        ("output", data(execution.output.as_ref())),
        ("outputDetails", execution.output.as_ref().map_or(Value::Null, |_| included)),
        ("error", json!(execution.error)),
        ("cause", json!(execution.cause)),
        ("redriveCount", json!(execution.redrives)),
        ("redriveDate", execution.redriven.map_or(Value::Null, seconds)),
        ("redriveStatus", json!(status)),
        ("redriveStatusReason", json!(execution.not_redrivable)),
    ])
}

pub(super) fn executions(page: &ExecutionsPage) -> Value {
    let summary = |execution: &Described| {
        object([
            ("executionArn", json!(execution.arn)),
            ("stateMachineArn", json!(execution.machine)),
            ("name", json!(execution.name)),
            ("status", json!(execution.status)),
            ("startDate", seconds(execution.started)),
            ("stopDate", execution.stopped.map_or(Value::Null, seconds)),
            ("redriveCount", json!(execution.redrives)),
            ("redriveDate", execution.redriven.map_or(Value::Null, seconds)),
        ])
    };
    let executions: Vec<Value> = page.executions.iter().map(summary).collect();
    object([("executions", json!(executions)), ("nextToken", json!(page.token))])
}

pub(super) fn history(page: HistoryPage, with_data: bool) -> Value {
    let events: Vec<Value> = page.events.into_iter().map(|event| event_of(event, with_data)).collect();
    object([("events", json!(events)), ("nextToken", json!(page.token))])
}

fn event_of(event: HistoryEvent, with_data: bool) -> Value {
    let mut fields = Map::new();
    fields.insert("id".to_owned(), json!(event.id));
    fields.insert("previousEventId".to_owned(), json!(event.previous_event_id));
    fields.insert("timestamp".to_owned(), seconds(event.timestamp));
    fields.insert("type".to_owned(), json!(event.kind));
    for (name, mut details) in event.details {
        if let (false, Some(details)) = (with_data, details.as_object_mut()) {
            details.retain(|name, _| !DATA_FIELDS.contains(&name.as_str()));
        }
        fields.insert(name, details);
    }
    Value::Object(fields)
}

pub(super) fn machines(machines: &[MachineSummary], next: Option<&str>) -> Value {
    let summary = |machine: &MachineSummary| {
        json!({
            "stateMachineArn": machine.arn, "name": machine.name, "type": "STANDARD",
            "creationDate": seconds(machine.created),
        })
    };
    object([("stateMachines", machines.iter().map(summary).collect()), ("nextToken", json!(next))])
}

pub(super) fn machine(machine: &MachineSummary, definition: &str) -> Value {
    json!({
        "stateMachineArn": machine.arn, "name": machine.name, "type": "STANDARD", "status": "ACTIVE",
        "creationDate": seconds(machine.created), "roleArn": machine.role, "definition": definition,
    })
}

pub(super) fn machine_for_execution(machine: &MachineSummary, definition: &str) -> Value {
    json!({
        "stateMachineArn": machine.arn, "name": machine.name, "roleArn": machine.role, "definition": definition,
        "updateDate": seconds(machine.updated),
    })
}

pub(super) fn diagnostics(found: &[Diagnostic], truncated: bool) -> Value {
    let diagnostic = |found: &Diagnostic| {
        let location = if found.location.is_empty() { Value::Null } else { json!(found.location) };
        object([
            ("severity", json!("ERROR")),
            ("code", json!(found.code.as_str())),
            ("message", json!(found.message)),
            ("location", location),
        ])
    };
    let result = if found.is_empty() { "OK" } else { "FAIL" };
    let diagnostics: Vec<Value> = found.iter().map(diagnostic).collect();
    json!({"result": result, "diagnostics": diagnostics, "truncated": truncated})
}
