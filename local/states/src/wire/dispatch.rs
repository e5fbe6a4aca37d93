//! From the name of an operation and its fields to what is answered.

use super::{Fields, responses};
use crate::{
    HistoryQuery, ListExecutions, StartExecution, StateMachines, StatesError,
    operations::{check_length, constraint},
};
use asl::{DATA_BYTES_MAX, DEFINITION_BYTES_MAX};
use serde_json::{Value, json};

type Reply = Result<Value, StatesError>;

impl StateMachines {
    pub(super) async fn dispatch(&self, operation: &str, body: &[u8]) -> Reply {
        let fields = Fields::read(body);
        match operation {
            "StartExecution" => self.wire_start(&fields?).await,
            "DescribeExecution" => {
                let fields = fields?;
                let described = self.describe_execution(&fields.arn("executionArn")?).await?;
                Ok(responses::described(&described, with_data(&fields)?))
            }
            "ListExecutions" => self.wire_list(&fields?).await,
            "GetExecutionHistory" => self.wire_history(&fields?).await,
            "StopExecution" => {
                let fields = fields?;
                let (error, cause) = (fields.text("error")?, fields.text("cause")?);
                let stopped = self.stop_execution(&fields.arn("executionArn")?, error, cause).await?;
                Ok(json!({"stopDate": responses::seconds(stopped)}))
            }
            "RedriveExecution" => {
                let fields = fields?;
                let (arn, token) = (fields.arn("executionArn")?, fields.text("clientToken")?);
                let redriven = self.redrive_execution(&arn, token).await?;
                Ok(json!({"redriveDate": responses::seconds(redriven)}))
            }
            "SendTaskSuccess" => self.wire_success(&fields?).await,
            "SendTaskFailure" => {
                let fields = fields?;
                let (error, cause) = (fields.text("error")?, fields.text("cause")?);
                self.send_task_failure(&fields.needed("taskToken")?, error, cause).await?;
                Ok(json!({}))
            }
            "SendTaskHeartbeat" => {
                self.send_task_heartbeat(&fields?.needed("taskToken")?).await?;
                Ok(json!({}))
            }
            "ListStateMachines" => {
                let fields = fields?;
                let (limit, token) = (fields.number("maxResults")?, fields.text("nextToken")?);
                let (machines, next) = self.list_state_machines(limit, token).await?;
                Ok(responses::machines(&machines, next.as_deref()))
            }
            "DescribeStateMachine" => {
                let arn = fields?.arn("stateMachineArn")?;
                let (machine, definition) = self.describe_state_machine(&arn).await?;
                Ok(responses::machine(&machine, &definition))
            }
            "DescribeStateMachineForExecution" => {
                let arn = fields?.arn("executionArn")?;
                let (machine, definition) = self.describe_state_machine_for_execution(&arn).await?;
                Ok(responses::machine_for_execution(&machine, &definition))
            }
            "ValidateStateMachineDefinition" => self.wire_validate(&fields?),
            other => Err(StatesError::UnknownOperation(other.to_owned())),
        }
    }

    async fn wire_start(&self, fields: &Fields) -> Reply {
        check_length("input", fields.text("input")?.as_deref(), DATA_BYTES_MAX)?;
        let input = match fields.json("input")? {
            None => json!({}),
            Some(input) => input.map_err(StatesError::InvalidExecutionInput)?,
        };
        let (machine, name) = (fields.arn("stateMachineArn")?, fields.text("name")?);
        let started = self.start_execution(StartExecution { machine, name, input }).await?;
        Ok(json!({"executionArn": started.arn, "startDate": responses::seconds(started.at)}))
    }

    async fn wire_list(&self, fields: &Fields) -> Reply {
        let Some(machine) = fields.text("stateMachineArn")? else {
            return Err(StatesError::Validation("Must provide a StateMachine ARN or MapRun ARN".to_owned()));
        };
        let redriven = match fields.text("redriveFilter")?.as_deref() {
            None => None,
            Some("REDRIVEN") => Some(true),
            Some("NOT_REDRIVEN") => Some(false),
            Some(_) => {
                let set = "Member must satisfy enum value set: [REDRIVEN, NOT_REDRIVEN]";
                return Err(constraint("redriveFilter", set));
            }
        };
        let request = ListExecutions {
            machine,
            status: fields.text("statusFilter")?,
            redriven,
            limit: fields.number("maxResults")?,
            token: fields.text("nextToken")?,
        };
        Ok(responses::executions(&self.list_executions(&request).await?))
    }

    async fn wire_history(&self, fields: &Fields) -> Reply {
        let query = HistoryQuery {
            execution: fields.arn("executionArn")?,
            limit: fields.number("maxResults")?,
            reverse: fields.flag("reverseOrder")?.unwrap_or(false),
            token: fields.text("nextToken")?,
        };
        let with_data = fields.flag("includeExecutionData")?.unwrap_or(true);
        Ok(responses::history(self.execution_history(&query).await?, with_data))
    }

    async fn wire_success(&self, fields: &Fields) -> Reply {
        let token = fields.needed("taskToken")?;
        check_length("output", Some(&fields.needed("output")?), DATA_BYTES_MAX)?;
        let output = fields.json("output")?.unwrap_or_else(|| Err("it is missing".to_owned()));
        self.send_task_success(&token, output.map_err(StatesError::InvalidOutput)?).await?;
        Ok(json!({}))
    }

    fn wire_validate(&self, fields: &Fields) -> Reply {
        let definition = fields.needed("definition")?;
        check_length("definition", Some(&definition), DEFINITION_BYTES_MAX)?;
        let limit = fields.number("maxResults")?.unwrap_or_default();
        let (found, truncated) = self.validate_definition(&definition, limit as usize);
        Ok(responses::diagnostics(&found, truncated))
    }
}

fn with_data(fields: &Fields) -> Result<bool, StatesError> {
    match fields.text("includedData")?.as_deref() {
        None | Some("ALL_DATA") => Ok(true),
        Some("METADATA_ONLY") => Ok(false),
        Some(_) => {
            let set = "Member must satisfy enum value set: [ALL_DATA, METADATA_ONLY]";
            Err(constraint("includedData", set))
        }
    }
}
