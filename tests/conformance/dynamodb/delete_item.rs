//! `DeleteItem`.

use super::{Bench, TABLE, text};
use aws_sdk_dynamodb::types::ReturnValue;

#[tokio::test]
async fn an_item_is_deleted_once_and_deleting_again_succeeds() {
    let bench = Bench::new();
    for client in bench.both_ways().await {
        bench.put("d1", &[("title", "Rivers"), ("cause", "timeout"), ("status_at", "1")]).await;
        let delete = || client.delete_item().table_name(TABLE).key("document_id", text("d1"));
        let refused =
            delete().condition_expression("title = :t").expression_attribute_values(":t", text("Lakes"));
        assert!(
            refused.send().await.unwrap_err().into_service_error().is_conditional_check_failed_exception()
        );
        let deleted = delete().return_values(ReturnValue::AllOld).send().await.unwrap();
        assert_eq!(deleted.attributes().unwrap()["title"], text("Rivers"));
        assert_eq!(bench.get("d1").await, None);
        let again = delete().return_values(ReturnValue::AllOld).send().await.unwrap();
        assert!(again.attributes().is_none());
    }
}
