//! `PutItem`: conditions, and the limits of items and keys.

use super::{Bench, TABLE, number, text};
use crate::host::refusal;
use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};

#[tokio::test]
async fn every_type_comes_back_as_it_was_stored() {
    let bench = Bench::new();
    for client in bench.both_ways().await {
        let values = [
            text("é 🎬"),
            number("-1.5"),
            number(&"9".repeat(38)),
            AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new([0, 255])),
            AttributeValue::Bool(true),
            AttributeValue::Null(true),
            AttributeValue::L(vec![text("a"), number("1")]),
            AttributeValue::M([("deep".to_owned(), AttributeValue::L(Vec::new()))].into()),
            AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()]),
            text(""),
        ];
        let put = client.put_item().table_name(TABLE).item("document_id", text("d1"));
        let put =
            values.iter().enumerate().fold(put, |put, (at, value)| put.item(format!("v{at}"), value.clone()));
        put.send().await.unwrap();
        let item = bench.get("d1").await.unwrap();
        for (at, value) in values.iter().enumerate() {
            assert_eq!(&item[&format!("v{at}")], value);
        }
    }
}

#[tokio::test]
async fn a_refused_condition_tells_what_is_there() {
    let bench = Bench::new();
    bench.put("d1", &[("title", "first")]).await;
    let put = || {
        let put = bench.client.put_item().table_name(TABLE).item("document_id", text("d1"));
        put.item("title", text("second")).condition_expression("attribute_not_exists(document_id)")
    };
    let told = put().return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let PutItemError::ConditionalCheckFailedException(refused) =
        told.send().await.unwrap_err().into_service_error()
    else {
        panic!("another error")
    };
    assert_eq!(refused.item().unwrap()["title"], text("first"));
    assert_eq!(refused.message(), Some("The conditional request failed"));
    let untold = put().send().await.unwrap_err().into_service_error();
    let PutItemError::ConditionalCheckFailedException(untold) = untold else { panic!("another error") };
    assert!(untold.item().is_none());
    let replaced = bench.client.put_item().table_name(TABLE).item("document_id", text("d1"));
    let replaced = replaced.return_values(ReturnValue::AllOld).send().await.unwrap();
    assert_eq!(replaced.attributes().unwrap()["title"], text("first"));
}

/// "The maximum item size in DynamoDB is 400 KB, which includes both attribute name binary length (UTF-8 length) and
/// attribute value lengths (again binary length)" (Developer Guide, Constraints).
#[tokio::test]
async fn an_item_has_at_most_400_kilobytes() {
    let bench = Bench::new();
    let put = |bytes: usize| {
        let rest = "x".repeat(bytes - "document_id".len() - "d1".len() - "pad".len());
        bench
            .client
            .put_item()
            .table_name(TABLE)
            .item("document_id", text("d1"))
            .item("pad", text(&rest))
            .send()
    };
    put(409_599).await.unwrap();
    put(409_600).await.unwrap();
    let over = put(409_601).await.unwrap_err();
    assert_eq!(
        over.as_service_error().unwrap().meta().message(),
        Some("Item size has exceeded the maximum allowed size")
    );
    assert_eq!(refusal(put(409_601).await), "ValidationException");
    assert_eq!(bench.get("d1").await.unwrap()["pad"].as_s().unwrap().len(), 409_584);
}

/// A partition key has 1 to 2,048 bytes (Developer Guide, Constraints); no key may be empty, nor one of an index.
#[tokio::test]
async fn keys_have_their_lengths() {
    let bench = Bench::new();
    let put = |id: usize, status_at: usize| {
        let put = bench.client.put_item().table_name(TABLE).item("document_id", text(&"k".repeat(id)));
        put.item("cause", text("c")).item("status_at", text(&"s".repeat(status_at))).send()
    };
    for (id, status_at) in [(1, 1), (2_047, 1), (2_048, 1_024)] {
        put(id, status_at).await.unwrap();
    }
    for (id, status_at) in [(0, 1), (2_049, 1), (1, 0)] {
        assert_eq!(refusal(put(id, status_at).await), "ValidationException", "{id} {status_at}");
    }
}

#[tokio::test]
async fn what_is_no_item_is_refused() {
    let bench = Bench::new();
    let put = || bench.client.put_item().table_name(TABLE);
    assert_eq!(refusal(put().item("title", text("no key")).send().await), "ValidationException");
    assert_eq!(refusal(put().item("document_id", number("1")).send().await), "ValidationException");
    let item = || put().item("document_id", text("d1"));
    assert_eq!(refusal(item().item("n", number(&"9".repeat(39))).send().await), "ValidationException");
    assert_eq!(refusal(item().item("n", number("many")).send().await), "ValidationException");
    assert_eq!(refusal(item().item("s", AttributeValue::Ss(Vec::new())).send().await), "ValidationException");
    let doubled = AttributeValue::Ss(vec!["a".to_owned(), "a".to_owned()]);
    assert_eq!(refusal(item().item("s", doubled).send().await), "ValidationException");
    assert_eq!(
        refusal(item().item("cause", number("1")).send().await),
        "ValidationException",
        "a key of an index"
    );
    assert_eq!(refusal(item().condition_expression("nonsense (").send().await), "ValidationException");
    let unused = item().condition_expression("attribute_exists(title)").expression_attribute_names("#u", "x");
    assert_eq!(refusal(unused.send().await), "ValidationException");
    let missing = bench.client.put_item().table_name("nowhere").item("document_id", text("d1")).send().await;
    assert!(missing.unwrap_err().as_service_error().unwrap().is_resource_not_found_exception());
}

/// An item nests 32 levels deep at most (Developer Guide, Constraints).
#[tokio::test]
async fn an_item_nests_32_levels_deep() {
    let bench = Bench::new();
    let put = |levels: usize| {
        let value = (0..levels).fold(text("x"), |value, _| AttributeValue::L(vec![value]));
        bench.client.put_item().table_name(TABLE).item("document_id", text("d1")).item("deep", value).send()
    };
    // The attribute itself is the first level.
    put(30).await.unwrap();
    put(31).await.unwrap();
    assert_eq!(refusal(put(32).await), "ValidationException");
}
