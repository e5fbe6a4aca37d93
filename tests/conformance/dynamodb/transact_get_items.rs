//! `TransactGetItems`: 1 to 100 items, as they were at one instant.

use super::{Bench, TABLE, text};
use crate::host::refusal;
use aws_sdk_dynamodb::types::{Get, TransactGetItem};

fn get(number: usize) -> TransactGetItem {
    let get = Get::builder().table_name(TABLE).key("document_id", text(&format!("d{number}")));
    TransactGetItem::builder().get(get.build().expect("it is complete")).build()
}

#[tokio::test]
async fn up_to_a_hundred_items_are_read_together() {
    let bench = Bench::new();
    bench.put("d1", &[]).await;
    let read = |count: usize| {
        bench.client.transact_get_items().set_transact_items(Some((0..count).map(get).collect())).send()
    };
    let two = read(2).await.unwrap();
    assert!(two.responses()[0].item().is_none() && two.responses()[1].item().is_some());
    assert_eq!(read(100).await.unwrap().responses().len(), 100);
    for count in [0, 101] {
        assert_eq!(refusal(read(count).await), "ValidationException", "{count}");
    }
}
