//! What becomes visible when, and what a receipt is good for.

use crate::support::{Bench, SECOND};
use clock::Pace;
use local_sqs::{
    CreateError, MessageAttribute, Outgoing, QueueSpec, Receive, SpecError, SqsError, VISIBILITY_MAX,
};
use std::time::Duration;

async fn bench() -> Bench {
    Bench::with(vec![QueueSpec::named("work")]).await
}

#[tokio::test]
async fn a_received_message_is_hidden_for_exactly_its_visibility() {
    let bench = bench().await;
    bench.send("work", "plan").await;
    assert_eq!(bench.bodies("work").await, ["plan"]);
    bench.clock.advance(Duration::from_millis(29_999));
    assert!(bench.bodies("work").await.is_empty());
    bench.clock.advance(Duration::from_millis(1));
    let again = bench.take("work").await;
    assert_eq!(again[0].receive_count, 2);
    assert_eq!(again[0].first_received_at.as_second() + 30, bench_now(&bench));
}

fn bench_now(bench: &Bench) -> i64 {
    clock::Clock::now(&*bench.clock).as_second()
}

#[tokio::test]
async fn the_pace_shortens_visibility_and_delay_but_not_retention() {
    let spec = QueueSpec { retention: 60 * SECOND, ..QueueSpec::named("work") };
    let bench = Bench::at_pace(vec![spec], Pace::times(10)).await;
    let delayed = Outgoing { delay: Some(20 * SECOND), ..Outgoing::of("late") };
    bench.queues.send("work", delayed).await.unwrap();
    assert!(bench.bodies("work").await.is_empty());
    bench.clock.advance(2 * SECOND);
    assert_eq!(bench.bodies("work").await, ["late"]);
    bench.clock.advance(3 * SECOND);
    assert_eq!(bench.bodies("work").await, ["late"]);
    bench.clock.advance(54 * SECOND);
    assert_eq!(bench.bodies("work").await, ["late"]);
    bench.clock.advance(SECOND + 3 * SECOND);
    assert!(bench.bodies("work").await.is_empty());
}

#[tokio::test]
async fn a_stale_receipt_deletes_nothing_and_says_so_by_success() {
    let bench = bench().await;
    bench.send("work", "plan").await;
    let first = bench.take("work").await.remove(0);
    bench.clock.advance(30 * SECOND);
    let second = bench.take("work").await.remove(0);
    assert_ne!(first.receipt_handle, second.receipt_handle);
    assert_eq!(bench.queues.delete("work", &first.receipt_handle).await, Ok(()));
    assert_eq!(bench.queues.attributes("work").await.unwrap().in_flight, 1);
    assert_eq!(bench.queues.delete("work", &second.receipt_handle).await, Ok(()));
    assert_eq!(bench.queues.attributes("work").await.unwrap().in_flight, 0);
    // Deleting what is gone succeeds as well.
    assert_eq!(bench.queues.delete("work", &second.receipt_handle).await, Ok(()));
}

#[tokio::test]
async fn an_expired_receipt_still_deletes_until_the_next_receive() {
    let bench = bench().await;
    bench.send("work", "plan").await;
    let message = bench.take("work").await.remove(0);
    bench.clock.advance(31 * SECOND);
    assert_eq!(bench.queues.delete("work", &message.receipt_handle).await, Ok(()));
    assert!(bench.bodies("work").await.is_empty());
}

#[tokio::test]
async fn a_receipt_of_another_queue_deletes_nothing() {
    let bench = Bench::with(vec![QueueSpec::named("work"), QueueSpec::named("other")]).await;
    bench.send("work", "plan").await;
    let message = bench.take("work").await.remove(0);
    bench.queues.delete("other", &message.receipt_handle).await.unwrap();
    assert_eq!(bench.queues.attributes("work").await.unwrap().in_flight, 1);
}

#[tokio::test]
async fn visibility_can_be_prolonged_and_ended_while_in_flight() {
    let bench = bench().await;
    bench.send("work", "plan").await;
    let receipt = bench.take("work").await.remove(0).receipt_handle;
    bench.queues.change_visibility("work", &receipt, 100 * SECOND).await.unwrap();
    bench.clock.advance(99 * SECOND);
    assert!(bench.bodies("work").await.is_empty());
    bench.queues.change_visibility("work", &receipt, Duration::ZERO).await.unwrap();
    assert_eq!(
        bench.queues.change_visibility("work", &receipt, SECOND).await,
        Err(SqsError::MessageNotInFlight)
    );
    assert_eq!(bench.bodies("work").await, ["plan"]);
    assert_eq!(bench.queues.change_visibility("work", &receipt, SECOND).await, Err(SqsError::MessageGone));
}

#[tokio::test]
async fn a_message_stays_hidden_at_most_twelve_hours_since_it_was_received() {
    let bench = bench().await;
    bench.send("work", "plan").await;
    let receipt = bench.take("work").await.remove(0).receipt_handle;
    bench.clock.advance(SECOND);
    let change = |visibility| bench.queues.change_visibility("work", &receipt, visibility);
    assert_eq!(change(VISIBILITY_MAX).await, Err(SqsError::VisibilityBeyondLimit));
    assert!(matches!(change(VISIBILITY_MAX + SECOND).await, Err(SqsError::InvalidParameter { .. })));
    assert_eq!(change(Duration::from_secs(12 * 3_600 - 1)).await, Ok(()));
}

#[tokio::test]
async fn what_is_past_its_retention_is_gone_and_not_counted() {
    let bench = Bench::with(vec![QueueSpec { retention: 60 * SECOND, ..QueueSpec::named("work") }]).await;
    bench.send("work", "old").await;
    bench.clock.advance(SECOND);
    bench.send("work", "new").await;
    bench.clock.advance(59 * SECOND);
    assert_eq!(bench.queues.attributes("work").await.unwrap().visible, 1);
    assert_eq!(bench.bodies("work").await, ["new"]);
}

#[tokio::test]
async fn attributes_travel_with_the_message_and_the_counts_are_exact() {
    let bench = bench().await;
    let mut message = Outgoing { trace_header: Some(String::from("Root=1-a")), ..Outgoing::of("plan") };
    message.attributes.insert(String::from("school"), MessageAttribute::text("school-1"));
    bench.queues.send("work", message.clone()).await.unwrap();
    bench.queues.send("work", Outgoing { delay: Some(SECOND), ..Outgoing::of("later") }).await.unwrap();
    bench.send("work", "next").await;
    let received = bench.queues.receive("work", Receive::up_to(1)).await.unwrap().remove(0);
    assert_eq!(received.attributes, message.attributes);
    assert_eq!(received.trace_header, message.trace_header);
    let counts = bench.queues.attributes("work").await.unwrap();
    assert_eq!((counts.visible, counts.in_flight, counts.delayed), (1, 1, 1));
    assert_eq!(bench.queues.purge("work").await, Ok(3));
    assert!(bench.bodies("work").await.is_empty());
}

#[tokio::test]
async fn a_receive_asks_for_one_to_ten_messages() {
    let bench = bench().await;
    for number in 0..12 {
        bench.send("work", &number.to_string()).await;
    }
    for max in [0, 11] {
        assert!(matches!(
            bench.queues.receive("work", Receive::up_to(max)).await,
            Err(SqsError::InvalidParameter { parameter: "MaxNumberOfMessages", .. })
        ));
    }
    assert_eq!(bench.take("work").await.len(), 10);
    assert_eq!(bench.take("work").await.len(), 2);
}

#[tokio::test]
async fn a_queue_that_leads_nowhere_is_refused() {
    let bench = bench().await;
    let redrive = Some(local_sqs::Redrive { target: String::from("nowhere"), max_receive_count: 5 });
    let outcome = bench.queues.create(QueueSpec { redrive, ..QueueSpec::named("uploads") }).await;
    let (name, target) = (String::from("uploads"), String::from("nowhere"));
    assert_eq!(outcome, Err(CreateError::Spec(SpecError::UnknownTarget { name, target })));
    assert_eq!(bench.queues.names(), ["work"]);
}

#[tokio::test]
async fn creating_again_changes_the_queue_and_keeps_its_messages() {
    let bench = bench().await;
    bench.send("work", "plan").await;
    bench.queues.create(QueueSpec { visibility: 5 * SECOND, ..QueueSpec::named("work") }).await.unwrap();
    assert_eq!(bench.bodies("work").await, ["plan"]);
    bench.clock.advance(5 * SECOND);
    assert_eq!(bench.bodies("work").await, ["plan"]);
}
