//! `ReceiveMessage`: how many, which attributes, for how long, and when there is too much in flight.

use super::{Bench, SECOND, almost, system, text};
use crate::host::{Host, refusal};
use local_sqs::{IN_FLIGHT_MAX, Outgoing, QueueSpec, Receive, SqsError};

#[tokio::test]
async fn one_to_ten_messages_are_given_at_once() {
    let bench = Bench::new().await;
    for number in 0..22 {
        bench.send(&number.to_string()).await;
    }
    let receive =
        |max| bench.client.receive_message().queue_url(&bench.url).max_number_of_messages(max).send();
    for max in [-1, 0, 11] {
        assert_eq!(refusal(receive(max).await), "InvalidParameterValue", "{max}");
    }
    for max in [1, 9, 10] {
        assert_eq!(receive(max).await.unwrap().messages().len(), usize::try_from(max).unwrap());
    }
    let one = bench.client.receive_message().queue_url(&bench.url).send().await.unwrap();
    assert_eq!(one.messages().len(), 1, "one is what who does not say gets");
    assert_eq!(receive(10).await.unwrap().messages().len(), 1);
    assert!(receive(10).await.unwrap().messages.is_none());
}

#[tokio::test]
async fn a_message_is_hidden_for_zero_to_twelve_hours() {
    let bench = Bench::new().await;
    let receive =
        |seconds| bench.client.receive_message().queue_url(&bench.url).visibility_timeout(seconds).send();
    for seconds in [-1, 43_201] {
        assert_eq!(refusal(receive(seconds).await), "InvalidParameterValue", "{seconds}");
    }
    for seconds in [1, 43_199, 43_200] {
        bench.send("plan").await;
        assert_eq!(receive(seconds).await.unwrap().messages().len(), 1);
        bench.host.clock.advance(almost(SECOND * u32::try_from(seconds).unwrap()));
        assert!(bench.bodies().await.is_empty(), "{seconds}");
        bench.host.clock.advance(SECOND / 1_000);
        let receipt = bench.receipt().await;
        bench.client.delete_message().queue_url(&bench.url).receipt_handle(receipt).send().await.unwrap();
    }
}

/// A receive with no visibility time-out hands the same message out again, at the next receive.
#[tokio::test]
async fn a_message_that_is_not_hidden_comes_again() {
    let bench = Bench::new().await;
    bench.send("plan").await;
    let receive = bench.client.receive_message().queue_url(&bench.url).visibility_timeout(0);
    assert_eq!(receive.clone().max_number_of_messages(10).send().await.unwrap().messages().len(), 1);
    bench.host.clock.advance(SECOND / 1_000);
    assert_eq!(receive.send().await.unwrap().messages().len(), 1);
}

#[tokio::test]
async fn system_attributes_tell_a_messages_history() {
    let bench = Bench::new().await;
    bench.send("plan").await;
    bench.host.clock.advance(SECOND);
    bench.take().await;
    bench.host.clock.advance(30 * SECOND);
    let message = bench.take().await.remove(0);
    assert_eq!(system(&message, "SentTimestamp"), Some("1767225600000"));
    assert_eq!(system(&message, "ApproximateFirstReceiveTimestamp"), Some("1767225601000"));
    assert_eq!(system(&message, "ApproximateReceiveCount"), Some("2"));
    assert_eq!(system(&message, "SenderId"), Some("000000000000"));
    assert_eq!(system(&message, "DeadLetterQueueSourceArn"), None);
    assert_eq!(system(&message, "AWSTraceHeader"), None);
}

#[tokio::test]
async fn only_attributes_that_were_asked_for_are_given() {
    let bench =
        Bench::with(QueueSpec { visibility: std::time::Duration::ZERO, ..QueueSpec::named("work") }).await;
    let send = bench.client.send_message().queue_url(&bench.url).message_body("plan");
    send.message_attributes("school.id", text("1"))
        .message_attributes("teacher", text("2"))
        .send()
        .await
        .unwrap();
    let names = async |asked: &[&str]| {
        bench.host.clock.advance(SECOND);
        let receive = bench.client.receive_message().queue_url(&bench.url).visibility_timeout(0);
        let receive = asked.iter().fold(receive, |receive, name| receive.message_attribute_names(*name));
        let message = receive.send().await.unwrap().messages.unwrap_or_default().remove(0);
        assert!(message.attributes().is_none());
        let mut names: Vec<_> = message.message_attributes.unwrap_or_default().into_keys().collect();
        names.sort();
        names
    };
    assert_eq!(names(&["school.*"]).await, ["school.id"]);
    bench.host.queues.create(QueueSpec::named("work")).await.unwrap();
    assert_eq!(names(&["teacher", "nothing"]).await, ["teacher"]);
    assert_eq!(names(&["All"]).await, ["school.id", "teacher"]);
    assert_eq!(names(&[".*"]).await, ["school.id", "teacher"]);
    assert!(names(&[]).await.is_empty());
}

#[tokio::test]
async fn what_is_past_its_retention_is_never_given() {
    let bench = Bench::with(QueueSpec { retention: 60 * SECOND, ..QueueSpec::named("work") }).await;
    bench.send("old").await;
    bench.host.clock.advance(SECOND);
    bench.send("new").await;
    bench.host.clock.advance(almost(59 * SECOND));
    assert_eq!(bench.bodies().await, ["old", "new"]);
    bench.host.clock.advance(SECOND / 1_000);
    bench.host.clock.advance(30 * SECOND);
    assert!(bench.bodies().await.is_empty());
    let both = bench.host.queues.attributes("work").await.unwrap();
    assert_eq!((both.visible, both.in_flight, both.delayed), (0, 0, 0));
}

/// "If you reach this quota while using short polling, Amazon SQS returns the `OverLimit` error message. If you use long
/// polling, Amazon SQS returns no error messages." (Developer Guide, Amazon SQS visibility timeout, In flight messages)
#[tokio::test(start_paused = true)]
async fn a_queue_with_too_much_in_flight_gives_nothing_until_something_is_deleted() {
    let host = Host::in_memory();
    let queues = host.queues.clone().with_in_flight_max(12);
    queues.create(QueueSpec::named("work")).await.unwrap();
    for number in 0..15 {
        queues.send("work", Outgoing::of(number.to_string())).await.unwrap();
    }
    let mut taken = queues.receive("work", Receive::up_to(10)).await.unwrap();
    assert_eq!(taken.len(), 10);
    // The twelfth is the last that fits.
    taken.extend(queues.receive("work", Receive::up_to(10)).await.unwrap());
    assert_eq!(taken.len(), 12);
    let over = SqsError::OverLimit { queue: "work".to_owned() };
    assert_eq!(queues.receive("work", Receive::up_to(1)).await, Err(over.clone()));
    let waits = Receive::up_to(1).waiting(20 * SECOND);
    assert_eq!(queues.receive("work", waits).await, Ok(Vec::new()));

    // A deletion makes room, and wakes who waits for it.
    let waiting = tokio::spawn({
        let queues = queues.clone();
        async move { queues.receive("work", waits).await }
    });
    tokio::task::yield_now().await;
    queues.delete("work", &taken[0].receipt_handle).await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().len(), 1);
    assert_eq!(queues.receive("work", Receive::up_to(1)).await, Err(over));

    // What is visible again is not in flight.
    queues.change_visibility("work", &taken[1].receipt_handle, std::time::Duration::ZERO).await.unwrap();
    assert_eq!(queues.receive("work", Receive::up_to(10)).await.unwrap().len(), 1);
    host.clock.advance(30 * SECOND);
    assert_eq!(queues.receive("work", Receive::up_to(10)).await.unwrap().len(), 10);
}

#[tokio::test]
async fn the_bound_on_what_is_in_flight_is_the_one_of_aws_and_has_a_name() {
    assert_eq!(IN_FLIGHT_MAX, 120_000);
    let bench = Bench::new().await;
    bench.send("plan").await;
    let queues = bench.host.queues.clone().with_in_flight_max(0);
    let answer = queues
        .handle(
            http::Request::post("/")
                .header("x-amz-target", "AmazonSQS.ReceiveMessage")
                .body(serde_json::json!({ "QueueUrl": bench.url }).to_string().into())
                .unwrap(),
        )
        .await;
    assert_eq!(answer.status(), 403);
    assert_eq!(answer.headers()["x-amzn-query-error"], "OverLimit;Sender");
}
