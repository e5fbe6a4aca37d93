//! What is answered to requests that are no operation, or no JSON.

use super::Bench;
use crate::host::refusal;
use bytes::Bytes;

#[tokio::test]
async fn operations_that_are_not_served_say_so() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        let tags = client.list_queue_tags().queue_url(&bench.url).send().await;
        assert_eq!(refusal(tags), "UnknownOperationException");
        let moved = client.start_message_move_task().source_arn("arn:aws:sqs:::dead").send().await;
        assert_eq!(refusal(moved), "UnknownOperationException");
        // Queues are the template's to declare: these are known, and refused.
        let create = client.create_queue().queue_name("more").send().await.unwrap_err();
        assert!(create.as_service_error().unwrap().is_unsupported_operation());
        let delete = client.delete_queue().queue_url(&bench.url).send().await.unwrap_err();
        assert!(delete.as_service_error().unwrap().is_unsupported_operation());
        let set = client.set_queue_attributes().queue_url(&bench.url);
        let set = set.attributes(aws_sdk_sqs::types::QueueAttributeName::DelaySeconds, "1").send().await;
        assert!(set.unwrap_err().as_service_error().unwrap().is_unsupported_operation());
    }
}

#[tokio::test]
async fn rubbish_is_answered_not_dropped() {
    let bench = Bench::new().await;
    let ask = |target: &'static str, body: &'static [u8]| {
        let request = http::Request::post("/").header("x-amz-target", target).body(Bytes::from_static(body));
        bench.host.queues.handle(request.expect("the request is well formed"))
    };
    let unknown = ask("AmazonSQS.Explode", b"{}").await;
    assert_eq!(unknown.status(), 400);
    assert!(unknown.body().starts_with(br#"{"__type":"com.amazon.coral.service#UnknownOperationException"#));
    for body in
        [b"not json".as_slice(), b"[]", b"\xff\xfe", br#"{"QueueUrl":5}"#, br#"{"MessageBody":"\ud800"}"#]
    {
        let malformed = ask("AmazonSQS.SendMessage", body).await;
        assert_eq!(malformed.status(), 400);
        assert!(malformed.body().windows(22).any(|part| part == b"SerializationException"), "{malformed:?}");
    }
    let missing = ask("AmazonSQS.SendMessage", b"").await;
    assert_eq!(missing.headers()["x-amzn-query-error"], "MissingParameter;Sender");
}
