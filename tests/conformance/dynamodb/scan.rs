//! `Scan`.

use super::{Bench, TABLE, ids, text};

#[tokio::test]
async fn a_table_is_read_page_by_page_and_filtered() {
    let bench = Bench::new();
    for number in 0..5 {
        bench.put(&format!("d{number}"), &[("key", if number == 3 { "wanted" } else { "other" })]).await;
    }
    for client in bench.both_ways().await {
        let pages = client.scan().table_name(TABLE).into_paginator().page_size(2).items().send();
        let items: Vec<_> = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
        let mut found = ids(&items);
        found.sort_unstable();
        assert_eq!(found, ["d0", "d1", "d2", "d3", "d4"]);
        let filter = client.scan().table_name(TABLE).filter_expression("#k = :k");
        let filter = filter.expression_attribute_names("#k", "key");
        let wanted = filter.expression_attribute_values(":k", text("wanted")).send().await.unwrap();
        assert_eq!((ids(wanted.items()), wanted.scanned_count()), (vec!["d3"], 5));
    }
}
