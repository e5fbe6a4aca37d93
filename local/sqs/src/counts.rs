use crate::{catalog::Queue, operations::Counts, spec::QueueSpec};
use jiff::Timestamp;

/// What a queue is and how full it is. The numbers are exact at the instant they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueAttributes {
    pub spec: QueueSpec,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    /// Messages that a receive would get now.
    pub visible: u64,
    /// Messages received, not deleted, still hidden.
    pub in_flight: u64,
    /// Messages whose delay has not passed.
    pub delayed: u64,
    /// When the oldest of all these was sent.
    pub oldest_sent_at: Option<Timestamp>,
}

impl QueueAttributes {
    pub(crate) fn of(queue: &Queue, counts: Counts) -> Self {
        let instant = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            spec: queue.spec.clone(),
            created_at: instant(queue.created_at),
            modified_at: instant(queue.modified_at),
            visible: counts.visible,
            in_flight: counts.in_flight,
            delayed: counts.delayed,
            oldest_sent_at: counts.oldest_sent_at.map(instant),
        }
    }
}
