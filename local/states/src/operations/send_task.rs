//! `SendTaskSuccess`, `SendTaskFailure` and `SendTaskHeartbeat`: whoever holds a token answers its task.

use super::check_length;
use crate::{StateMachines, StatesError, service::Answer, store};
use asl::{DATA_BYTES_MAX, Failure, Input, TaskId};
use serde_json::Value;

/// Characters in a token: 32 bytes in hexadecimal.
const TOKEN_CHARS: usize = 64;

impl StateMachines {
    /// The task of a token is done, with this result.
    pub async fn send_task_success(&self, token: &str, output: Value) -> Answer<()> {
        if output.to_string().len() > DATA_BYTES_MAX {
            return Err(StatesError::InvalidOutput(format!(
                "the output is larger than {DATA_BYTES_MAX} bytes"
            )));
        }
        self.answer(token, |task| Input::TaskSucceeded { task, output }).await
    }

    /// The task of a token failed.
    pub async fn send_task_failure(
        &self,
        token: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Answer<()> {
        check_length("error", error.as_deref(), super::ERROR_CHARS_MAX)?;
        check_length("cause", cause.as_deref(), super::CAUSE_CHARS_MAX)?;
        let failure = Failure::given(error, cause);
        self.answer(token, |task| Input::TaskFailed { task, failure }).await
    }

    /// Whoever holds a token is still at work.
    pub async fn send_task_heartbeat(&self, token: &str) -> Answer<()> {
        self.answer(token, |task| Input::TaskHeartbeat { task }).await
    }

    async fn answer(&self, token: &str, input: impl FnOnce(TaskId) -> Input + Send + 'static) -> Answer<()> {
        check_length("taskToken", Some(token), super::TASK_TOKEN_CHARS_MAX)?;
        if token.len() != TOKEN_CHARS || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(StatesError::InvalidToken("Invalid token"));
        }
        let token = token.to_owned();
        let accepted = self.change(move |service, database| {
            let (execution, task, over) =
                store::task_by_token(database, &token)?.ok_or(StatesError::TaskDoesNotExist)?;
            if over {
                return Ok(false);
            }
            match store::execution_by_id(database, execution)? {
                // What was due before is kept even if the answer comes too late, so this is no error yet.
                Some(mut row) => Ok(service.advance(database, &mut row, input(task))?),
                None => Ok::<_, StatesError>(false),
            }
        });
        if accepted.await? { Ok(()) } else { Err(StatesError::TaskTimedOut) }
    }
}
