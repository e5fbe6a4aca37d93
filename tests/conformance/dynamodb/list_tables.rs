//! `ListTables`: 1 to 100 names a page.

use super::{Bench, TABLE};
use crate::host::refusal;
use serde_json::json;

#[tokio::test]
async fn tables_are_listed_page_by_page() {
    let bench = Bench::new();
    for number in 0..101 {
        let table = json!({
            "TableName": format!("t{number:03}"),
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        });
        assert!(bench.host.tables.create_table(&table).unwrap());
    }
    for client in bench.both_ways().await {
        let first = client.list_tables().send().await.unwrap();
        assert_eq!((first.table_names().len(), &*first.table_names()[0]), (100, TABLE));
        let last = first.last_evaluated_table_name.unwrap();
        let rest = client.list_tables().exclusive_start_table_name(last).send().await.unwrap();
        assert_eq!(rest.table_names(), ["t099", "t100"]);
        let page = |limit: i32| client.list_tables().limit(limit).send();
        for limit in [1, 99, 100] {
            assert_eq!(page(limit).await.unwrap().table_names().len(), usize::try_from(limit).unwrap());
        }
        for limit in [0, 101] {
            assert_eq!(refusal(page(limit).await), "ValidationException", "{limit}");
        }
    }
}
