//! Receivers that wait, and what wakes them.

use crate::support::{Bench, SECOND, config, still_clock};
use clock::Pace;
use local_sqs::{Outgoing, QueueSpec, Queues, Receive, Received, Redrive, SqsError};
use std::time::Duration;
use tempfile::TempDir;
use tokio::{task::JoinHandle, time::Instant};

/// Long enough that a receiver which is not woken is noticed, not measured.
const PROMPT_MAX: Duration = Duration::from_secs(10);

/// Starts a receiver with a long wait and lets it run until it waits.
async fn wait_for_one(queues: &Queues) -> JoinHandle<Result<Vec<Received>, SqsError>> {
    let queues = queues.clone();
    let receiver =
        tokio::spawn(async move { queues.receive("work", Receive::up_to(1).waiting(20 * SECOND)).await });
    // In memory a receive does not suspend before it waits, so one turn of the only thread is enough.
    tokio::task::yield_now().await;
    assert!(!receiver.is_finished(), "there was something to receive already");
    receiver
}

async fn promptly(receiver: JoinHandle<Result<Vec<Received>, SqsError>>) -> Vec<Received> {
    let outcome = tokio::time::timeout(PROMPT_MAX, receiver).await.expect("the receiver was woken");
    outcome.expect("it did not panic").expect("the queue exists")
}

#[tokio::test]
async fn an_arrival_wakes_a_receiver_at_once() {
    let bench = Bench::with(vec![QueueSpec::named("work")]).await;
    let receiver = wait_for_one(&bench.queues).await;
    bench.send("work", "plan").await;
    assert_eq!(promptly(receiver).await[0].body, "plan");
}

#[tokio::test]
async fn a_receiver_gives_up_when_its_wait_is_over() {
    let bench = Bench::with(vec![QueueSpec::named("work")]).await;
    let wait = Duration::from_millis(30);
    let began = Instant::now();
    assert!(bench.queues.receive("work", Receive::up_to(1).waiting(wait)).await.unwrap().is_empty());
    assert!(began.elapsed() >= wait);
}

#[tokio::test]
async fn the_queues_own_wait_holds_unless_the_receive_says_otherwise() {
    let wait = Duration::from_millis(30);
    let bench = Bench::with(vec![QueueSpec { receive_wait: wait, ..QueueSpec::named("work") }]).await;
    let began = Instant::now();
    assert!(bench.bodies("work").await.is_empty());
    assert!(began.elapsed() >= wait);
    bench.queues.create(QueueSpec { receive_wait: 20 * SECOND, ..QueueSpec::named("work") }).await.unwrap();
    let how = Receive::up_to(1).waiting(Duration::ZERO);
    let received = tokio::time::timeout(PROMPT_MAX, bench.queues.receive("work", how)).await;
    assert!(received.expect("it does not wait").unwrap().is_empty());
}

#[tokio::test]
async fn showing_a_message_wakes_a_receiver_that_waits_for_its_time_out() {
    let bench = Bench::with(vec![QueueSpec::named("work")]).await;
    bench.send("work", "plan").await;
    let receipt = bench.take("work").await.remove(0).receipt_handle;
    let receiver = wait_for_one(&bench.queues).await;
    bench.queues.change_visibility("work", &receipt, Duration::ZERO).await.unwrap();
    assert_eq!(promptly(receiver).await[0].receive_count, 2);
}

#[tokio::test]
async fn a_receiver_wakes_when_a_delay_passes() {
    let bench = Bench::at_pace(vec![QueueSpec::named("work")], Pace::times(100)).await;
    bench.queues.send("work", Outgoing { delay: Some(5 * SECOND), ..Outgoing::of("plan") }).await.unwrap();
    // It sleeps for the 50 ms that are left by the queue's clock, which shows them passed by then.
    let receiver = wait_for_one(&bench.queues).await;
    bench.clock.advance(Duration::from_millis(50));
    assert_eq!(promptly(receiver).await[0].body, "plan");
}

#[tokio::test]
async fn a_dead_letter_wakes_who_waits_for_it() {
    let redrive = Some(Redrive { target: String::from("work"), max_receive_count: 1 });
    let source = QueueSpec { redrive, ..QueueSpec::named("source") };
    let bench = Bench::with(vec![source, QueueSpec::named("work")]).await;
    bench.send("source", "poison").await;
    bench.take("source").await;
    bench.clock.advance(30 * SECOND);
    let receiver = wait_for_one(&bench.queues).await;
    assert!(bench.bodies("source").await.is_empty());
    assert_eq!(promptly(receiver).await[0].body, "poison");
}

#[tokio::test]
async fn one_arrival_goes_to_one_of_many_receivers() {
    let bench = Bench::with(vec![QueueSpec::named("work")]).await;
    let first = wait_for_one(&bench.queues).await;
    let second = wait_for_one(&bench.queues).await;
    bench.send("work", "plan").await;
    bench.send("work", "video").await;
    let mut bodies = [promptly(first).await, promptly(second).await].concat();
    bodies.sort_by(|one, other| one.body.cmp(&other.body));
    assert_eq!(bodies.iter().map(|it| it.body.as_str()).collect::<Vec<_>>(), ["plan", "video"]);
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
