use super::{check_length, start_execution::instant};
use crate::{StateMachines, service::Answer};
use asl::Input;
use jiff::Timestamp;

impl StateMachines {
    /// Stops an execution; one that has ended stays as it ended. Answers with when it stopped.
    pub async fn stop_execution(
        &self,
        arn: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Answer<Timestamp> {
        check_length("error", error.as_deref(), super::ERROR_CHARS_MAX)?;
        check_length("cause", cause.as_deref(), super::CAUSE_CHARS_MAX)?;
        let arn = arn.to_owned();
        self.change(move |service, database| {
            let mut row = service.find(database, &arn)?;
            service.advance(database, &mut row, Input::Stop { error, cause })?;
            Ok(row.stopped.map_or_else(|| service.now(), instant))
        })
        .await
    }
}
