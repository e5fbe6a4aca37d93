//! `Query`: indexes, order, limits, pages, filters, projections.

use super::{Bench, TABLE, ids, text};
use crate::host::refusal;
use aws_sdk_dynamodb::{Client, operation::query::builders::QueryFluentBuilder};

fn query(client: &Client) -> QueryFluentBuilder {
    let query =
        client.query().table_name(TABLE).index_name("by-cause").key_condition_expression("cause = :c");
    query.expression_attribute_values(":c", text("timeout"))
}

async fn filled(count: usize) -> Bench {
    let bench = Bench::new();
    bench.put("elsewhere", &[("status_at", "2026-01-01"), ("title", "Rivers")]).await;
    for number in 0..count {
        let (id, at) = (format!("d{number}"), format!("2026-01-{number:02}"));
        let attributes = [("cause", "timeout"), ("status_at", &*at), ("title", "Rivers"), ("secret", "x")];
        bench.put(&id, &attributes).await;
    }
    bench
}

#[tokio::test]
async fn a_sparse_index_holds_only_items_with_its_key_in_order() {
    let bench = filled(3).await;
    for client in bench.both_ways().await {
        let up = query(&client).send().await.unwrap();
        assert_eq!(ids(up.items()), ["d0", "d1", "d2"]);
        assert!(!up.items()[0].contains_key("secret"), "it is not projected");
        assert_eq!(up.items()[0]["title"], text("Rivers"));
        let down = query(&client).scan_index_forward(false).send().await.unwrap();
        assert_eq!(ids(down.items()), ["d2", "d1", "d0"]);
        let range = query(&client).key_condition_expression("cause = :c AND status_at BETWEEN :a AND :b");
        let range = range.expression_attribute_values(":a", text("2026-01-01"));
        let range = range.expression_attribute_values(":b", text("2026-01-02")).send().await.unwrap();
        assert_eq!(ids(range.items()), ["d1", "d2"]);
    }
}

#[tokio::test]
async fn pages_follow_one_another_and_a_limit_counts_before_the_filter() {
    let bench = filled(5).await;
    let pages = query(&bench.client).into_paginator().page_size(2).send();
    let pages: Vec<_> = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.items().len()).collect::<Vec<_>>(), [2, 2, 1]);
    let filtered = query(&bench.client).limit(2).filter_expression("document_id = :d");
    let filtered = filtered.expression_attribute_values(":d", text("d2")).send().await.unwrap();
    assert_eq!((filtered.count(), filtered.scanned_count()), (0, 2));
    assert!(filtered.last_evaluated_key().is_some());
    let exact = query(&bench.client).limit(5).send().await.unwrap();
    // As on AWS, who reads exactly what there is is told only by the next page that it was the end.
    let next = query(&bench.client).set_exclusive_start_key(exact.last_evaluated_key).send().await.unwrap();
    assert!(next.last_evaluated_key().is_none());
    for limit in [0, -1] {
        assert_eq!(refusal(query(&bench.client).limit(limit).send().await), "ValidationException");
    }
}

/// "A single Query operation can retrieve a maximum of 1 MB of data" (Developer Guide, Querying tables).
#[tokio::test]
async fn a_page_ends_at_a_megabyte() {
    let bench = Bench::new();
    let title = "x".repeat(300_000);
    for number in 0..5 {
        let (id, at) = (format!("d{number}"), number.to_string());
        bench.put(&id, &[("cause", "timeout"), ("status_at", &at), ("title", &title)]).await;
    }
    let first = query(&bench.client).send().await.unwrap();
    assert_eq!(first.items().len(), 3, "a fourth would pass the limit");
    let rest = query(&bench.client).set_exclusive_start_key(first.last_evaluated_key).send().await.unwrap();
    assert_eq!(ids(rest.items()), ["d3", "d4"]);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let bench = Bench::new();
    let base = || bench.client.query().table_name(TABLE).expression_attribute_values(":c", text("x"));
    assert_eq!(refusal(base().key_condition_expression("title = :c").send().await), "ValidationException");
    let unknown = base().index_name("by-nothing").key_condition_expression("cause = :c").send().await;
    assert_eq!(refusal(unknown), "ValidationException");
    assert_eq!(refusal(query(&bench.client).consistent_read(true).send().await), "ValidationException");
    let missing = query(&bench.client).table_name("nowhere").send().await;
    assert_eq!(refusal(missing), "ResourceNotFoundException");
}
