//! Receives that wait: for 0 to 20 s, no longer than needed, and as the queue says unless the receive does.

use super::{Bench, SECOND};
use crate::host::refusal;
use local_sqs::{QueueSpec, RECEIVE_WAIT_MAX};
use std::time::Duration;
use tokio::time::Instant;

/// How long a receive on an empty queue takes, in seconds of the paused clock.
async fn waits(bench: &Bench, seconds: Option<i32>) -> Result<u64, String> {
    let began = Instant::now();
    let receive = bench.client.receive_message().queue_url(&bench.url).set_wait_time_seconds(seconds);
    match receive.send().await {
        Ok(answer) => {
            assert!(answer.messages.is_none());
            Ok(began.elapsed().as_secs())
        }
        refused => Err(refusal(refused)),
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_has_zero_to_twenty_seconds() {
    let bench = Bench::new().await;
    for seconds in [0, 1, 19, 20] {
        assert_eq!(waits(&bench, Some(seconds)).await, Ok(u64::try_from(seconds).unwrap()));
    }
    for seconds in [-1, 21] {
        assert_eq!(waits(&bench, Some(seconds)).await, Err("InvalidParameterValue".to_owned()));
    }
    assert_eq!(waits(&bench, None).await, Ok(0));
}

#[tokio::test(start_paused = true)]
async fn the_queue_says_how_long_unless_the_receive_does() {
    let bench = Bench::with(QueueSpec { receive_wait: RECEIVE_WAIT_MAX, ..QueueSpec::named("work") }).await;
    assert_eq!(waits(&bench, None).await, Ok(20));
    assert_eq!(waits(&bench, Some(0)).await, Ok(0));
    assert_eq!(waits(&bench, Some(3)).await, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn a_message_ends_the_wait_when_it_arrives() {
    let bench = Bench::new().await;
    let began = Instant::now();
    let receive = bench.client.receive_message().queue_url(&bench.url).wait_time_seconds(20);
    let waiting = tokio::spawn(receive.send());
    tokio::time::sleep(7 * SECOND).await;
    bench.send("plan").await;
    let received = waiting.await.unwrap().unwrap();
    assert_eq!(received.messages()[0].body(), Some("plan"));
    assert_eq!(began.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_message_ends_the_wait_when_it_becomes_visible() {
    let bench = Bench::new().await;
    bench
        .client
        .send_message()
        .queue_url(&bench.url)
        .message_body("plan")
        .delay_seconds(5)
        .send()
        .await
        .unwrap();
    let began = Instant::now();
    let receive = bench.client.receive_message().queue_url(&bench.url).wait_time_seconds(20);
    let waiting = tokio::spawn(receive.send());
    tokio::task::yield_now().await;
    bench.host.clock.advance(5 * SECOND);
    let received = waiting.await.unwrap().unwrap();
    assert_eq!(received.messages()[0].body(), Some("plan"));
    assert_eq!(began.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_takes_nothing_along() {
    let bench = Bench::new().await;
    let receive = bench.client.receive_message().queue_url(&bench.url).wait_time_seconds(20);
    let given_up = tokio::time::timeout(Duration::from_secs(1), receive.send()).await;
    assert!(given_up.is_err());
    bench.send("plan").await;
    assert_eq!(bench.bodies().await, ["plan"]);
}
