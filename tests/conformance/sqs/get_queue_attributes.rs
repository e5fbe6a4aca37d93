//! `GetQueueAttributes`.

use super::{Bench, SECOND, url};
use aws_sdk_sqs::types::QueueAttributeName as Name;
use local_sqs::QueueSpec;
use std::collections::HashMap;

async fn attributes(bench: &Bench, queue: &str, names: &[Name]) -> HashMap<Name, String> {
    let get = bench.client.get_queue_attributes().queue_url(url(queue));
    let got = get.set_attribute_names(Some(names.to_vec())).send().await.expect("the queue exists");
    got.attributes.unwrap_or_default()
}

#[tokio::test]
async fn a_queue_is_described_as_it_was_declared() {
    let bench = Bench::with(QueueSpec {
        visibility: 90 * SECOND,
        delay: 5 * SECOND,
        retention: 120 * SECOND,
        receive_wait: 20 * SECOND,
        max_message_bytes: 2_048,
        ..QueueSpec::named("work")
    })
    .await;
    let all = attributes(&bench, "work", &[Name::All]).await;
    let check = |name: Name, value: &str| assert_eq!(all[&name], value, "{name}");
    check(Name::VisibilityTimeout, "90");
    check(Name::DelaySeconds, "5");
    check(Name::MessageRetentionPeriod, "120");
    check(Name::ReceiveMessageWaitTimeSeconds, "20");
    check(Name::MaximumMessageSize, "2048");
    check(Name::QueueArn, "arn:aws:sqs:eu-central-1:000000000000:work");
    check(Name::CreatedTimestamp, "1767225600");
    check(Name::LastModifiedTimestamp, "1767225600");
    let policy: serde_json::Value = serde_json::from_str(&all[&Name::RedrivePolicy]).unwrap();
    let target = "arn:aws:sqs:eu-central-1:000000000000:dead";
    assert_eq!(policy, serde_json::json!({ "deadLetterTargetArn": target, "maxReceiveCount": 2 }));
    assert!(!attributes(&bench, "dead", &[Name::All]).await.contains_key(&Name::RedrivePolicy));
}

#[tokio::test]
async fn messages_are_counted_by_what_can_be_done_with_them() {
    let bench = Bench::new().await;
    for body in ["one", "two", "three"] {
        bench.send(body).await;
    }
    bench
        .client
        .send_message()
        .queue_url(&bench.url)
        .message_body("late")
        .delay_seconds(60)
        .send()
        .await
        .unwrap();
    bench.client.receive_message().queue_url(&bench.url).send().await.unwrap();
    let names = [
        Name::ApproximateNumberOfMessages,
        Name::ApproximateNumberOfMessagesNotVisible,
        Name::ApproximateNumberOfMessagesDelayed,
    ];
    let counts = attributes(&bench, "work", &names).await;
    assert_eq!(names.map(|name| counts[&name].clone()), ["2", "1", "1"]);
    bench.host.clock.advance(60 * SECOND);
    let counts = attributes(&bench, "work", &[Name::ApproximateNumberOfMessages]).await;
    assert_eq!(counts, HashMap::from([(Name::ApproximateNumberOfMessages, "4".to_owned())]));
}

#[tokio::test]
async fn what_is_not_set_is_left_out_and_what_does_not_exist_is_refused() {
    let bench = Bench::new().await;
    assert!(attributes(&bench, "work", &[]).await.is_empty());
    assert!(attributes(&bench, "work", &[Name::Policy, Name::FifoQueue]).await.is_empty());
    let odd = bench.client.get_queue_attributes().queue_url(&bench.url).attribute_names("Colour".into());
    assert!(odd.send().await.unwrap_err().as_service_error().unwrap().is_invalid_attribute_name());
    let missing = bench.client.get_queue_attributes().queue_url(url("nowhere")).attribute_names(Name::All);
    assert!(missing.send().await.unwrap_err().as_service_error().unwrap().is_queue_does_not_exist());
}
