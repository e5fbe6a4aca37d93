//! SQS event source mappings: messages become invocations, and what an invocation dealt with leaves its queue.

use super::{Interference, Step, functions::Function, wiring};
use crate::gateway::Counters;
use local_sqs::{Queues, Receive, Received};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use template::SqsEvent;
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

/// How long one look at an empty queue waits.
const LONG_POLL: Duration = Duration::from_secs(20);
/// A queue gives at most this many messages at once.
const RECEIVE_MAX: u32 = 10;
/// Invocations of one mapping at once, where the template sets no cap.
const CONCURRENCY: u32 = 4;
/// How long a mapping rests after its queue could not be read.
const REST: Duration = Duration::from_secs(1);

/// Starts the mapping.
pub(super) fn start(
    tasks: &mut JoinSet<()>,
    queues: &Queues,
    function: &Arc<Function>,
    event: &SqsEvent,
    interference: &Arc<dyn Interference>,
    counters: &Counters,
    stop: &CancellationToken,
) {
    let mapping = Mapping {
        queues: queues.clone(),
        function: Arc::clone(function),
        event: event.clone(),
        source_arn: queues.arn(&event.queue),
        interference: Arc::clone(interference),
        counters: counters.clone(),
    };
    let stop = stop.clone();
    tasks.spawn(async move { Arc::new(mapping).run(&stop).await });
}

struct Mapping {
    queues: Queues,
    function: Arc<Function>,
    event: SqsEvent,
    source_arn: String,
    interference: Arc<dyn Interference>,
    counters: Counters,
}

impl Mapping {
    /// One poller for all invocations: with one each, every message would wake all that have nothing to do.
    async fn run(self: Arc<Self>, stop: &CancellationToken) {
        let concurrency = self.event.concurrency.unwrap_or(CONCURRENCY);
        let mut invocations = JoinSet::new();
        loop {
            while invocations.try_join_next().is_some() {}
            let free = concurrency.saturating_sub(u32::try_from(invocations.len()).unwrap_or(u32::MAX));
            // A look that has begun is never given up for an invocation that ends: it may hold messages already.
            let next = async {
                if free == 0 {
                    invocations.join_next().await;
                    return Vec::new();
                }
                self.messages(free).await
            };
            let messages = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                messages = next => messages,
            };
            for batch in messages.chunks(self.batch_size()) {
                let (mapping, batch) = (Arc::clone(&self), batch.to_vec());
                invocations.spawn(async move { mapping.deliver(&batch).await });
            }
        }
        // Once received, a batch is worked through even while the host stops: that is what its queue expects.
        invocations.join_all().await;
    }

    async fn deliver(&self, batch: &[Received]) {
        for _ in 0..self.interference.deliveries(&self.event.queue) {
            self.work(batch).await;
        }
    }

    fn batch_size(&self) -> usize {
        self.event.batch_size.clamp(1, RECEIVE_MAX) as usize
    }

    /// The next messages for so many free invocations: what is there, or one batch of what comes within the mapping's window
    /// once the first message has come.
    async fn messages(&self, free: u32) -> Vec<Received> {
        if self.event.window.is_zero() {
            return self.receive(self.event.batch_size.saturating_mul(free), LONG_POLL).await;
        }
        let mut batch = self.receive(self.event.batch_size, LONG_POLL).await;
        let end = Instant::now() + self.event.window;
        while !batch.is_empty() {
            let missing =
                self.event.batch_size.saturating_sub(u32::try_from(batch.len()).unwrap_or(u32::MAX));
            let left = end.saturating_duration_since(Instant::now());
            if missing == 0 || left.is_zero() {
                break;
            }
            batch.extend(self.receive(missing, left.min(LONG_POLL)).await);
        }
        batch
    }

    async fn receive(&self, at_most: u32, wait: Duration) -> Vec<Received> {
        let how = Receive::up_to(at_most.clamp(1, RECEIVE_MAX) as usize).waiting(wait);
        self.counters.called("SQS", "ReceiveMessage");
        match self.queues.receive(&self.event.queue, how).await {
            Ok(messages) => messages,
            Err(error) => {
                tracing::error!(queue = %self.event.queue, %error, "the queue cannot be read");
                tokio::time::sleep(REST).await;
                Vec::new()
            }
        }
    }

    async fn work(&self, batch: &[Received]) {
        let records: Vec<_> = batch.iter().map(|message| self.record(message)).collect();
        if self.interference.before(Step::Invoke { function: &self.function.plan.name }).await.is_err() {
            return;
        }
        let failed = match self.function.invoke(json!({ "Records": records })).await {
            Ok(answer) if self.event.partial => failed(&answer, batch),
            Ok(_) => Some(BTreeSet::new()),
            Err(error) => {
                tracing::warn!(function = %self.function.plan.name, %error, "the invocation failed");
                None
            }
        };
        let Some(failed) = failed else {
            return;
        };
        if self.interference.before(Step::Delete { queue: &self.event.queue }).await.is_err() {
            return;
        }
        let done = batch.iter().filter(|message| !failed.contains(&message.message_id));
        let receipts: Vec<_> = done.map(|message| message.receipt_handle.as_str()).collect();
        if receipts.is_empty() {
            return;
        }
        self.counters.called("SQS", "DeleteMessageBatch");
        if let Err(error) = self.queues.delete_batch(&self.event.queue, &receipts).await {
            tracing::warn!(queue = %self.event.queue, %error, "messages that were dealt with come again");
        }
    }

    fn record(&self, message: &Received) -> Value {
        json!({
            "messageId": message.message_id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": message.system_attributes(),
            "messageAttributes": {},
            "md5OfBody": message.md5_of_body(),
            "eventSource": "aws:sqs",
            "eventSourceARN": self.source_arn,
            "awsRegion": wiring::REGION,
        })
    }
}

/// The messages that an answer names as failed; `None` fails the whole batch, as AWS does for an answer that makes no
/// sense or names a message that is not in the batch (Lambda developer guide, "Reporting batch item failures").
fn failed(answer: &Value, batch: &[Received]) -> Option<BTreeSet<String>> {
    let failures = match answer.get("batchItemFailures") {
        None | Some(Value::Null) => return Some(BTreeSet::new()),
        Some(failures) => failures.as_array()?,
    };
    let named = failures.iter().map(|failure| failure.get("itemIdentifier")?.as_str());
    let named: BTreeSet<String> = named.map(|id| id.map(str::to_owned)).collect::<Option<_>>()?;
    let known = |id: &String| batch.iter().any(|message| message.message_id == *id);
    named.iter().all(known).then_some(named)
}
