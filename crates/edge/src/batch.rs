use crate::{Call, Clock, FunctionError, Misconfigured, Runtime, Traces, Trouble, trace::Subject};
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::{StreamExt, stream};
use serde_json::Value;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

/// Messages of one batch under way at once: the largest batch that the template asks for.
pub(crate) const AT_ONCE_MAX: usize = 10;
/// What a function keeps of its time to say which messages failed.
pub(crate) const REPORTING_TIME: Duration = Duration::from_secs(3);

/// One message of a batch.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub message_id: String,
    pub body: String,
    /// ARN of the queue it came from.
    pub source_arn: String,
    /// How often it was received.
    pub receive_count: u32,
}

impl From<&SqsMessage> for Delivery {
    fn from(message: &SqsMessage) -> Self {
        let receive_count =
            message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok());
        Self {
            message_id: message.message_id.clone().unwrap_or_default(),
            body: message.body.clone().unwrap_or_default(),
            source_arn: message.event_source_arn.clone().unwrap_or_default(),
            receive_count: receive_count.unwrap_or(1),
        }
    }
}

/// Handles batches of an SQS event source message by message: one that fails, hangs or panics takes no other with it.
#[derive(Clone, Debug)]
pub struct Batch {
    sqs: aws_sdk_sqs::Client,
    /// Where the messages come from; failed ones are made visible again there. `None` leaves that to the queue.
    queue_url: Option<String>,
    clock: Arc<dyn Clock>,
    traces: Traces,
}

impl Batch {
    /// For the queue named by `QUEUE_URL`.
    pub fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        let queue_url = runtime.variables.optional("QUEUE_URL").map(str::to_owned);
        let (clock, traces) = (Arc::clone(&runtime.clock), runtime.traces());
        Ok(Self { sqs: runtime.sqs(), queue_url, clock, traces })
    }

    /// Runs `handle` on every message and answers with the ids of those that failed (`ReportBatchItemFailures`).
    pub async fn run<F>(
        &self,
        event: Value,
        call: &Call,
        handle: impl Fn(Delivery) -> F,
    ) -> Result<Value, FunctionError>
    where
        F: Future<Output = Result<(), Trouble>>,
    {
        crate::typed(event, |event: SqsEvent| async move {
            let now = self.clock.now().into();
            let time = document::Moment::until(now, call.deadline).saturating_sub(REPORTING_TIME);
            let handle = &handle;
            let outcomes = stream::iter(event.records).map(|message| async move {
                let delivery = Delivery::from(&message);
                let Subject { document_id, traceparent } = Subject::of(&delivery.body);
                let work = self.one(delivery, &message, time, handle);
                match document_id {
                    Some(id) => self.traces.on(id, traceparent.as_deref(), work).await,
                    None => work.await,
                }
            });
            let failed: Vec<_> =
                outcomes.buffer_unordered(AT_ONCE_MAX).filter_map(std::future::ready).collect().await;
            let mut response = SqsBatchResponse::default();
            response.batch_item_failures = failed
                .into_iter()
                .map(|id| {
                    let mut failure = BatchItemFailure::default();
                    failure.item_identifier = id;
                    failure
                })
                .collect();
            Ok(response)
        })
        .await
    }

    /// Handles one message; its id, if that failed.
    async fn one<F>(
        &self,
        delivery: Delivery,
        message: &SqsMessage,
        time: Duration,
        handle: &impl Fn(Delivery) -> F,
    ) -> Option<String>
    where
        F: Future<Output = Result<(), Trouble>>,
    {
        let id = delivery.message_id.clone();
        let trouble = self.in_time(delivery, time, handle).await.err()?;
        tracing::warn!(message_id = %id, retryable = trouble.is_retryable(), %trouble, "failed");
        self.return_to_queue(message, trouble.again_in()).await;
        Some(id)
    }

    async fn in_time<F>(
        &self,
        delivery: Delivery,
        time: Duration,
        handle: &impl Fn(Delivery) -> F,
    ) -> Result<(), Trouble>
    where
        F: Future<Output = Result<(), Trouble>>,
    {
        let work = futures::FutureExt::catch_unwind(AssertUnwindSafe(handle(delivery)));
        match tokio::time::timeout(time, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Trouble::busy("the handler panicked", Duration::from_secs(20))),
            Err(_) => Err(Trouble::busy("the function's time ran out", Duration::from_secs(20))),
        }
    }

    /// Makes a failed message visible sooner than its time-out would; if that fails, the time-out still comes.
    async fn return_to_queue(&self, message: &SqsMessage, again_in: Duration) {
        let (Some(queue), Some(receipt)) = (&self.queue_url, &message.receipt_handle) else {
            return;
        };
        let change = self.sqs.change_message_visibility().queue_url(queue).receipt_handle(receipt);
        if let Err(error) = change.visibility_timeout(whole_seconds(again_in)).send().await {
            tracing::debug!(%error, "the message comes back with its time-out");
        }
    }
}

/// Rounded up: a message that comes back a moment before its time would use up its receives in that moment.
fn whole_seconds(time: Duration) -> i32 {
    let begun = u64::from(time.subsec_nanos() > 0);
    i32::try_from(time.as_secs() + begun).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_never_comes_back_before_its_time() {
        for (time, seconds) in [(0, 0), (1, 1), (999, 1), (1000, 1), (1001, 2)] {
            assert_eq!(whole_seconds(Duration::from_millis(time)), seconds, "{time} ms");
        }
    }
}
