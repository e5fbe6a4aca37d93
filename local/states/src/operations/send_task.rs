//! `SendTaskSuccess`, `SendTaskFailure` and `SendTaskHeartbeat`: whoever holds a token answers its task.

use crate::{StateMachines, StatesError, service::Answer, store};
use asl::{DATA_BYTES_MAX, Failure, Input, TaskId};
use serde_json::Value;

/// Characters in a token: 32 bytes in hexadecimal.
const TOKEN_CHARS: usize = 64;

impl StateMachines {
    /// The task of a token is done, with this result.
    pub fn send_task_success(&self, token: &str, output: &Value) -> Answer<()> {
        if output.to_string().len() > DATA_BYTES_MAX {
            return Err(StatesError::InvalidOutput(format!(
                "the output is larger than {DATA_BYTES_MAX} bytes"
            )));
        }
        self.answer(token, |task| Input::TaskSucceeded { task, output: output.clone() })
    }

    /// The task of a token failed.
    pub fn send_task_failure(&self, token: &str, error: &str, cause: &str) -> Answer<()> {
        self.answer(token, |task| Input::TaskFailed { task, failure: Failure::new(error, cause) })
    }

    /// Whoever holds a token is still at work.
    pub fn send_task_heartbeat(&self, token: &str) -> Answer<()> {
        self.answer(token, |task| Input::TaskHeartbeat { task })
    }

    fn answer(&self, token: &str, input: impl FnOnce(TaskId) -> Input) -> Answer<()> {
        if token.len() != TOKEN_CHARS || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(StatesError::InvalidToken("Invalid token"));
        }
        let accepted = self.change(|transaction| {
            let (execution, task, over) =
                store::task_by_token(transaction, token)?.ok_or(StatesError::TaskDoesNotExist)?;
            if over {
                return Ok(false);
            }
            match store::execution_by_id(transaction, execution)? {
                // What was due before is kept even if the answer comes too late, so this is no error yet.
                Some(mut row) => Ok(self.advance(transaction, &mut row, input(task))?),
                None => Ok::<_, StatesError>(false),
            }
        })?;
        if accepted { Ok(()) } else { Err(StatesError::TaskTimedOut) }
    }
}
