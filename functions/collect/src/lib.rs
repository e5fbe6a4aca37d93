//! The function `collect`: fetches what the processor made, proves it right, and keeps it.
//!
//! It reads the queue `results`, on which `callback` puts what the processor sent, and on which machines ask for results
//! to be fetched again. What is wrong or cannot be reached is left to the results machine.

mod announced;
mod fault;
mod fetch;
pub mod guard;
#[cfg(test)]
mod hostile;
mod proof;
mod receipt;
mod rendition;
mod vault;

use async_trait::async_trait;
use contract::queue::ResultsMessage;
use document::Moment;
use edge::{
    Batch, Call, Delivery, FunctionError, Handler, Misconfigured, Pipeline, Reports, Runtime, Trouble,
};
use guard::{Guard, Pinned, Policy, SystemResolver};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use vault::Vault;

/// What is kept of the function's time for writing down how the fetching went.
const CLOSING_TIME: Duration = Duration::from_secs(20);

/// The function, ready to be called.
#[derive(Debug)]
pub struct Collect {
    runtime: Runtime,
    batch: Batch,
    pipeline: Pipeline,
    reports: Reports,
    vault: Vault,
    guard: Guard,
}

/// Wires the function.
///
/// Settings: `DOCUMENTS_TABLE`, `RESULTS_BUCKET`, `FETCH_HOSTS` (names separated by commas, `*.` in front allows what is
/// below), `FETCH_LOOPBACK` (`true` allows plain HTTP to this machine; optional), `QUEUE_URL` (its own queue, optional),
/// and the queues and machines that [`Pipeline`] sends to.
pub async fn build(runtime: Runtime) -> Result<Collect, Misconfigured> {
    let loopback = runtime.variables.parsed("FETCH_LOOPBACK", "true or false", false)?;
    let policy = Policy::new(runtime.variables.list("FETCH_HOSTS"), loopback);
    let carrier = Pinned::new().map_err(|error| Misconfigured::Malformed {
        name: "the machine's root certificates".to_owned(),
        value: error.to_string(),
        expected: "a set that https can be checked against",
    })?;
    build_with(runtime, Guard::new(policy, Arc::new(SystemResolver), Arc::new(carrier))).await
}

/// Wires the function with a guard of one's own, for tests and simulation.
#[expect(clippy::unused_async, reason = "every function is built in the same way, and some must wait")]
pub async fn build_with(runtime: Runtime, guard: Guard) -> Result<Collect, Misconfigured> {
    Ok(Collect {
        batch: Batch::new(&runtime)?,
        pipeline: Pipeline::new(&runtime)?,
        reports: Reports::new(&runtime),
        vault: Vault::new(&runtime)?,
        guard,
        runtime,
    })
}

#[async_trait]
impl Handler for Collect {
    async fn handle(&self, event: Value, call: Call) -> Result<Value, FunctionError> {
        self.batch.run(event, &call, |delivery| self.message(delivery, call.deadline)).await
    }
}

impl Collect {
    async fn message(&self, delivery: Delivery, deadline: Moment) -> Result<(), Trouble> {
        let message: ResultsMessage = serde_json::from_str(&delivery.body)
            .map_err(|error| Trouble::poison(format!("not a message for collect: {error}")))?;
        let end = tokio::time::Instant::now() + time_for_fetching(self.runtime.now().until(deadline));
        match message {
            ResultsMessage::Received { webhook_id, body } => self.received(&webhook_id, body, end).await,
            ResultsMessage::Stored { work, reference, callback_key, task_token } => {
                let answer = self.stored(&work, &reference, &callback_key, end).await?;
                self.reports.answer(task_token.as_deref(), &answer, None).await
            }
        }
    }
}

/// The time left without what closing takes, or most of it where time is short.
fn time_for_fetching(left: Duration) -> Duration {
    left.saturating_sub(CLOSING_TIME.min(left / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_kept_for_closing_however_little_there_is() {
        let enough = CLOSING_TIME * 4;
        let moment = Duration::from_millis(4);
        for (left, kept) in [
            (Duration::ZERO, Duration::ZERO),
            (enough.saturating_sub(moment), CLOSING_TIME.saturating_sub(moment / 4)),
            (enough, CLOSING_TIME),
            (enough + moment, CLOSING_TIME),
        ] {
            assert_eq!(left.saturating_sub(time_for_fetching(left)), kept, "{left:?}");
        }
    }
}
