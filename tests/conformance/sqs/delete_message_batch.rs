//! `DeleteMessageBatch`.

use super::{Bench, SECOND};
use aws_sdk_sqs::types::DeleteMessageBatchRequestEntry;

fn entry(id: &str, receipt: &str) -> DeleteMessageBatchRequestEntry {
    DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(receipt).build().expect("it is complete")
}

#[tokio::test]
async fn entries_fail_one_by_one() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        bench.send("plan").await;
        bench.send("video").await;
        let taken = bench.take().await;
        let batch = client.delete_message_batch().queue_url(&bench.url);
        let batch = batch.entries(entry("first", taken[0].receipt_handle().unwrap()));
        let batch = batch.entries(entry("rubbish", "rubbish"));
        let batch = batch.entries(entry("second", taken[1].receipt_handle().unwrap()));
        let outcome = batch.send().await.unwrap();
        assert_eq!(outcome.successful().iter().map(|it| it.id()).collect::<Vec<_>>(), ["first", "second"]);
        assert_eq!(
            (outcome.failed()[0].id(), outcome.failed()[0].code()),
            ("rubbish", "ReceiptHandleIsInvalid")
        );
        assert!(outcome.failed()[0].sender_fault());
        bench.host.clock.advance(30 * SECOND);
        assert!(bench.bodies().await.is_empty());
    }
}

#[tokio::test]
async fn a_batch_has_one_to_ten_distinct_entries() {
    let bench = Bench::new().await;
    let delete = |ids: Vec<String>| {
        let entries = ids.iter().map(|id| entry(id, "rubbish")).collect();
        bench.client.delete_message_batch().queue_url(&bench.url).set_entries(Some(entries)).send()
    };
    let numbered = |count: usize| (0..count).map(|id| id.to_string()).collect();
    assert!(delete(Vec::new()).await.unwrap_err().as_service_error().unwrap().is_empty_batch_request());
    assert_eq!(delete(numbered(10)).await.unwrap().failed().len(), 10);
    let eleven = delete(numbered(11)).await.unwrap_err();
    assert!(eleven.as_service_error().unwrap().is_too_many_entries_in_batch_request());
    let twice = delete(vec!["a".to_owned(), "a".to_owned()]).await.unwrap_err();
    assert!(twice.as_service_error().unwrap().is_batch_entry_ids_not_distinct());
    let odd = delete(vec!["a b".to_owned()]).await.unwrap_err();
    assert!(odd.as_service_error().unwrap().is_invalid_batch_entry_id());
}
