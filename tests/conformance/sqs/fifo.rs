//! First-in-first-out queues are not here, and nothing pretends that they are.

use super::Bench;
use crate::host::{Host, refusal};
use local_sqs::{CreateError, QueueSpec, SpecError};

#[tokio::test]
async fn a_fifo_queue_cannot_be_declared() {
    let refused = Host::in_memory().queues.create(QueueSpec::named("work.fifo")).await;
    assert_eq!(refused, Err(CreateError::Spec(SpecError::Fifo { name: "work.fifo".to_owned() })));
}

/// "The request includes a parameter that is not valid for this queue type" is what a standard queue says of an id that
/// would remove duplicates.
#[tokio::test]
async fn what_only_a_fifo_queue_knows_is_refused() {
    let bench = Bench::new().await;
    let send = || bench.client.send_message().queue_url(&bench.url).message_body("x");
    let deduplicated = send().message_deduplication_id("d").send().await;
    assert_eq!(refusal(deduplicated), "InvalidParameterValue");
    let grouped = send().message_group_id("g").send().await;
    assert_eq!(refusal(grouped), "InvalidParameterValue");
    assert!(bench.bodies().await.is_empty());
}
