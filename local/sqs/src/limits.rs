//! The bounds that Amazon SQS puts on queues and messages.
//!
//! Source: Amazon SQS Developer Guide, "Amazon SQS message quotas" and "queue quotas"; API reference.

use std::time::Duration;

/// The largest message, attributes included. AWS raised it from 256 KiB to 1 MiB in August 2025.
pub const MESSAGE_BYTES_MAX: usize = 1_048_576;
/// The least that a queue may allow per message.
pub(crate) const MESSAGE_BYTES_LIMIT_MIN: usize = 1_024;
/// The largest sum of all messages of one batch.
pub const BATCH_BYTES_MAX: usize = 1_048_576;
/// The most entries of a batch request.
pub const BATCH_ENTRIES_MAX: usize = 10;
/// The longest id of a batch entry.
pub(crate) const BATCH_ID_BYTES_MAX: usize = 80;
/// The most messages that one receive returns.
pub const RECEIVE_MAX: usize = 10;
/// The longest long poll.
pub const RECEIVE_WAIT_MAX: Duration = Duration::from_secs(20);
/// The longest that a message can stay invisible, in one request and since it was received.
pub const VISIBILITY_MAX: Duration = Duration::from_hours(12);
/// The longest delay of a message.
pub const DELAY_MAX: Duration = Duration::from_mins(15);
/// The shortest and the longest time that a queue keeps a message.
pub(crate) const RETENTION_MIN: Duration = Duration::from_mins(1);
pub(crate) const RETENTION_MAX: Duration = Duration::from_hours(14 * 24);
/// The most receives that a redrive policy may allow.
pub(crate) const RECEIVE_COUNT_MAX: u32 = 1_000;
/// The most message attributes.
pub(crate) const ATTRIBUTES_MAX: usize = 10;
/// The longest name of a message attribute.
pub(crate) const ATTRIBUTE_NAME_BYTES_MAX: usize = 256;
/// The most messages of one queue that are received and neither deleted nor visible again.
pub const IN_FLIGHT_MAX: u64 = 120_000;
/// How long after one purge the next is refused.
pub const PURGE_INTERVAL: Duration = Duration::from_mins(1);
/// The most queues in one answer of a listing.
pub(crate) const LISTED_QUEUES_MAX: usize = 1_000;
/// The longest name of a queue.
pub(crate) const QUEUE_NAME_BYTES_MAX: usize = 80;
