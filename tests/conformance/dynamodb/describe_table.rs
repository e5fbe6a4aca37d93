//! `DescribeTable`.

use super::{Bench, TABLE};

#[tokio::test]
async fn a_table_is_described_as_it_was_declared() {
    let bench = Bench::new();
    bench.put("d1", &[]).await;
    for client in bench.both_ways().await {
        let table = client.describe_table().table_name(TABLE).send().await.unwrap().table.unwrap();
        assert_eq!(table.table_status().unwrap().as_str(), "ACTIVE");
        assert_eq!(table.key_schema()[0].attribute_name(), "document_id");
        assert_eq!(table.global_secondary_indexes()[0].index_name(), Some("by-cause"));
        let projection = table.global_secondary_indexes()[0].projection().unwrap();
        assert_eq!(projection.non_key_attributes(), ["title", "school"]);
        let missing = client.describe_table().table_name("nowhere").send().await.unwrap_err();
        assert!(missing.into_service_error().is_resource_not_found_exception());
    }
}
