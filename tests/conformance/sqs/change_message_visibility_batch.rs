//! `ChangeMessageVisibilityBatch`.

use super::{Bench, SECOND, almost};
use aws_sdk_sqs::types::ChangeMessageVisibilityBatchRequestEntry;

fn entry(id: &str, receipt: &str, seconds: i32) -> ChangeMessageVisibilityBatchRequestEntry {
    let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(id).receipt_handle(receipt);
    entry.visibility_timeout(seconds).build().expect("it is complete")
}

#[tokio::test]
async fn entries_fail_one_by_one() {
    let bench = Bench::new().await;
    bench.send("gone").await;
    let gone = bench.receipt().await;
    bench.client.delete_message().queue_url(&bench.url).receipt_handle(&gone).send().await.unwrap();
    bench.send("late").await;
    let late = bench.receipt().await;
    bench.host.clock.advance(30 * SECOND);
    bench.host.queues.change_visibility("work", &late, SECOND).await.unwrap_err();
    bench.send("plan").await;
    let taken = bench.take().await;
    let plan = taken.iter().find(|message| message.body() == Some("plan")).unwrap().receipt_handle().unwrap();
    let batch = bench.client.change_message_visibility_batch().queue_url(&bench.url);
    let batch = batch.entries(entry("good", plan, 60)).entries(entry("rubbish", "rubbish", 1));
    let batch = batch.entries(entry("gone", &gone, 1)).entries(entry("far", plan, 43_201));
    let outcome = batch.entries(entry("late", &late, 1)).send().await.unwrap();
    assert_eq!(outcome.successful().iter().map(|it| it.id()).collect::<Vec<_>>(), ["good"]);
    let failed: Vec<_> = outcome.failed().iter().map(|it| (it.id(), it.code())).collect();
    assert_eq!(
        failed,
        [
            ("rubbish", "ReceiptHandleIsInvalid"),
            ("gone", "InvalidParameterValue"),
            ("far", "InvalidParameterValue"),
            ("late", "InvalidParameterValue"),
        ]
    );
    bench.host.clock.advance(almost(60 * SECOND));
    assert!(!bench.bodies().await.contains(&"plan".to_owned()));
    bench.host.clock.advance(SECOND / 1_000);
    assert!(bench.bodies().await.contains(&"plan".to_owned()));
}

#[tokio::test]
async fn a_batch_has_one_to_ten_distinct_entries() {
    let bench = Bench::new().await;
    let change = |ids: Vec<String>| {
        let entries = ids.iter().map(|id| entry(id, "rubbish", 1)).collect();
        bench.client.change_message_visibility_batch().queue_url(&bench.url).set_entries(Some(entries)).send()
    };
    let numbered = |count: usize| (0..count).map(|id| id.to_string()).collect();
    assert!(change(Vec::new()).await.unwrap_err().as_service_error().unwrap().is_empty_batch_request());
    assert_eq!(change(numbered(10)).await.unwrap().failed().len(), 10);
    let eleven = change(numbered(11)).await.unwrap_err();
    assert!(eleven.as_service_error().unwrap().is_too_many_entries_in_batch_request());
    let twice = change(vec!["a".to_owned(), "a".to_owned()]).await.unwrap_err();
    assert!(twice.as_service_error().unwrap().is_batch_entry_ids_not_distinct());
}
