//! `SendMessage`: what a message may be, and when it arrives.

use super::{Bench, text, typed};
use crate::host::refusal;
use aws_sdk_sqs::{
    primitives::Blob,
    types::{MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue},
};
use local_sqs::{MESSAGE_BYTES_MAX, QueueSpec};

#[tokio::test]
async fn a_message_arrives_as_it_was_sent() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        let binary =
            MessageAttributeValue::builder().data_type("Binary.raw").binary_value(Blob::new([0, 255]));
        let trace =
            MessageSystemAttributeValue::builder().data_type("String").string_value("Root=1-a").build();
        let request = client.send_message().queue_url(&bench.url).message_body("plan 🎬\t\u{202E}");
        let request = request.message_attributes("school", text("school-1"));
        let request = request.message_attributes("raw", binary.build().unwrap());
        let request = request.message_attributes("size", typed("Number", "-1.5e3"));
        let request = request
            .message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, trace.unwrap());
        // The SDK holds the digests of body and attributes against its own.
        let sent = request.send().await.unwrap();
        let receive = client.receive_message().queue_url(&bench.url).message_attribute_names("All");
        let receive = receive.message_system_attribute_names("All".into());
        let message = receive.send().await.unwrap().messages.unwrap().remove(0);
        assert_eq!(message.body(), Some("plan 🎬\t\u{202E}"));
        assert_eq!(message.message_id(), sent.message_id());
        assert_eq!(message.md5_of_body(), sent.md5_of_message_body());
        assert_eq!(message.md5_of_message_attributes(), sent.md5_of_message_attributes());
        assert!(sent.md5_of_message_system_attributes().is_some());
        assert_eq!(super::system(&message, "AWSTraceHeader"), Some("Root=1-a"));
        let attributes = message.message_attributes().unwrap();
        assert_eq!(attributes["raw"].binary_value().unwrap().as_ref(), [0, 255]);
        assert_eq!(attributes["raw"].data_type(), "Binary.raw");
        assert_eq!(attributes["school"].string_value(), Some("school-1"));
        assert_eq!(attributes["size"].string_value(), Some("-1.5e3"));
    }
}

#[tokio::test]
async fn a_message_has_at_most_a_mebibyte_with_its_attributes() {
    let bench = Bench::new().await;
    let send =
        |bytes: usize| bench.client.send_message().queue_url(&bench.url).message_body("x".repeat(bytes));
    // Name, type and value of an attribute count: "a", "String", "v".
    let with_attribute = |bytes: usize| send(bytes - 8).message_attributes("a", text("v"));
    for bytes in [MESSAGE_BYTES_MAX - 1, MESSAGE_BYTES_MAX] {
        send(bytes).send().await.unwrap();
        with_attribute(bytes).send().await.unwrap();
    }
    assert_eq!(refusal(send(MESSAGE_BYTES_MAX + 1).send().await), "InvalidParameterValue");
    assert_eq!(refusal(with_attribute(MESSAGE_BYTES_MAX + 1).send().await), "InvalidParameterValue");
}

/// `\u00e9` takes six bytes of JSON and two of the message: the limit is the message's.
#[tokio::test]
async fn a_full_message_that_json_makes_three_times_as_long_passes_the_port() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        let body = "\u{7f}\u{e9}\t".repeat(MESSAGE_BYTES_MAX / 4);
        client.send_message().queue_url(&bench.url).message_body(&body).send().await.unwrap();
        let receive = client.receive_message().queue_url(&bench.url).send().await.unwrap();
        assert!(receive.messages()[0].body() == Some(body.as_str()));
    }
}

#[tokio::test]
async fn a_queue_can_allow_less() {
    let bench = Bench::with(QueueSpec { max_message_bytes: 1_024, ..QueueSpec::named("work") }).await;
    let send =
        |bytes: usize| bench.client.send_message().queue_url(&bench.url).message_body("x".repeat(bytes));
    send(1_023).send().await.unwrap();
    send(1_024).send().await.unwrap();
    assert_eq!(refusal(send(1_025).send().await), "InvalidParameterValue");
}

/// "A message can include only XML, JSON, and unformatted text": #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD |
/// #x10000 to #x10FFFF (API reference, `SendMessage`).
#[tokio::test]
async fn only_characters_of_xml_are_allowed() {
    let bench = Bench::new().await;
    let send = |body: &str| bench.client.send_message().queue_url(&bench.url).message_body(body).send();
    for body in ["\t\n\r", " ", "\u{D7FF}\u{E000}\u{FFFD}", "\u{10000}\u{10FFFF}", "e\u{301} é"] {
        send(body).await.unwrap();
    }
    for body in ["\0", "\u{8}", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] {
        let error = send(body).await.unwrap_err();
        assert!(error.as_service_error().unwrap().is_invalid_message_contents(), "{body:?}");
    }
    assert_eq!(refusal(send("").await), "MissingParameter");
}

#[tokio::test]
async fn a_message_has_at_most_ten_attributes() {
    let bench = Bench::new().await;
    let send = |count: usize| {
        let send = bench.client.send_message().queue_url(&bench.url).message_body("x");
        (0..count).fold(send, |send, number| send.message_attributes(format!("a{number}"), text("v"))).send()
    };
    send(9).await.unwrap();
    send(10).await.unwrap();
    assert_eq!(refusal(send(11).await), "InvalidParameterValue");
}

#[tokio::test]
async fn attributes_are_named_and_typed_by_rules() {
    let bench = Bench::new().await;
    let send = |name: &str, value: MessageAttributeValue| {
        let send = bench.client.send_message().queue_url(&bench.url).message_body("x");
        send.message_attributes(name, value).send()
    };
    for name in ["a".repeat(255), "a".repeat(256), "a.b-c_D9".to_owned()] {
        send(&name, text("v")).await.unwrap();
    }
    for name in [&*"a".repeat(257), ".a", "a.", "a..b", "AWS.a", "amazon.a", "a b", "ä"] {
        assert_eq!(refusal(send(name, text("v")).await), "InvalidParameterValue", "{name}");
    }
    for value in [typed("Number", "many"), typed("Text", "v"), typed("Binary", "v"), typed("String", "")] {
        assert_eq!(refusal(send("a", value.clone()).await), "InvalidParameterValue", "{value:?}");
    }
    assert_eq!(refusal(send("a", text("\u{FFFF}")).await), "InvalidParameterValue");
}

#[tokio::test]
async fn a_delayed_message_arrives_when_its_delay_has_passed() {
    let bench = Bench::with(QueueSpec { delay: super::SECOND * 60, ..QueueSpec::named("work") }).await;
    let send = |body: &str, delay: i32| {
        bench.client.send_message().queue_url(&bench.url).message_body(body).delay_seconds(delay).send()
    };
    send("now", 0).await.unwrap();
    send("at the end", 900).await.unwrap();
    send("almost", 899).await.unwrap();
    bench.send("as the queue says").await;
    for delay in [-1, 901] {
        assert_eq!(refusal(send("never", delay).await), "InvalidParameterValue", "{delay}");
    }
    assert_eq!(bench.bodies().await, ["now"]);
    bench.host.queues.delete("work", "").await.unwrap_err();
    bench.host.clock.advance(super::SECOND * 59);
    let waiting: Vec<_> = bench.bodies().await.into_iter().filter(|body| body != "now").collect();
    assert!(waiting.is_empty());
    bench.host.clock.advance(super::SECOND);
    assert_eq!(bench.bodies().await, ["as the queue says"].map(str::to_owned).to_vec());
    bench.host.clock.advance(super::SECOND * 839);
    assert!(bench.bodies().await.contains(&"almost".to_owned()));
    bench.host.clock.advance(super::SECOND);
    assert!(bench.bodies().await.contains(&"at the end".to_owned()));
}

#[tokio::test]
async fn a_queue_that_is_not_there_takes_nothing() {
    let bench = Bench::new().await;
    for missing in [super::url("nowhere"), bench.url.replace("000000000000", "1"), "nonsense".to_owned()] {
        let outcome = bench.client.send_message().queue_url(&missing).message_body("x").send().await;
        assert!(outcome.unwrap_err().as_service_error().unwrap().is_queue_does_not_exist(), "{missing}");
    }
}
