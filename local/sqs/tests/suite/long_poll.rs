//! Receivers that wait. Time is tokio's paused time, so no test lasts longer than its work.

use crate::support::{Bench, SECOND, config, still_clock};
use clock::Pace;
use local_sqs::{Outgoing, QueueSpec, Queues, Receive, Received, SqsError};
use std::time::Duration;
use tempfile::TempDir;
use tokio::{task::JoinHandle, time::Instant};

fn wait_for_one(queues: &Queues) -> JoinHandle<Result<Vec<Received>, SqsError>> {
    let queues = queues.clone();
    tokio::spawn(async move { queues.receive("work", Receive::up_to(1).waiting(20 * SECOND)).await })
}

#[tokio::test(start_paused = true)]
async fn an_arrival_wakes_a_receiver_at_once() {
    let bench = Bench::with(vec![QueueSpec::named("work")]).await;
    let began = Instant::now();
    let receiver = wait_for_one(&bench.queues);
    tokio::time::sleep(SECOND).await;
    bench.send("work", "plan").await;
    assert_eq!(receiver.await.unwrap().unwrap()[0].body, "plan");
    assert!(began.elapsed() < 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_gives_up_when_its_wait_is_over() {
    let bench = Bench::with(vec![QueueSpec::named("work")]).await;
    let began = Instant::now();
    assert!(wait_for_one(&bench.queues).await.unwrap().unwrap().is_empty());
    assert!(began.elapsed() >= 20 * SECOND && began.elapsed() < 21 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_queues_own_wait_holds_unless_the_receive_says_otherwise() {
    let bench = Bench::with(vec![QueueSpec { receive_wait: 3 * SECOND, ..QueueSpec::named("work") }]).await;
    let began = Instant::now();
    assert!(bench.bodies("work").await.is_empty());
    assert!(began.elapsed() >= 3 * SECOND);
    let began = Instant::now();
    let how = Receive::up_to(1).waiting(Duration::ZERO);
    assert!(bench.queues.receive("work", how).await.unwrap().is_empty());
    assert!(began.elapsed() < SECOND);
}

#[tokio::test(start_paused = true)]
async fn showing_a_message_wakes_a_receiver_that_waits_for_its_time_out() {
    let bench = Bench::with(vec![QueueSpec::named("work")]).await;
    bench.send("work", "plan").await;
    let receipt = bench.take("work").await.remove(0).receipt_handle;
    let receiver = wait_for_one(&bench.queues);
    tokio::task::yield_now().await;
    bench.queues.change_visibility("work", &receipt, Duration::ZERO).await.unwrap();
    assert_eq!(receiver.await.unwrap().unwrap()[0].receive_count, 2);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_wakes_when_a_delay_passes() {
    let bench = Bench::with(vec![QueueSpec::named("work")]).await;
    bench.queues.send("work", Outgoing { delay: Some(5 * SECOND), ..Outgoing::of("plan") }).await.unwrap();
    let receiver = wait_for_one(&bench.queues);
    // The receiver sleeps on tokio's clock until the queue's clock should show five seconds more.
    tokio::time::sleep(4 * SECOND).await;
    bench.clock.advance(5 * SECOND);
    let began = Instant::now();
    assert_eq!(receiver.await.unwrap().unwrap()[0].body, "plan");
    assert!(began.elapsed() <= SECOND);
}

#[tokio::test(start_paused = true)]
async fn one_arrival_goes_to_one_of_many_receivers() {
    let bench = Bench::with(vec![QueueSpec::named("work")]).await;
    let receivers: Vec<_> = (0..5).map(|_| wait_for_one(&bench.queues)).collect();
    tokio::time::sleep(SECOND).await;
    bench.send("work", "plan").await;
    let mut received = 0;
    for receiver in receivers {
        received += receiver.await.unwrap().unwrap().len();
    }
    assert_eq!(received, 1);
}

#[tokio::test]
async fn a_receiver_that_went_away_takes_nothing_along() {
    let folder = TempDir::new().unwrap();
    let clock = still_clock();
    let queues = Queues::open(&folder.path().join("queues.sqlite"), config(&clock, Pace::REAL)).unwrap();
    queues.create(QueueSpec::named("work")).await.unwrap();
    for round in 0..200 {
        queues.send("work", Outgoing::of(round.to_string())).await.unwrap();
        // Polled once, so that the request is with the writer, and dropped.
        let mut receive = Box::pin(queues.receive("work", Receive::up_to(10)));
        let poll =
            std::future::poll_fn(|context| std::task::Poll::Ready(receive.as_mut().poll(context).is_ready()));
        let is_answered = poll.await;
        drop(receive);
        if is_answered {
            clock.advance(30 * SECOND);
        }
        let counts = eventually_visible(&queues, round + 1).await;
        assert_eq!(counts, round + 1);
    }
}

/// The hand-back happens behind the answer that nobody took; it is done before a later request is.
async fn eventually_visible(queues: &Queues, expected: u64) -> u64 {
    let mut visible = 0;
    for _ in 0..1_000 {
        visible = queues.attributes("work").await.expect("the queue exists").visible;
        if visible == expected {
            break;
        }
    }
    visible
}

#[tokio::test]
async fn a_wait_is_at_most_twenty_seconds() {
    let bench = Bench::with(vec![QueueSpec::named("work")]).await;
    let outcome = bench.queues.receive("work", Receive::up_to(1).waiting(21 * SECOND)).await;
    assert!(matches!(outcome, Err(SqsError::InvalidParameter { parameter: "WaitTimeSeconds", .. })));
}
