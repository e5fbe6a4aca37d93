//! AWS JSON 1.0, as the SDKs speak it to Step Functions.

mod requests;
mod responses;

use crate::{ListExecutions, StateMachines, StatesError};
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use requests::Fields;
use serde_json::{Value, json};

/// What `X-Amz-Target` begins with.
const TARGET: &str = "AWSStepFunctions.";

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

impl StateMachines {
    /// Answers a request of the Step Functions API. Signatures are not looked at.
    #[expect(
        clippy::unused_async,
        reason = "the other services' entry points wait, and a host treats all alike"
    )]
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.strip_prefix(TARGET)).unwrap_or_default().to_owned();
        match self.dispatch(&operation, request.body()) {
            Ok(body) => self.respond(StatusCode::OK, &body),
            Err(error) => self.refuse(&error),
        }
    }

    fn dispatch(&self, operation: &str, body: &[u8]) -> Result<Value, StatesError> {
        let fields = Fields::read(body);
        match operation {
            "StartExecution" => self.wire_start(&fields?),
            "DescribeExecution" => {
                let described = self.describe_execution(&fields?.needed("executionArn")?)?;
                Ok(responses::described(&described))
            }
            "ListExecutions" => {
                let fields = fields?;
                let page = self.list_executions(&ListExecutions {
                    machine: fields.needed("stateMachineArn")?,
                    status: fields.text("statusFilter")?,
                    limit: fields.number("maxResults")?,
                    token: fields.text("nextToken")?,
                })?;
                Ok(responses::executions(&page))
            }
            "GetExecutionHistory" => self.wire_history(&fields?),
            "StopExecution" => {
                let fields = fields?;
                let arn = fields.needed("executionArn")?;
                let stopped = self.stop_execution(&arn, fields.text("error")?, fields.text("cause")?)?;
                Ok(json!({"stopDate": responses::seconds(stopped)}))
            }
            "SendTaskSuccess" => {
                let fields = fields?;
                let output = fields
                    .json("output")?
                    .ok_or_else(|| StatesError::InvalidOutput("it is missing".to_owned()))?;
                let output = output.map_err(StatesError::InvalidOutput)?;
                self.send_task_success(&fields.needed("taskToken")?, &output)?;
                Ok(json!({}))
            }
            "SendTaskFailure" => {
                let fields = fields?;
                let (error, cause) =
                    (fields.text("error")?.unwrap_or_default(), fields.text("cause")?.unwrap_or_default());
                self.send_task_failure(&fields.needed("taskToken")?, &error, &cause)?;
                Ok(json!({}))
            }
            "SendTaskHeartbeat" => {
                self.send_task_heartbeat(&fields?.needed("taskToken")?)?;
                Ok(json!({}))
            }
            "ListStateMachines" => {
                let fields = fields?;
                let token = fields.text("nextToken")?;
                let (machines, next) =
                    self.list_state_machines(fields.number("maxResults")?, token.as_deref())?;
                Ok(responses::machines(&machines, next.as_deref()))
            }
            "DescribeStateMachine" => {
                let (machine, definition) =
                    self.describe_state_machine(&fields?.needed("stateMachineArn")?)?;
                Ok(responses::machine(&machine, &definition))
            }
            other => Err(StatesError::UnknownOperation(other.to_owned())),
        }
    }

    fn wire_start(&self, fields: &Fields) -> Result<Value, StatesError> {
        let input = match fields.json("input")? {
            None => json!({}),
            Some(input) => input.map_err(StatesError::InvalidExecutionInput)?,
        };
        let started = self.start_execution(crate::StartExecution {
            machine: fields.needed("stateMachineArn")?,
            name: fields.text("name")?,
            input,
        })?;
        Ok(json!({"executionArn": started.arn, "startDate": responses::seconds(started.at)}))
    }

    fn wire_history(&self, fields: &Fields) -> Result<Value, StatesError> {
        let page = self.execution_history(&crate::HistoryQuery {
            execution: fields.needed("executionArn")?,
            limit: fields.number("maxResults")?,
            reverse: fields.flag("reverseOrder")?.unwrap_or(false),
            token: fields.text("nextToken")?,
        })?;
        Ok(responses::history(page, fields.flag("includeExecutionData")?.unwrap_or(true)))
    }

    fn refuse(&self, error: &StatesError) -> Response<Bytes> {
        let status = match error {
            StatesError::Store(store) => {
                tracing::error!(%error, cause = ?std::error::Error::source(store), "a request could not be answered");
                StatusCode::INTERNAL_SERVER_ERROR
            }
            _ => StatusCode::BAD_REQUEST,
        };
        self.respond(status, &json!({"__type": error.code(), "message": error.to_string()}))
    }

    fn respond(&self, status: StatusCode, body: &Value) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(CONTENT_TYPE));
        if let Ok(id) = self.fresh_uuid().parse() {
            headers.insert("x-amzn-requestid", id);
        }
        response
    }
}
