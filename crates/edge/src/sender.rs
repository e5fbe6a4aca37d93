use crate::{Misconfigured, Runtime, Trouble, Variables, trace::Traced};
use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use contract::queue::{Look, WorkMessage};
use document::{Kind, MachineName, Send};
use serde::Serialize;

/// Longest message, in bytes (Amazon SQS quotas: 1 MiB).
pub const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// Sends what a verdict wants sent: queue messages and machine starts. Sending again is harmless.
#[derive(Clone, Debug)]
pub struct Sender {
    sqs: aws_sdk_sqs::Client,
    states: aws_sdk_sfn::Client,
    variables: Variables,
}

impl Sender {
    /// A sender to the queues and machines that the settings name; each is needed only when something is sent to it.
    pub fn new(runtime: &Runtime) -> Self {
        Self { sqs: runtime.sqs(), states: runtime.states(), variables: runtime.variables.clone() }
    }

    /// Sends one thing; it is on its way once this returns.
    pub async fn send(&self, send: &Send) -> Result<(), Trouble> {
        match send {
            Send::Transfer { kind, work } => {
                let queue = match kind {
                    Kind::LessonPlan => "LESSON_PLANS_QUEUE_URL",
                    Kind::Video => "VIDEOS_QUEUE_URL",
                };
                self.message(queue, &WorkMessage { work: work.clone(), task_token: None }).await
            }
            Send::Normalize { work } => {
                let message = WorkMessage { work: work.clone(), task_token: None };
                self.message("NORMALIZATION_QUEUE_URL", &message).await
            }
            Send::Look { document_id } => {
                let message = Look { look: *document_id, machine: None, task_token: None };
                self.message("UPLOADS_QUEUE_URL", &message).await
            }
            Send::Start { machine, execution, input } => self.start(*machine, execution, input).await,
        }
    }

    /// Puts one JSON message on the queue that the setting names.
    pub async fn message(&self, setting: &str, message: &impl Serialize) -> Result<(), Trouble> {
        let queue = self.setting(setting)?;
        let body = written(&Traced::by_work_under_way(message))?;
        let sent = self.sqs.send_message().queue_url(queue).message_body(body).send().await;
        sent.map(drop).map_err(|error| Trouble::passing(format!("{setting} took no message"), error))
    }

    async fn start(
        &self,
        machine: MachineName,
        execution: &str,
        input: &impl Serialize,
    ) -> Result<(), Trouble> {
        let setting = match machine {
            MachineName::Transfer => "TRANSFER_MACHINE_ARN",
            MachineName::Results => "RESULTS_MACHINE_ARN",
            MachineName::Overdue => "OVERDUE_MACHINE_ARN",
            MachineName::Forget => "FORGET_MACHINE_ARN",
        };
        let arn = self.setting(setting)?;
        let input = serde_json::to_string(&Traced::by_work_under_way(input))
            .map_err(|error| Trouble::poison(format!("a machine's input cannot be written: {error}")))?;
        let started =
            self.states.start_execution().state_machine_arn(arn).name(execution).input(input).send().await;
        match started {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                // Started before, under the same name: that is what the name is for.
                Some(StartExecutionError::ExecutionAlreadyExists(_)) => Ok(()),
                _ => Err(Trouble::passing(format!("the machine {machine} did not start"), error)),
            },
        }
    }

    fn setting(&self, name: &str) -> Result<&str, Trouble> {
        self.variables.required(name).map_err(|error: Misconfigured| Trouble::passing("configuration", error))
    }
}

/// A message as SQS takes it. It allows no U+FFFE and no U+FFFF (`SendMessage`, `MessageBody`), which JSON allows inside a
/// string only and can spell in another way.
fn written(message: &impl Serialize) -> Result<String, Trouble> {
    let body = serde_json::to_string(message)
        .map_err(|error| Trouble::poison(format!("a message cannot be written: {error}")))?;
    let body = body.replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff");
    if body.len() > MESSAGE_BYTES_MAX {
        return Err(Trouble::poison(format!("a message of {} bytes is longer than SQS takes", body.len())));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_written_up_to_a_mebibyte() {
        // Two of the bytes are the quotes.
        let bytes = |count: usize| written(&"x".repeat(count - 2)).map(|body| body.len());
        assert_eq!(bytes(MESSAGE_BYTES_MAX - 1).unwrap(), MESSAGE_BYTES_MAX - 1);
        assert_eq!(bytes(MESSAGE_BYTES_MAX).unwrap(), MESSAGE_BYTES_MAX);
        assert!(!bytes(MESSAGE_BYTES_MAX + 1).unwrap_err().is_retryable());
    }

    #[test]
    fn any_text_is_written_with_characters_that_sqs_takes() {
        let text: String = (0..=0x1_FFFF).filter_map(char::from_u32).collect();
        let body = written(&text).unwrap();
        let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
        assert_eq!(body.chars().find(|&c| !allowed(c)), None);
        assert_eq!(serde_json::from_str::<String>(&body).unwrap(), text);
    }
}
