//! `GetQueueUrl`.

use super::{Bench, url};
use crate::host::refusal;

#[tokio::test]
async fn a_queue_is_found_by_its_name() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        let found = client.get_queue_url().queue_name("work").send().await.unwrap();
        assert_eq!(found.queue_url(), Some(&*url("work")));
    }
}

#[tokio::test]
async fn a_name_that_no_queue_has_is_told() {
    let bench = Bench::new().await;
    for name in ["nowhere", "WORK", "work ", "../work", ""] {
        let error = bench.client.get_queue_url().queue_name(name).send().await.unwrap_err();
        assert!(error.as_service_error().unwrap().is_queue_does_not_exist(), "{name}");
    }
    // The code of the older protocol, which clients still match on.
    let missing = bench.client.get_queue_url().queue_name("nowhere").send().await;
    assert_eq!(refusal(missing), "AWS.SimpleQueueService.NonExistentQueue");
}
