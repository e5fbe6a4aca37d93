//! `TransactWriteItems`: 1 to 100 writes, all or none.

use super::{Bench, TABLE, text};
use crate::host::refusal;
use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{Put, TransactWriteItem},
};

/// Puts an item that must not be there yet.
fn fresh(id: &str) -> TransactWriteItem {
    let put = Put::builder().table_name(TABLE).item("document_id", text(id));
    let put = put.condition_expression("attribute_not_exists(document_id)").build().expect("it is complete");
    TransactWriteItem::builder().put(put).build()
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let bench = Bench::new();
    bench.put("d1", &[]).await;
    for client in bench.both_ways().await {
        let both = client.transact_write_items().transact_items(fresh("d2")).transact_items(fresh("d1"));
        let refused = both.send().await.unwrap_err().into_service_error();
        let TransactWriteItemsError::TransactionCanceledException(refused) = refused else {
            panic!("another error")
        };
        let reasons: Vec<_> = refused.cancellation_reasons().iter().map(|reason| reason.code()).collect();
        assert_eq!(reasons, [Some("None"), Some("ConditionalCheckFailed")]);
        assert_eq!(bench.get("d2").await, None);
    }
}

#[tokio::test]
async fn up_to_a_hundred_items_are_written_together() {
    let bench = Bench::new();
    let write = async |prefix: &str, count: usize| {
        let items = (0..count).map(|number| fresh(&format!("{prefix}{number}"))).collect();
        bench.client.transact_write_items().set_transact_items(Some(items)).send().await
    };
    for (prefix, count) in [("a", 1), ("b", 99), ("c", 100)] {
        write(prefix, count).await.unwrap();
    }
    for (prefix, count) in [("d", 0), ("e", 101)] {
        assert_eq!(refusal(write(prefix, count).await), "ValidationException", "{count}");
    }
    let twice = bench.client.transact_write_items().transact_items(fresh("x")).transact_items(fresh("x"));
    assert_eq!(refusal(twice.send().await), "ValidationException");
}

#[tokio::test]
async fn a_token_makes_a_repeat_harmless() {
    let bench = Bench::new();
    let write = |token: &str| {
        bench.client.transact_write_items().transact_items(fresh("d1")).client_request_token(token).send()
    };
    write("one").await.unwrap();
    write("one").await.unwrap();
    assert_eq!(refusal(write("another").await), "TransactionCanceledException");
}
