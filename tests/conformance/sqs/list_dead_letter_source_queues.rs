//! `ListDeadLetterSourceQueues`.

use super::{Bench, url};

#[tokio::test]
async fn a_dead_letter_queue_knows_where_its_messages_come_from() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        let sources = client.list_dead_letter_source_queues().queue_url(url("dead")).send().await.unwrap();
        assert_eq!(sources.queue_urls(), [url("work")]);
        let none = client.list_dead_letter_source_queues().queue_url(url("work")).send().await.unwrap();
        assert!(none.queue_urls().is_empty());
        let missing = client.list_dead_letter_source_queues().queue_url(url("nowhere")).send().await;
        assert!(missing.unwrap_err().as_service_error().unwrap().is_queue_does_not_exist());
    }
}
