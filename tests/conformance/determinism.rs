//! In memory, the same seed and the same calls give the same answers, byte for byte: simulations rest on it.

use crate::host::{Clients, ENDPOINT, Host};
use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt as _, Full};
use lectern::{
    gateway::{self, BoxError, Gateway, JsonService, S3Service, Services},
    host::{ACCESS_KEY, SECRET_KEY, sdk},
};
use local_s3::BucketSpec;
use local_sqs::{QueueSpec, Redrive};
use serde_json::json;
use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

/// All answers, in order.
type Trace = Arc<Mutex<String>>;

fn record(trace: &Trace, service: &str, answer: &Response<Bytes>) {
    let mut headers: Vec<_> =
        answer.headers().iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort();
    let body = String::from_utf8_lossy(answer.body());
    let mut trace = trace.lock().expect("nobody panicked");
    writeln!(trace, "{service} {} {headers:?} {body}", answer.status()).expect("a string takes any text");
}

fn recorded(trace: &Trace, name: &'static str, service: JsonService) -> JsonService {
    let trace = Arc::clone(trace);
    Arc::new(move |request| {
        let (trace, answer) = (Arc::clone(&trace), service(request));
        Box::pin(async move {
            let answer = answer.await;
            record(&trace, name, &answer);
            answer
        })
    })
}

fn recorded_s3(trace: &Trace, service: S3Service) -> S3Service {
    let trace = Arc::clone(trace);
    Arc::new(move |request| {
        let (trace, answer) = (Arc::clone(&trace), service(request));
        Box::pin(async move {
            let (parts, body) = answer.await.into_parts();
            let body = body.collect().await.expect("memory is read whole").to_bytes();
            let answer = Response::from_parts(parts, body);
            record(&trace, "S3", &answer);
            answer.map(|body| Full::new(body).map_err(BoxError::from).boxed())
        })
    })
}

/// A host whose answers are recorded.
fn recording() -> (Host, Clients, Trace) {
    let (host, trace) = (Host::in_memory(), Trace::default());
    let credentials = local_s3::Credentials { access_key: ACCESS_KEY.into(), secret_key: SECRET_KEY.into() };
    let s3 = gateway::s3_service(local_s3::service(Arc::clone(&host.s3), credentials));
    let sqs =
        gateway::json_service(host.queues.clone(), |it, request| async move { it.handle(request).await });
    let dynamodb =
        gateway::json_service(host.tables.clone(), |it, request| async move { it.handle(request).await });
    let states =
        gateway::json_service(host.machines.clone(), |it, request| async move { it.handle(request).await });
    let gateway = Gateway::new(Services {
        s3: recorded_s3(&trace, s3),
        sqs: recorded(&trace, "SQS", sqs),
        dynamodb: recorded(&trace, "DynamoDB", dynamodb),
        states: recorded(&trace, "States", states),
        secrets: gateway::json_service(host.secrets.clone(), |it, request| async move {
            it.handle(request).await
        }),
        counters: gateway::Counters::default(),
    });
    let clients = Clients::of(&sdk(gateway::http_client(&gateway), ENDPOINT));
    (host, clients, trace)
}

async fn objects(host: &Host, clients: &Clients) {
    let spec =
        BucketSpec { name: "bucket".to_owned(), versioned: true, notifications: true, cors: Vec::new() };
    host.s3.create_bucket(spec).await.expect("it is answered");
    for size in [10, 100_000, 600_000] {
        let put = clients.s3.put_object().bucket("bucket").key("key").metadata("b", "2").metadata("a", "1");
        put.body(vec![7; size].into()).send().await.expect("it is answered");
        host.clock.advance(Duration::from_secs(1));
    }
    let begun = clients
        .s3
        .create_multipart_upload()
        .bucket("bucket")
        .key("parts")
        .send()
        .await
        .expect("it is answered");
    let part = clients
        .s3
        .upload_part()
        .bucket("bucket")
        .key("parts")
        .upload_id(begun.upload_id().expect("an upload has an id"));
    part.part_number(1).body(vec![1; 70_000].into()).send().await.expect("it is answered");
    clients.s3.delete_object().bucket("bucket").key("key").send().await.expect("it is answered");
    clients.s3.get_object().bucket("bucket").key("key").send().await.expect_err("it is refused");
    clients.s3.list_object_versions().bucket("bucket").send().await.expect("it is answered");
    clients.s3.list_multipart_uploads().bucket("bucket").send().await.expect("it is answered");
}

async fn messages(host: &Host, clients: &Clients) {
    let redrive = Some(Redrive { target: "dead".to_owned(), max_receive_count: 1 });
    let specs = vec![QueueSpec { redrive, ..QueueSpec::named("work") }, QueueSpec::named("dead")];
    host.queues.create_all(specs).await.expect("it is answered");
    let url = format!("{ENDPOINT}/000000000000/work");
    for body in ["one", "two", "three"] {
        clients.sqs.send_message().queue_url(&url).message_body(body).send().await.expect("it is answered");
    }
    for _ in 0..3 {
        let receive = clients.sqs.receive_message().queue_url(&url).max_number_of_messages(2);
        let receive = receive.wait_time_seconds(20).message_system_attribute_names("All".into());
        receive.send().await.expect("it is answered");
        host.clock.advance(Duration::from_secs(30));
    }
    clients
        .sqs
        .get_queue_attributes()
        .queue_url(&url)
        .attribute_names("All".into())
        .send()
        .await
        .expect("it is answered");
    clients.sqs.list_queues().send().await.expect("it is answered");
}

async fn items(host: &Host, clients: &Clients) {
    let table = json!({
        "TableName": "table",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
    });
    host.tables.create_table(&table).expect("it is answered");
    for number in 0..20 {
        let put = clients.dynamodb.put_item().table_name("table");
        let put = put.item("id", AttributeValue::S(number.to_string()));
        // Many attributes: a map of them has as many orders.
        let fill = |put, at| put_text(put, &format!("attribute-{at}"));
        (0..12).fold(put, fill).send().await.expect("it is answered");
    }
    clients.dynamodb.scan().table_name("table").send().await.expect("it is answered");
    let refused =
        clients.dynamodb.put_item().table_name("table").item("id", AttributeValue::S("1".to_owned()));
    let refused = refused.condition_expression("attribute_not_exists(id)");
    let told = aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
    refused.return_values_on_condition_check_failure(told).send().await.expect_err("it is refused");
    // Not `DescribeTable`: the engine draws a table's id, and reads the system's clock for when it was created.
    clients.dynamodb.list_tables().send().await.expect("it is answered");
}

fn put_text(
    put: aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder,
    name: &str,
) -> aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
    put.item(name, AttributeValue::S(name.to_owned()))
}

async fn play() -> String {
    let (host, clients, trace) = recording();
    objects(&host, &clients).await;
    messages(&host, &clients).await;
    items(&host, &clients).await;
    clients.states.list_state_machines().send().await.expect("it is answered");
    let mut trace = std::mem::take(&mut *trace.lock().expect("nobody panicked"));
    for event in host.s3.next_events(100).await.expect("it is answered") {
        writeln!(trace, "event {} {}", event.id, event.body).expect("it is answered");
    }
    trace
}

#[tokio::test(start_paused = true)]
async fn the_same_calls_are_answered_the_same() {
    let first = play().await;
    // Real time passes in between, which nothing may notice.
    #[expect(clippy::disallowed_methods, reason = "the point is that the system's clock does not matter")]
    let began = std::time::SystemTime::now();
    let second = play().await;
    assert!(began.elapsed().is_ok());
    for (number, (one, other)) in first.lines().zip(second.lines()).enumerate() {
        assert_eq!(one, other, "answer {number}");
    }
    assert_eq!(first.lines().count(), second.lines().count());
    assert!(first.lines().count() > 40, "{first}");
}
