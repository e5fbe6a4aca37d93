//! `BatchGetItem`: 1 to 100 keys.

use super::{Bench, TABLE, text};
use crate::host::refusal;
use aws_sdk_dynamodb::types::KeysAndAttributes;

fn keys(count: usize) -> KeysAndAttributes {
    let keys = (0..count).map(|number| [("document_id".to_owned(), text(&format!("d{number}")))].into());
    KeysAndAttributes::builder().set_keys(Some(keys.collect())).build().expect("it is complete")
}

#[tokio::test]
async fn up_to_a_hundred_items_are_read_at_once() {
    let bench = Bench::new();
    bench.put("d0", &[]).await;
    bench.put("d99", &[]).await;
    for client in bench.both_ways().await {
        let get = |count: usize| client.batch_get_item().request_items(TABLE, keys(count)).send();
        assert_eq!(get(1).await.unwrap().responses().unwrap()[TABLE].len(), 1);
        assert_eq!(get(99).await.unwrap().responses().unwrap()[TABLE].len(), 1);
        assert_eq!(get(100).await.unwrap().responses().unwrap()[TABLE].len(), 2);
        for count in [0, 101] {
            assert_eq!(refusal(get(count).await), "ValidationException", "{count}");
        }
    }
    let twice =
        KeysAndAttributes::builder().set_keys(Some([keys(1).keys, keys(1).keys].concat())).build().unwrap();
    let twice = bench.client.batch_get_item().request_items(TABLE, twice).send().await;
    assert_eq!(refusal(twice), "ValidationException");
}
