//! `GetItem`.

use super::{Bench, TABLE, text};
use crate::host::refusal;
use std::collections::HashMap;

#[tokio::test]
async fn an_item_is_read_whole_or_in_part() {
    let bench = Bench::new();
    bench.put("d1", &[("title", "Rivers"), ("status", "ready"), ("shard", "3")]).await;
    for client in bench.both_ways().await {
        for consistent in [true, false] {
            let get = client
                .get_item()
                .table_name(TABLE)
                .key("document_id", text("d1"))
                .consistent_read(consistent);
            let whole = get.clone().send().await.unwrap().item.unwrap();
            assert_eq!((whole.len(), &whole["title"]), (4, &text("Rivers")));
            // `status` and `shard` are reserved words: they need names.
            let part = get.projection_expression("title, #s").expression_attribute_names("#s", "status");
            let expected = [("title", text("Rivers")), ("status", text("ready"))];
            let expected: HashMap<_, _> = expected.map(|(name, value)| (name.to_owned(), value)).into();
            assert_eq!(part.send().await.unwrap().item, Some(expected));
        }
    }
}

#[tokio::test]
async fn an_item_that_is_not_there_is_no_error_and_a_table_is() {
    let bench = Bench::new();
    assert_eq!(bench.get("missing").await, None);
    let missing = bench.client.get_item().table_name("nowhere").key("document_id", text("d1")).send().await;
    assert!(missing.unwrap_err().as_service_error().unwrap().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_key_is_the_tables_own() {
    let bench = Bench::new();
    let get = || bench.client.get_item().table_name(TABLE);
    let of_another_type = super::number("1");
    assert_eq!(refusal(get().key("document_id", of_another_type).send().await), "ValidationException");
    assert_eq!(refusal(get().key("title", text("d1")).send().await), "ValidationException");
    let too_much = get().key("document_id", text("d1")).key("title", text("x"));
    assert_eq!(refusal(too_much.send().await), "ValidationException");
    let reserved = get().key("document_id", text("d1")).projection_expression("status");
    assert_eq!(refusal(reserved.send().await), "ValidationException");
}
