//! `DeleteMessage`: what a receipt handle is good for, and how long.

use super::{Bench, SECOND};

async fn delete(bench: &Bench, receipt: &str) -> Result<(), String> {
    match bench.client.delete_message().queue_url(&bench.url).receipt_handle(receipt).send().await {
        Ok(_) => Ok(()),
        refused => Err(crate::host::refusal(refused)),
    }
}

#[tokio::test]
async fn a_deleted_message_does_not_come_back() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        bench.send("plan").await;
        let receipt = bench.receipt().await;
        client.delete_message().queue_url(&bench.url).receipt_handle(&receipt).send().await.unwrap();
        bench.host.clock.advance(30 * SECOND);
        assert!(bench.bodies().await.is_empty());
        // Deleting what is gone succeeds.
        client.delete_message().queue_url(&bench.url).receipt_handle(&receipt).send().await.unwrap();
    }
}

/// "You must always use the most recently received `ReceiptHandle` for the message … when you delete the message, the
/// request succeeds, but the message might not be deleted" (API reference, `DeleteMessage`).
#[tokio::test]
async fn a_stale_receipt_succeeds_and_deletes_nothing() {
    let bench = Bench::new().await;
    bench.send("plan").await;
    let stale = bench.receipt().await;
    bench.host.clock.advance(30 * SECOND);
    // Nobody has received it since: the receipt is late, not stale.
    let fresh = bench.receipt().await;
    assert_eq!(delete(&bench, &stale).await, Ok(()));
    assert_eq!(bench.host.queues.attributes("work").await.unwrap().in_flight, 1);
    bench.host.clock.advance(31 * SECOND);
    assert_eq!(delete(&bench, &fresh).await, Ok(()));
    assert!(bench.bodies().await.is_empty());
}

#[tokio::test]
async fn rubbish_is_no_receipt() {
    let bench = Bench::new().await;
    for receipt in ["rubbish", "AAAA", " ", &"A".repeat(4_000)] {
        assert_eq!(delete(&bench, receipt).await, Err("ReceiptHandleIsInvalid".to_owned()));
    }
    let delete = bench.client.delete_message().queue_url(super::url("nowhere")).receipt_handle("AAAA");
    assert!(delete.send().await.unwrap_err().as_service_error().unwrap().is_queue_does_not_exist());
}

#[tokio::test]
async fn a_receipt_is_good_for_its_own_queue_only() {
    let bench = Bench::new().await;
    bench.send("plan").await;
    let receipt = bench.receipt().await;
    bench
        .client
        .delete_message()
        .queue_url(super::url("dead"))
        .receipt_handle(&receipt)
        .send()
        .await
        .unwrap();
    assert_eq!(bench.host.queues.attributes("work").await.unwrap().in_flight, 1);
}
