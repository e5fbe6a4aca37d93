//! The events that EventBridge carries when an execution begins or ends.

use crate::{Config, store::ExecutionRow};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Input and output longer than this together are left out of the event (EventBridge's documented bound for it).
const DATA_BYTES_MAX: usize = 248 * 1024;

/// "Step Functions Execution Status Change" about the execution as it stands now.
pub(crate) fn event(row: &ExecutionRow, config: &Config, id: &str, now: Timestamp) -> Value {
    let output_bytes = row.output.as_ref().map_or(0, String::len);
    let included = row.input.len() + output_bytes <= DATA_BYTES_MAX;
    let details = json!({"included": included});
    json!({
        "version": "0",
        "id": id,
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": config.account,
        "time": format!("{now:.0}"),
        "region": config.region,
        "resources": [row.arn],
        "detail": {
            "executionArn": row.arn,
            "stateMachineArn": config.machine_arn(&row.machine),
            "stateMachineVersionArn": null,
            "stateMachineAliasArn": null,
            "name": row.name,
            "status": row.status,
            "startDate": row.started,
            "stopDate": row.stopped,
            "input": included.then_some(&row.input),
            "inputDetails": details,
            "output": row.output.as_ref().filter(|_| included),
            "outputDetails": row.output.as_ref().map(|_| &details),
            "error": row.error,
            "cause": row.cause,
            "redriveCount": row.redrives,
            "redriveDate": row.redriven,
        },
    })
}
