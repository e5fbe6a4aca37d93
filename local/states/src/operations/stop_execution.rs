use crate::{StateMachines, service::Answer};
use asl::Input;
use jiff::Timestamp;

impl StateMachines {
    /// Stops an execution; one that has ended stays as it ended. Answers with when it stopped.
    pub fn stop_execution(
        &self,
        arn: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Answer<Timestamp> {
        self.change(|transaction| {
            let mut row = self.find(transaction, arn)?;
            self.advance(transaction, &mut row, Input::Stop { error, cause })?;
            Ok(row.stopped.map_or_else(|| self.now(), super::start_execution::instant))
        })
    }
}
