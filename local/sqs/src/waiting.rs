use crate::{
    error::SqsError,
    limits::{RECEIVE_MAX, RECEIVE_WAIT_MAX},
    message::Received,
    operations::ReceiveMessages,
    queues::{Queues, check_visibility},
};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};

/// The shortest sleep between two looks: a clock that stands still must not make a receiver spin.
const PAUSE_MIN: Duration = Duration::from_millis(1);

/// How to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receive {
    /// How many messages at most, 1 to 10.
    pub max: usize,
    /// How long they stay hidden, before the pace; the queue's own time if absent.
    pub visibility: Option<Duration>,
    /// How long to wait for the first, at most 20 s; the queue's own time if absent. Not paced.
    pub wait: Option<Duration>,
}

impl Receive {
    /// Up to `max` messages, everything else as the queue says.
    pub const fn up_to(max: usize) -> Self {
        Self { max, visibility: None, wait: None }
    }

    /// The same, waiting for the first up to `wait`.
    #[must_use]
    pub const fn waiting(self, wait: Duration) -> Self {
        Self { wait: Some(wait), ..self }
    }
}

impl Queues {
    /// Takes messages from a queue, waiting for the first if asked to. Returns as soon as there is any, or with
    /// none when the wait is over. Whoever stops waiting takes nothing along.
    ///
    /// A queue with too much in flight gives nothing. As on AWS, only who does not wait is told so.
    pub async fn receive(&self, queue: &str, how: Receive) -> Result<Vec<Received>, SqsError> {
        check(how)?;
        let waiting_since = Instant::now();
        loop {
            // Looked up each time: the queue can change while somebody waits.
            let queue = self.find(queue)?;
            let wait = how.wait.unwrap_or(queue.spec.receive_wait);
            let changed = queue.changed.notified();
            tokio::pin!(changed);
            // Listens before it looks, so that nothing arrives unseen in between.
            changed.as_mut().enable();
            let delivery = self.engine.run(self.taking(&queue, how)).await?;
            let left = wait.saturating_sub(waiting_since.elapsed());
            if delivery.over_limit && wait.is_zero() {
                return Err(SqsError::OverLimit { queue: queue.spec.name.clone() });
            }
            if !delivery.messages.is_empty() || left.is_zero() {
                return Ok(delivery.messages);
            }
            let pause = delivery.next_in.map_or(left, |next| next.min(left)).max(PAUSE_MIN);
            tokio::select! {
                biased;
                () = changed => {}
                () = sleep(pause) => {}
            }
        }
    }

    fn taking(&self, queue: &Arc<crate::catalog::Queue>, how: Receive) -> ReceiveMessages {
        let redrive = queue.spec.redrive.as_ref();
        ReceiveMessages {
            config: Arc::clone(&self.config),
            queue: Arc::clone(queue),
            dead_letters: redrive.and_then(|redrive| self.catalog.get(&redrive.target)),
            max: how.max,
            in_flight_max: self.in_flight_max,
            visibility: self.config.pace.of(how.visibility.unwrap_or(queue.spec.visibility)),
        }
    }
}

fn check(how: Receive) -> Result<(), SqsError> {
    if !(1..=RECEIVE_MAX).contains(&how.max) {
        return Err(SqsError::InvalidParameter {
            parameter: "MaxNumberOfMessages",
            value: how.max.to_string(),
            reason: "Must be between 1 and 10, if provided",
        });
    }
    if let Some(wait) = how.wait.filter(|wait| *wait > RECEIVE_WAIT_MAX) {
        return Err(SqsError::InvalidParameter {
            parameter: "WaitTimeSeconds",
            value: wait.as_secs().to_string(),
            reason: "Must be >= 0 and <= 20, if provided",
        });
    }
    how.visibility.map_or(Ok(()), check_visibility)
}
