//! `SendMessageBatch`: what refuses a batch whole, and what refuses one of its entries.

use super::Bench;
use crate::host::refusal;
use aws_sdk_sqs::{
    error::SdkError,
    operation::send_message_batch::{SendMessageBatchError, SendMessageBatchOutput},
    types::SendMessageBatchRequestEntry,
};
use local_sqs::BATCH_BYTES_MAX;

fn entry(id: &str, body: impl Into<String>) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().expect("it is complete")
}

async fn send(
    bench: &Bench,
    entries: Vec<SendMessageBatchRequestEntry>,
) -> Result<SendMessageBatchOutput, SdkError<SendMessageBatchError>> {
    bench.client.send_message_batch().queue_url(&bench.url).set_entries(Some(entries)).send().await
}

#[tokio::test]
async fn entries_fail_one_by_one() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        let late = SendMessageBatchRequestEntry::builder().id("late").message_body("x").delay_seconds(901);
        let batch = client.send_message_batch().queue_url(&bench.url);
        let batch = batch.entries(entry("good", "plan")).entries(entry("odd", "\u{FFFF}"));
        let batch = batch.entries(entry("empty", "")).entries(late.build().unwrap());
        let outcome = batch.entries(entry("fine", "video")).send().await.unwrap();
        let done: Vec<_> = outcome.successful().iter().map(|entry| entry.id()).collect();
        assert_eq!(done, ["good", "fine"]);
        let failed: Vec<_> = outcome.failed().iter().map(|entry| (entry.id(), entry.code())).collect();
        assert_eq!(
            failed,
            [
                ("odd", "InvalidMessageContents"),
                ("empty", "MissingParameter"),
                ("late", "InvalidParameterValue")
            ]
        );
        assert!(outcome.failed().iter().all(|entry| entry.sender_fault()));
        assert_eq!(bench.bodies().await, ["plan", "video"]);
    }
}

#[tokio::test]
async fn a_batch_has_one_to_ten_entries() {
    let bench = Bench::new().await;
    let numbered = |count: usize| (0..count).map(|id| entry(&id.to_string(), "x")).collect();
    assert!(send(&bench, Vec::new()).await.unwrap_err().as_service_error().unwrap().is_empty_batch_request());
    for count in [1, 9, 10] {
        assert_eq!(send(&bench, numbered(count)).await.unwrap().successful().len(), count);
    }
    let eleven = send(&bench, numbered(11)).await.unwrap_err();
    assert!(eleven.as_service_error().unwrap().is_too_many_entries_in_batch_request());
}

#[tokio::test]
async fn ids_are_distinct_and_at_most_eighty_letters() {
    let bench = Bench::new().await;
    let twice = send(&bench, vec![entry("a", "x"), entry("a", "y")]).await.unwrap_err();
    assert!(twice.as_service_error().unwrap().is_batch_entry_ids_not_distinct());
    for id in ["a".repeat(79), "a".repeat(80), "A-b_9".to_owned()] {
        send(&bench, vec![entry(&id, "x")]).await.unwrap();
    }
    for id in [&*"a".repeat(81), "a b", "ä", ""] {
        let error = send(&bench, vec![entry(id, "x")]).await.unwrap_err();
        assert!(error.as_service_error().unwrap().is_invalid_batch_entry_id(), "{id}");
    }
}

#[tokio::test]
async fn all_messages_together_have_at_most_a_mebibyte() {
    let bench = Bench::new().await;
    let half = "x".repeat(BATCH_BYTES_MAX / 2);
    let batch = |bytes: usize| vec![entry("a", half.clone()), entry("b", "x".repeat(bytes - half.len()))];
    for bytes in [BATCH_BYTES_MAX - 1, BATCH_BYTES_MAX] {
        assert_eq!(send(&bench, batch(bytes)).await.unwrap().successful().len(), 2, "{bytes}");
    }
    let over = send(&bench, batch(BATCH_BYTES_MAX + 1)).await.unwrap_err();
    assert!(over.as_service_error().unwrap().is_batch_request_too_long());
    // A refused batch leaves nothing behind.
    assert_eq!(bench.host.queues.attributes("work").await.unwrap().visible, 4);
}

#[tokio::test]
async fn a_missing_queue_refuses_the_batch() {
    let bench = Bench::new().await;
    let batch = bench.client.send_message_batch().queue_url(super::url("nowhere")).entries(entry("a", "x"));
    assert_eq!(refusal(batch.send().await), "AWS.SimpleQueueService.NonExistentQueue");
}
