//! Redrive: the receive after the last allowed one moves a message, which keeps its age and its count.

use super::{Bench, SECOND, system};

#[tokio::test]
async fn a_message_moves_after_its_last_allowed_receive() {
    let bench = Bench::new().await;
    bench.send("poison").await;
    for count in ["1", "2"] {
        let taken = bench.take().await;
        assert_eq!(system(&taken[0], "ApproximateReceiveCount"), Some(count));
        bench.host.clock.advance(30 * SECOND);
    }
    assert!(bench.take_from("dead").await.is_empty(), "it moves when it would be received, not before");
    bench.send("good").await;
    assert_eq!(bench.bodies().await, ["good"], "what is behind it is not held up");
    let dead = bench.take_from("dead").await.remove(0);
    assert_eq!(dead.body(), Some("poison"));
    assert_eq!(system(&dead, "DeadLetterQueueSourceArn"), Some("arn:aws:sqs:eu-central-1:000000000000:work"));
    assert_eq!(system(&dead, "SentTimestamp"), Some("1767225600000"), "it keeps the time it was first sent");
    assert_eq!(system(&dead, "ApproximateReceiveCount"), Some("3"));
}

#[tokio::test]
async fn a_receipt_from_before_the_move_deletes_nothing() {
    let bench = Bench::new().await;
    bench.send("poison").await;
    bench.receipt().await;
    bench.host.clock.advance(30 * SECOND);
    let receipt = bench.receipt().await;
    bench.host.clock.advance(30 * SECOND);
    assert!(bench.bodies().await.is_empty());
    for queue in ["work", "dead"] {
        let delete = bench.client.delete_message().queue_url(super::url(queue)).receipt_handle(&receipt);
        delete.send().await.unwrap();
    }
    assert_eq!(bench.take_from("dead").await.len(), 1);
}
