//! `PurgeQueue`: everything at once, once a minute.

use super::{Bench, SECOND, almost};
use local_sqs::PURGE_INTERVAL;

#[tokio::test]
async fn a_purge_deletes_what_is_visible_in_flight_and_delayed() {
    let bench = Bench::new().await;
    bench.send("in flight").await;
    bench.take().await;
    bench.send("visible").await;
    bench
        .client
        .send_message()
        .queue_url(&bench.url)
        .message_body("late")
        .delay_seconds(1)
        .send()
        .await
        .unwrap();
    bench.client.purge_queue().queue_url(&bench.url).send().await.unwrap();
    bench.host.clock.advance(30 * SECOND);
    assert!(bench.bodies().await.is_empty());
}

/// "Indicates that the specified queue previously received a `PurgeQueue` request within the last 60 seconds" (API
/// reference, `PurgeQueue`).
#[tokio::test]
async fn a_queue_is_purged_once_a_minute() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        let purge = || client.purge_queue().queue_url(&bench.url).send();
        purge().await.unwrap();
        bench.send("plan").await;
        for _ in 0..2 {
            let refused = purge().await.unwrap_err();
            assert!(refused.as_service_error().unwrap().is_purge_queue_in_progress());
            bench.host.clock.advance(almost(PURGE_INTERVAL / 2));
        }
        assert_eq!(bench.bodies().await, ["plan"]);
        client.purge_queue().queue_url(super::url("dead")).send().await.unwrap();
        // A millisecond before the minute is over, and when it is.
        bench.host.clock.advance(SECOND / 1_000);
        purge().await.unwrap_err();
        bench.host.clock.advance(SECOND / 1_000);
        purge().await.unwrap();
        bench.host.clock.advance(PURGE_INTERVAL);
        assert!(bench.bodies().await.is_empty());
    }
    let missing = bench.client.purge_queue().queue_url(super::url("nowhere")).send().await.unwrap_err();
    assert!(missing.as_service_error().unwrap().is_queue_does_not_exist());
}
