//! What is answered to operations that are not here, and to what is no JSON.

use super::{Bench, TABLE};
use crate::host::refusal;
use bytes::Bytes;
use serde_json::Value;

#[tokio::test]
async fn operations_that_are_not_served_say_so() {
    let bench = Bench::new();
    for client in bench.both_ways().await {
        assert_eq!(
            refusal(client.delete_table().table_name(TABLE).send().await),
            "UnknownOperationException"
        );
        assert_eq!(refusal(client.list_backups().send().await), "UnknownOperationException");
        assert_eq!(
            refusal(client.execute_statement().statement("x").send().await),
            "UnknownOperationException"
        );
    }
}

#[tokio::test]
async fn rubbish_is_answered_not_dropped() {
    let bench = Bench::new();
    for body in [b"not json".as_slice(), b"\xff", br#"{"TableName":"documents","Key":5}"#, b"", b"[]"] {
        let request = http::Request::post("/").header("x-amz-target", "DynamoDB_20120810.GetItem");
        let answer = bench.host.tables.handle(request.body(Bytes::copy_from_slice(body)).unwrap()).await;
        assert_eq!(answer.status(), 400, "{answer:?}");
        let error: Value = serde_json::from_slice(answer.body()).unwrap();
        assert!(error["__type"].as_str().unwrap().ends_with("SerializationException"), "{error}");
        assert!(answer.headers().contains_key("x-amzn-requestid"));
    }
}
