use crate::{Runtime, Trouble};
use aws_sdk_sfn::operation::{
    send_task_failure::SendTaskFailureError, send_task_success::SendTaskSuccessError,
};
use contract::machine::{Outcome, Report};
use document::Answer;

/// Answers to machines that wait with a task token.
#[derive(Clone, Debug)]
pub struct Reports {
    states: aws_sdk_sfn::Client,
}

impl Reports {
    pub fn new(runtime: &Runtime) -> Self {
        Self { states: runtime.states() }
    }

    /// Tells the machine what an answer of the register amounts to; without a token nobody waits.
    pub async fn answer(
        &self,
        token: Option<&str>,
        answer: &Answer,
        retry_after_seconds: Option<u64>,
    ) -> Result<(), Trouble> {
        match (token, Outcome::of(answer)) {
            (Some(token), Some(outcome)) => {
                self.success(token, &Report { outcome, retry_after_seconds }).await
            }
            _ => Ok(()),
        }
    }

    /// Reports a piece of work done. A machine that no longer waits is no error.
    pub async fn success(&self, token: &str, report: &Report) -> Result<(), Trouble> {
        let output = serde_json::to_string(report)
            .map_err(|error| Trouble::poison(format!("a report cannot be written: {error}")))?;
        let sent = self.states.send_task_success().task_token(token).output(output).send().await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(
                    SendTaskSuccessError::TaskTimedOut(_)
                    | SendTaskSuccessError::TaskDoesNotExist(_)
                    | SendTaskSuccessError::InvalidToken(_),
                ) => Ok(()),
                _ => Err(Trouble::passing("the machine could not be told", error)),
            },
        }
    }

    /// Reports that the work will never be done. A machine that no longer waits is no error.
    pub async fn failure(&self, token: &str, error: &str, cause: &str) -> Result<(), Trouble> {
        let sent = self.states.send_task_failure().task_token(token).error(error).cause(cause).send().await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(
                    SendTaskFailureError::TaskTimedOut(_)
                    | SendTaskFailureError::TaskDoesNotExist(_)
                    | SendTaskFailureError::InvalidToken(_),
                ) => Ok(()),
                _ => Err(Trouble::passing("the machine could not be told", error)),
            },
        }
    }
}
