//! What is counted and measured. On AWS each invocation writes it to its log in CloudWatch's Embedded Metric Format; on
//! one machine nobody listens, and it costs nothing.
//!
//! No metric has a document among its dimensions: each combination of dimensions is a metric that is paid for.

use document::{Document, Moment, Status};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};

/// Where CloudWatch lists the metrics; the template's alarms and its dashboard name it too.
const NAMESPACE: &str = "Lectern";

/// Begins to listen, for the process. Every metric has the dimension `Stack`.
pub(crate) fn listen(stack: &str) -> Result<&'static Collector, metrics_cloudwatch_embedded::Error> {
    let builder = Builder::new().cloudwatch_namespace(NAMESPACE);
    let collector = builder.with_dimension("Stack", stack.to_owned()).init()?;
    for name in [READY, FAILED, REJECTED, OVERDUE, FORGED, RETRIES] {
        describe_counter!(name, Unit::Count, "");
    }
    describe_gauge!(OLDEST, Unit::Seconds, "");
    describe_histogram!(STAGE, Unit::Seconds, "");
    Ok(collector)
}

const READY: &str = "DocumentsReady";
const FAILED: &str = "DocumentsFailed";
const REJECTED: &str = "DocumentsRejected";
const OVERDUE: &str = "DocumentsOverdue";
const FORGED: &str = "CallbackSignatureFailures";
const RETRIES: &str = "TransferRetries";
const OLDEST: &str = "OldestWaitingSeconds";
const STAGE: &str = "StageSeconds";

/// A document has moved on: how long the stage took that it left, and its outcome if that was the last.
///
/// Each move is written once, however often its event comes, so it is counted once.
pub(crate) fn moved(before: Option<&Document>, after: &Document) {
    let Some(before) = before.filter(|before| before.status != after.status) else { return };
    if !before.status.is_final() {
        let stage = Moment::until(before.status_at, after.status_at);
        histogram!(STAGE, "Stage" => before.status.as_str()).record(stage.as_secs_f64());
    }
    match after.status {
        Status::Ready => counter!(READY).increment(1),
        Status::Failed => counter!(FAILED).increment(1),
        Status::Rejected => counter!(REJECTED).increment(1),
        _ => {}
    }
}

/// Documents whose deadline was let pass.
pub fn overdue(documents: usize) {
    counter!(OVERDUE).increment(documents as u64);
}

/// How long the document waits that has been in its stage for the longest time; zero if none waits.
pub fn oldest_waiting(since: Option<Moment>, now: Moment) {
    gauge!(OLDEST).set(since.map_or(0.0, |since| Moment::until(since, now).as_secs_f64()));
}

/// A callback that was not believed.
pub fn forged_callback() {
    counter!(FORGED).increment(1);
}

/// A document that could not be delivered and is tried again.
pub fn transfer_retry() {
    counter!(RETRIES).increment(1);
}
