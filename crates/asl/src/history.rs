//! History events, named and shaped as `GetExecutionHistory` gives them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// One event of an execution's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEvent {
    /// Counts from 1 within the execution.
    pub id: u64,
    /// The event this one follows from; 0 for none.
    pub previous_event_id: u64,
    /// When it happened.
    pub timestamp: Timestamp,
    /// AWS's name of the event, such as `TaskScheduled`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The details under AWS's name for them, such as `taskScheduledEventDetails`; empty where AWS has none.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

/// The details of an event: their name and their content.
pub(crate) struct Details {
    name: &'static str,
    content: Value,
}

impl Details {
    pub(crate) const fn new(name: &'static str, content: Value) -> Self {
        Self { name, content }
    }

    pub(crate) fn into_map(self) -> Map<String, Value> {
        Map::from_iter([(self.name.to_owned(), self.content)])
    }

    /// A state was entered with `input`.
    pub(crate) fn entered(name: &str, input: &Value) -> Self {
        let content = json!({"name": name, "input": input.to_string(), "inputDetails": {"truncated": false}});
        Self::new("stateEnteredEventDetails", content)
    }

    /// A state was left with `output`, having assigned some variables.
    pub(crate) fn exited(name: &str, output: &Value, assigned: &Map<String, Value>) -> Self {
        let mut content =
            json!({"name": name, "output": output.to_string(), "outputDetails": {"truncated": false}});
        if !assigned.is_empty() {
            let texts: Map<String, Value> = assigned
                .iter()
                .map(|(name, value)| (name.clone(), Value::String(value.to_string())))
                .collect();
            content["assignedVariables"] = Value::Object(texts);
            content["assignedVariablesDetails"] = json!({"truncated": false});
        }
        Self::new("stateExitedEventDetails", content)
    }
}
