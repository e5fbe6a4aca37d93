//! `BatchWriteItem`: 1 to 25 writes, each by itself.

use super::{Bench, TABLE, text};
use crate::host::refusal;
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};

fn put(number: usize) -> WriteRequest {
    let put = PutRequest::builder().item("document_id", text(&format!("d{number}"))).build();
    WriteRequest::builder().put_request(put.expect("it is complete")).build()
}

#[tokio::test]
async fn up_to_twenty_five_items_are_written_at_once() {
    let bench = Bench::new();
    for client in bench.both_ways().await {
        let write = |count: usize| {
            client.batch_write_item().request_items(TABLE, (0..count).map(put).collect()).send()
        };
        for count in [1, 24, 25] {
            assert!(write(count).await.unwrap().unprocessed_items().unwrap().is_empty());
        }
        for count in [0, 26] {
            assert_eq!(refusal(write(count).await), "ValidationException", "{count}");
        }
        let delete = DeleteRequest::builder().key("document_id", text("d0")).build().unwrap();
        let delete = WriteRequest::builder().delete_request(delete).build();
        client.batch_write_item().request_items(TABLE, vec![delete]).send().await.unwrap();
        assert!(bench.get("d0").await.is_none() && bench.get("d24").await.is_some());
    }
    let twice = bench.client.batch_write_item().request_items(TABLE, vec![put(1), put(1)]).send().await;
    assert_eq!(refusal(twice), "ValidationException");
}
