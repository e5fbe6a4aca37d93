//! Events that storage and machines committed together with what they tell of, on their way to whom the template names.

use super::{Interference, Step, functions::Functions};
use futures::{StreamExt, stream};
use local_s3::Store;
use local_sqs::{Outgoing, Queues};
use local_states::StateMachines;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use template::{Bucket, Plan};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Events read at once.
const PAGE_EVENTS: usize = 100;
/// Events on their way to a queue at once.
const AT_ONCE_MAX: usize = 16;
/// Status changes read at once.
const PAGE_CHANGES: u32 = 100;
/// How long a delivery that failed rests.
const REST: Duration = Duration::from_millis(500);
/// Tries of a rule's target before its event is dropped: Lambda's own three for an asynchronous invocation.
const TRIES_MAX: u32 = 3;

/// Delivers bucket notifications to their queues, each until the queue has it.
pub(super) fn start_notifications(
    tasks: &mut JoinSet<()>,
    store: &Arc<Store>,
    queues: &Queues,
    plan: &Plan,
    interference: &Arc<dyn Interference>,
    stop: &CancellationToken,
) {
    let (store, stop) = (Arc::clone(store), stop.clone());
    let notifier = Notifier {
        queues: queues.clone(),
        buckets: plan.buckets.clone(),
        interference: Arc::clone(interference),
    };
    tasks.spawn(async move {
        while !stop.is_cancelled() {
            let events = store.next_events(PAGE_EVENTS).await.unwrap_or_else(|error| {
                tracing::error!(%error, "the bucket notifications cannot be read");
                Vec::new()
            });
            let nothing = events.is_empty();
            let delivered = notifier.notify_all(&events).await;
            if !delivered.is_empty()
                && notifier.interference.before(Step::Acknowledge).await.is_ok()
                && let Err(error) = store.acknowledge(&delivered).await
            {
                tracing::error!(%error, "notifications that were delivered are delivered again");
                tokio::time::sleep(REST).await;
            }
            if delivered.len() < events.len() {
                tokio::time::sleep(REST).await;
            }
            if nothing {
                tokio::select! {
                    biased;
                    () = stop.cancelled() => return,
                    () = store.event_announced() => {}
                }
            }
        }
    });
}

struct Notifier {
    queues: Queues,
    buckets: Vec<Bucket>,
    interference: Arc<dyn Interference>,
}

impl Notifier {
    /// Delivers what it can, many at once, so that they share commits; the ids of what was delivered.
    async fn notify_all(&self, events: &[local_s3::Event]) -> Vec<i64> {
        let mut notifying = Vec::new();
        for event in events {
            notifying.push(async move {
                let notified = self.notify(event).await;
                if let Err(error) = &notified {
                    tracing::error!(error, bucket = %event.bucket, "a notification is delivered later");
                }
                notified.ok().map(|()| event.id)
            });
        }
        stream::iter(notifying).buffered(AT_ONCE_MAX).filter_map(std::future::ready).collect().await
    }

    async fn notify(&self, event: &local_s3::Event) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let body: Value = serde_json::from_str(&event.body).unwrap_or_default();
        let record = &body["Records"][0];
        let name = record["eventName"].as_str().unwrap_or_default();
        let key = edge::created(&event.body).ok().and_then(|created| created.into_iter().next());
        let key = key.map(|created| created.key).unwrap_or_default();
        let bucket = self.buckets.iter().find(|bucket| bucket.name == event.bucket);
        let covered =
            bucket.into_iter().flat_map(|bucket| &bucket.notifications).filter(|n| n.covers(name, &key));
        for notification in covered {
            self.interference.before(Step::Notify { queue: &notification.queue }).await?;
            self.queues.send(&notification.queue, Outgoing::of(event.body.clone())).await?;
        }
        Ok(())
    }
}

/// Delivers the machines' status changes to the functions whose rules match.
pub(super) fn start_rules(
    tasks: &mut JoinSet<()>,
    machines: &StateMachines,
    functions: &Arc<Functions>,
    interference: &Arc<dyn Interference>,
    stop: &CancellationToken,
) {
    let (machines, functions, stop) = (machines.clone(), Arc::clone(functions), stop.clone());
    let interference = Arc::clone(interference);
    tasks.spawn(async move {
        while !stop.is_cancelled() {
            let events = machines.next_events(PAGE_CHANGES).unwrap_or_else(|error| {
                tracing::error!(%error, "the machines' status changes cannot be read");
                Vec::new()
            });
            let Some(last) = events.last().map(|(id, _)| *id) else {
                tokio::select! {
                    biased;
                    () = stop.cancelled() => return,
                    () = machines.events_waiting() => continue,
                }
            };
            for (_, event) in &events {
                deliver(&functions, &*interference, event).await;
            }
            if let Err(error) = machines.acknowledge(last) {
                tracing::error!(%error, "status changes that were delivered are delivered again");
                tokio::time::sleep(REST).await;
            }
        }
    });
}

async fn deliver(functions: &Functions, interference: &dyn Interference, event: &Value) {
    let matching =
        functions.all().filter(|function| function.plan.rules().any(|rule| rule.pattern.matches(event)));
    for function in matching {
        for attempt in 1..=TRIES_MAX {
            let told = match interference.before(Step::Tell { function: &function.plan.name }).await {
                Ok(()) => function.invoke(event.clone()).await.map(drop).map_err(|error| error.to_string()),
                Err(outage) => Err(outage.to_string()),
            };
            match told {
                Ok(()) => break,
                Err(error) => {
                    tracing::error!(function = %function.plan.name, error, attempt, "an event was not taken");
                    tokio::time::sleep(REST * attempt).await;
                }
            }
        }
    }
}
