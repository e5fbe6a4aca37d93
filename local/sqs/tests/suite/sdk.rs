//! The official SDK against the protocol, without a socket.

use crate::support::{Bench, SECOND};
use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::{ProvideErrorMetadata as _, SdkError},
    primitives::Blob,
    types::{
        ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, MessageAttributeValue,
        MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry,
    },
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::HttpRequest,
        result::ConnectorError,
    },
    http::Response,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use local_sqs::{BATCH_BYTES_MAX, MESSAGE_BYTES_MAX, QueueSpec, Queues, Redrive};

#[derive(Clone, Debug)]
struct Direct(Queues);

impl HttpConnector for Direct {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let queues = self.0.clone();
        HttpConnectorFuture::new(async move {
            let (parts, body) =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?.into_parts();
            let body = body.collect().await.map_err(ConnectorError::io)?.to_bytes();
            let answer = queues.handle(http::Request::from_parts(parts, body)).await;
            Response::try_from(answer.map(SdkBody::from)).map_err(|error| ConnectorError::user(error.into()))
        })
    }
}

fn client(queues: &Queues) -> Client {
    let connector = SharedHttpConnector::new(Direct(queues.clone()));
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .region(Region::new("eu-central-1"))
        .endpoint_url("http://127.0.0.1:4566")
        .http_client(http_client_fn(move |_, _| connector.clone()));
    Client::from_conf(config.build())
}

async fn bench() -> (Bench, Client, String) {
    let redrive = Some(Redrive { target: String::from("dead"), max_receive_count: 5 });
    let bench =
        Bench::with(vec![QueueSpec { redrive, ..QueueSpec::named("work") }, QueueSpec::named("dead")]).await;
    let client = client(&bench.queues);
    let url = client.get_queue_url().queue_name("work").send().await.expect("the queue exists");
    (bench, client, url.queue_url.expect("an answer has a URL"))
}

fn code_of<E: aws_sdk_sqs::error::ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    error.code().unwrap_or_default().to_owned()
}

fn text(value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type("String").string_value(value).build().expect("it has a type")
}

#[tokio::test]
async fn a_message_goes_all_the_way() {
    let (bench, client, url) = bench().await;
    assert_eq!(url, "http://127.0.0.1:4566/000000000000/work");
    let binary =
        MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new([1, 2])).build().unwrap();
    let sent = client
        .send_message()
        .queue_url(&url)
        .message_body("plan 🎬")
        .message_attributes("school", text("school-1"))
        .message_attributes("raw", binary)
        .send()
        .await
        .unwrap();
    let received = client
        .receive_message()
        .queue_url(&url)
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .message_attribute_names("All")
        .send()
        .await
        .unwrap();
    let message = &received.messages()[0];
    assert_eq!(message.body(), Some("plan 🎬"));
    assert_eq!(message.message_id(), sent.message_id());
    assert_eq!(message.md5_of_body(), sent.md5_of_message_body());
    assert_eq!(message.md5_of_message_attributes(), sent.md5_of_message_attributes());
    let attributes = message.message_attributes().unwrap();
    assert_eq!(attributes["raw"].binary_value().unwrap().as_ref(), [1, 2]);
    assert_eq!(attributes["school"].string_value(), Some("school-1"));
    let system = message.attributes().unwrap();
    assert_eq!(system[&MessageSystemAttributeName::ApproximateReceiveCount], "1");
    assert_eq!(system[&MessageSystemAttributeName::SentTimestamp], "1767225600000");
    let receipt = message.receipt_handle().unwrap();
    client.delete_message().queue_url(&url).receipt_handle(receipt).send().await.unwrap();
    assert_eq!(bench.queues.purge("work").await, Ok(0));
}

#[tokio::test]
async fn only_the_attributes_that_were_asked_for_are_returned() {
    let (_bench, client, url) = bench().await;
    let send = client.send_message().queue_url(&url).message_body("plan");
    let send = send.message_attributes("school.id", text("1")).message_attributes("teacher", text("2"));
    send.send().await.unwrap();
    let receive = client.receive_message().queue_url(&url).message_attribute_names("school.*");
    let received = receive.send().await.unwrap();
    let names: Vec<_> = received.messages()[0].message_attributes().unwrap().keys().collect();
    assert_eq!(names, ["school.id"]);
    assert!(received.messages()[0].attributes().is_none());
}

#[tokio::test]
async fn errors_are_the_ones_that_the_sdk_knows() {
    let (bench, client, url) = bench().await;
    let missing = client.get_queue_url().queue_name("nowhere").send().await.unwrap_err();
    assert!(missing.as_service_error().unwrap().is_queue_does_not_exist());
    assert_eq!(code_of(&missing), "AWS.SimpleQueueService.NonExistentQueue");
    let elsewhere =
        client.send_message().queue_url("http://127.0.0.1:4566/1/work").message_body("x").send().await;
    assert!(elsewhere.unwrap_err().as_service_error().unwrap().is_queue_does_not_exist());

    let delete = client.delete_message().queue_url(&url).receipt_handle("rubbish").send().await.unwrap_err();
    assert!(delete.as_service_error().unwrap().is_receipt_handle_is_invalid());

    let contents = client.send_message().queue_url(&url).message_body("a\0b").send().await.unwrap_err();
    assert!(contents.as_service_error().unwrap().is_invalid_message_contents());

    let eleven =
        client.receive_message().queue_url(&url).max_number_of_messages(11).send().await.unwrap_err();
    assert_eq!(code_of(&eleven), "InvalidParameterValue");
    let negative = client.receive_message().queue_url(&url).visibility_timeout(-1).send().await.unwrap_err();
    assert_eq!(code_of(&negative), "InvalidParameterValue");

    bench.send("work", "plan").await;
    let receipt = bench.take("work").await.remove(0).receipt_handle;
    bench.clock.advance(30 * SECOND);
    let change =
        client.change_message_visibility().queue_url(&url).receipt_handle(receipt).visibility_timeout(1);
    assert!(change.send().await.unwrap_err().as_service_error().unwrap().is_message_not_inflight());

    let create = client.create_queue().queue_name("more").send().await.unwrap_err();
    assert!(create.as_service_error().unwrap().is_unsupported_operation());
    let tags = client.list_queue_tags().queue_url(&url).send().await.unwrap_err();
    assert_eq!(code_of(&tags), "UnknownOperationException");
    let group = client.send_message().queue_url(&url).message_body("x").message_deduplication_id("d");
    assert_eq!(code_of(&group.send().await.unwrap_err()), "InvalidParameterValue");
}

#[tokio::test]
async fn the_size_limit_of_a_message_has_two_sides() {
    let (_bench, client, url) = bench().await;
    for (bytes, allowed) in
        [(MESSAGE_BYTES_MAX - 1, true), (MESSAGE_BYTES_MAX, true), (MESSAGE_BYTES_MAX + 1, false)]
    {
        let outcome = client.send_message().queue_url(&url).message_body("x".repeat(bytes)).send().await;
        assert_eq!(outcome.is_ok(), allowed, "{bytes} bytes");
        if let Err(error) = outcome {
            assert_eq!(code_of(&error), "InvalidParameterValue");
        }
    }
}

fn entry(id: &str, body: String) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().expect("it is complete")
}

#[tokio::test]
async fn a_batch_fails_entry_by_entry() {
    let (bench, client, url) = bench().await;
    let batch = client
        .send_message_batch()
        .queue_url(&url)
        .entries(entry("good", String::from("plan")))
        .entries(entry("bad", String::from("\u{FFFF}")))
        .entries(entry("fine", String::from("video")));
    let outcome = batch.send().await.unwrap();
    assert_eq!(
        outcome
            .successful()
            .iter()
            .map(aws_sdk_sqs::types::SendMessageBatchResultEntry::id)
            .collect::<Vec<_>>(),
        ["good", "fine"]
    );
    assert_eq!(outcome.failed()[0].id(), "bad");
    assert_eq!(outcome.failed()[0].code(), "InvalidMessageContents");
    assert!(outcome.failed()[0].sender_fault());

    let messages = bench.take("work").await;
    let receipt = messages[0].receipt_handle.clone();
    let change = |id: &str, receipt: &str| {
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(id).receipt_handle(receipt);
        entry.visibility_timeout(60).build().expect("it is complete")
    };
    let changes = client.change_message_visibility_batch().queue_url(&url);
    let changes =
        changes.entries(change("a", &receipt)).entries(change("b", "rubbish")).send().await.unwrap();
    assert_eq!(changes.successful()[0].id(), "a");
    assert_eq!(changes.failed()[0].code(), "ReceiptHandleIsInvalid");

    let delete = |id: &str, receipt: &str| {
        DeleteMessageBatchRequestEntry::builder()
            .id(id)
            .receipt_handle(receipt)
            .build()
            .expect("it is complete")
    };
    let deletes = client.delete_message_batch().queue_url(&url);
    let deletes =
        deletes.entries(delete("a", "rubbish")).entries(delete("b", &receipt)).send().await.unwrap();
    assert_eq!(deletes.successful()[0].id(), "b");
    assert_eq!(deletes.failed()[0].id(), "a");
    assert_eq!(bench.queues.attributes("work").await.unwrap().in_flight, 1);
}

#[tokio::test]
async fn a_batch_that_breaks_its_own_rules_is_refused_whole() {
    let (bench, client, url) = bench().await;
    let send = |entries: Vec<SendMessageBatchRequestEntry>| {
        client.send_message_batch().queue_url(&url).set_entries(Some(entries)).send()
    };
    let numbered = |count: usize| (0..count).map(|id| entry(&id.to_string(), String::from("x"))).collect();
    assert!(send(Vec::new()).await.unwrap_err().as_service_error().unwrap().is_empty_batch_request());
    assert_eq!(send(numbered(10)).await.unwrap().successful().len(), 10);
    let eleven = send(numbered(11)).await.unwrap_err();
    assert!(eleven.as_service_error().unwrap().is_too_many_entries_in_batch_request());
    let twice = vec![entry("a", String::from("x")), entry("a", String::from("y"))];
    assert!(send(twice).await.unwrap_err().as_service_error().unwrap().is_batch_entry_ids_not_distinct());
    let odd = vec![entry("a b", String::from("x"))];
    assert!(send(odd).await.unwrap_err().as_service_error().unwrap().is_invalid_batch_entry_id());

    let half = BATCH_BYTES_MAX / 2;
    let exact = vec![entry("a", "x".repeat(half)), entry("b", "x".repeat(half))];
    assert!(send(exact).await.is_ok());
    let over = vec![entry("a", "x".repeat(half)), entry("b", "x".repeat(half + 1))];
    assert!(send(over).await.unwrap_err().as_service_error().unwrap().is_batch_request_too_long());
    assert_eq!(bench.queues.purge("work").await, Ok(12));
}

#[tokio::test]
async fn queues_are_described() {
    let (bench, client, url) = bench().await;
    bench.send("work", "plan").await;
    let attributes = client.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::All);
    let attributes = attributes.send().await.unwrap();
    let attributes = attributes.attributes().unwrap();
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessages], "1");
    assert_eq!(attributes[&QueueAttributeName::QueueArn], "arn:aws:sqs:eu-central-1:000000000000:work");
    assert_eq!(
        attributes[&QueueAttributeName::RedrivePolicy],
        r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:000000000000:dead","maxReceiveCount":5}"#
    );
    let odd =
        client.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::from("Colour"));
    assert!(odd.send().await.unwrap_err().as_service_error().unwrap().is_invalid_attribute_name());

    let first = client.list_queues().max_results(1).send().await.unwrap();
    assert_eq!(first.queue_urls(), ["http://127.0.0.1:4566/000000000000/dead"]);
    let rest = client.list_queues().max_results(1).set_next_token(first.next_token).send().await.unwrap();
    assert_eq!(rest.queue_urls(), [url.as_str()]);
    assert_eq!(rest.next_token(), None);
    let sources =
        client.list_dead_letter_source_queues().queue_url(url.replace("work", "dead")).send().await.unwrap();
    assert_eq!(sources.queue_urls(), [url.as_str()]);
    client.purge_queue().queue_url(&url).send().await.unwrap();
    assert!(bench.bodies("work").await.is_empty());
}

#[tokio::test]
async fn rubbish_is_answered_not_dropped() {
    let (bench, _client, _url) = bench().await;
    let ask = |target: &'static str, body: &'static [u8]| {
        let request = http::Request::post("/").header("x-amz-target", target).body(Bytes::from_static(body));
        bench.queues.handle(request.expect("the request is well formed"))
    };
    let unknown = ask("AmazonSQS.Explode", b"{}").await;
    assert_eq!(unknown.status(), 400);
    assert!(unknown.body().starts_with(br#"{"__type":"com.amazon.coral.service#UnknownOperationException"#));
    for body in [b"not json".as_slice(), b"[]", b"\xff\xfe", br#"{"QueueUrl":5}"#] {
        let malformed = ask("AmazonSQS.SendMessage", body).await;
        assert_eq!(malformed.status(), 400);
        assert!(malformed.body().windows(22).any(|part| part == b"SerializationException"), "{malformed:?}");
    }
    let missing = ask("AmazonSQS.SendMessage", b"").await;
    assert_eq!(missing.headers()["x-amzn-query-error"], "MissingParameter;Sender");
}
