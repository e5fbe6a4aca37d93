//! Messages that were received too often.

use crate::support::{Bench, SECOND};
use local_sqs::{QueueSpec, Redrive};

async fn bench() -> Bench {
    let redrive = Some(Redrive { target: String::from("dead"), max_receive_count: 2 });
    Bench::with(vec![
        QueueSpec { redrive, ..QueueSpec::named("work") },
        QueueSpec { retention: 600 * SECOND, ..QueueSpec::named("dead") },
    ])
    .await
}

#[tokio::test]
async fn the_receive_after_the_last_allowed_one_moves_the_message() {
    let bench = bench().await;
    bench.send("work", "poison").await;
    for count in 1..=2 {
        assert_eq!(bench.take("work").await[0].receive_count, count);
        bench.clock.advance(30 * SECOND);
    }
    assert_eq!(bench.queues.attributes("dead").await.unwrap().visible, 0);
    assert!(bench.bodies("work").await.is_empty());
    let dead = bench.take("dead").await.remove(0);
    assert_eq!(dead.body, "poison");
    assert_eq!(dead.receive_count, 3);
    assert_eq!(dead.dead_letter_source.as_deref(), Some("arn:aws:sqs:eu-central-1:000000000000:work"));
}

#[tokio::test]
async fn a_moved_message_keeps_its_age() {
    let bench = bench().await;
    bench.send("work", "poison").await;
    let sent_at = bench.take("work").await[0].sent_at;
    bench.clock.advance(30 * SECOND);
    bench.take("work").await;
    bench.clock.advance(300 * SECOND);
    bench.take("work").await;
    assert_eq!(bench.take("dead").await[0].sent_at, sent_at);
    bench.clock.advance(270 * SECOND);
    assert!(bench.bodies("dead").await.is_empty());
}

#[tokio::test]
async fn a_good_message_behind_a_poisonous_one_is_delivered_in_the_same_receive() {
    let bench = bench().await;
    bench.send("work", "poison").await;
    for _ in 0..2 {
        bench.take("work").await;
        bench.clock.advance(30 * SECOND);
    }
    bench.send("work", "good").await;
    assert_eq!(bench.bodies("work").await, ["good"]);
    assert_eq!(bench.bodies("dead").await, ["poison"]);
}

#[tokio::test]
async fn a_receipt_from_before_the_move_is_stale() {
    let bench = bench().await;
    bench.send("work", "poison").await;
    bench.take("work").await;
    bench.clock.advance(30 * SECOND);
    let receipt = bench.take("work").await.remove(0).receipt_handle;
    bench.clock.advance(30 * SECOND);
    bench.take("work").await;
    bench.queues.delete("work", &receipt).await.unwrap();
    bench.queues.delete("dead", &receipt).await.unwrap();
    assert_eq!(bench.bodies("dead").await, ["poison"]);
}

#[tokio::test]
async fn sources_are_listed() {
    let bench = bench().await;
    assert_eq!(bench.queues.dead_letter_sources("dead").unwrap(), ["work"]);
    assert!(bench.queues.dead_letter_sources("work").unwrap().is_empty());
}
