//! The function `transfer`: sends exactly one version of a file to the processor, without holding it.
//!
//! It runs twice, on the queue `lesson-plans` and on the queue `videos`. It tries once; what could not be delivered is
//! handed to the transfer machine, which puts the work back on the queue with a task token when its time has come.

mod hashing;
mod multipart;
mod originals;
mod outcome;
mod processor;
mod retry_after;
mod sending;

use async_trait::async_trait;
use contract::queue::WorkMessage;
use document::{Answer, Event, Moment};
use edge::{
    Batch, Call, Delivery, FunctionError, Handler, Misconfigured, Pace, Pipeline, Reports, Runtime, Trouble,
};
use originals::Originals;
use outcome::Outcome;
use processor::Processor;
use serde_json::Value;
use std::time::Duration;

/// The largest file streamed unless the template says otherwise, in bytes; the processor fetches larger ones itself.
const STREAM_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// What is kept of the function's time for writing down how the sending went.
const CLOSING_TIME: Duration = Duration::from_secs(10);
/// The name under which leases are taken if the settings give none.
const FUNCTION_NAME: &str = "transfer";

/// The function, ready to be called.
#[derive(Debug)]
pub struct Transfer {
    runtime: Runtime,
    batch: Batch,
    pipeline: Pipeline,
    reports: Reports,
    originals: Originals,
    processor: Processor,
    function: String,
    callback_url: String,
    stream_bytes_max: u64,
    pace: Pace,
}

/// Wires the function.
///
/// Settings: `DOCUMENTS_TABLE`, `UPLOADS_BUCKET`, `PROCESSOR_URL`, `PROCESSOR_TOKEN_ARN`, `CALLBACK_URL`,
/// `STREAM_BYTES_MAX` (bytes, optional), `QUEUE_URL` (its own queue, optional), `FUNCTION_NAME` (optional), and the
/// machine that [`Pipeline`] starts.
#[expect(clippy::unused_async, reason = "every function is built in the same way, and some must wait")]
pub async fn build(runtime: Runtime) -> Result<Transfer, Misconfigured> {
    let variables = &runtime.variables;
    Ok(Transfer {
        batch: Batch::new(&runtime)?,
        pipeline: Pipeline::new(&runtime)?,
        reports: Reports::new(&runtime),
        originals: Originals::new(&runtime)?,
        processor: Processor::new(&runtime)?,
        function: variables.optional("FUNCTION_NAME").unwrap_or(FUNCTION_NAME).to_owned(),
        callback_url: variables.required("CALLBACK_URL")?.to_owned(),
        stream_bytes_max: variables.parsed("STREAM_BYTES_MAX", "a number of bytes", STREAM_BYTES_MAX)?,
        pace: runtime.pace()?,
        runtime,
    })
}

#[async_trait]
impl Handler for Transfer {
    async fn handle(&self, event: Value, call: Call) -> Result<Value, FunctionError> {
        self.batch.run(event, &call, |delivery| self.message(delivery, call.deadline)).await
    }
}

impl Transfer {
    async fn message(&self, delivery: Delivery, deadline: Moment) -> Result<(), Trouble> {
        let message: WorkMessage = serde_json::from_str(&delivery.body)
            .map_err(|error| Trouble::poison(format!("not a message for transfer: {error}")))?;
        let (work, token) = (message.work, message.task_token.as_deref());
        let (id, function) = (work.document_id, self.function.clone());
        let claim = Event::Claimed { work: work.clone(), function, nonce: self.runtime.bytes() };
        let verdict = self.pipeline.apply(id, &claim).await?;
        let (document, attempt) = match (verdict.answer, verdict.change) {
            (Answer::Claimed { attempt }, Some(document)) => (document, attempt),
            (Answer::Busy { until }, _) => {
                // The queue divides by the pace what it is told; the lease was divided already.
                let again_in = self.runtime.now().until(until).saturating_mul(self.pace.scale());
                return Err(Trouble::busy("somebody else is sending this document", again_in));
            }
            (answer, _) => {
                tracing::info!(?answer, "nothing to send");
                return self.reports.answer(token, &answer, None).await;
            }
        };
        let sending = self.send(&document, &attempt);
        let outcome =
            match tokio::time::timeout(time_for_sending(self.runtime.now().until(deadline)), sending).await {
                Ok(outcome) => outcome,
                Err(_) => Outcome::later("the time for sending it ran out"),
            };
        tracing::info!(attempt = attempt.number, %outcome, "sent");
        if matches!(outcome, Outcome::Undelivered { .. }) {
            edge::measure::transfer_retry();
        }
        let retry_after_seconds = outcome.retry_after_seconds();
        let verdict = self.pipeline.apply_to(id, Some(&document), &outcome.event(work)).await?;
        self.reports.answer(token, &verdict.answer, retry_after_seconds).await
    }
}

/// The time left without what closing takes, or most of it where time is short.
fn time_for_sending(left: Duration) -> Duration {
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
            assert_eq!(left.saturating_sub(time_for_sending(left)), kept, "{left:?}");
        }
    }
}
