//! Tables as the host declares them: created once, kept, never migrated in silence.

use bytes::Bytes;
use local_dynamodb::{Difference, Tables, TablesError};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A register with one sparse index.
fn declaration() -> Value {
    json!({
        "TableName": "documents",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            { "AttributeName": "document_id", "AttributeType": "S" },
            { "AttributeName": "cause", "AttributeType": "S" },
            { "AttributeName": "status_at", "AttributeType": "S" },
        ],
        "KeySchema": [{ "AttributeName": "document_id", "KeyType": "HASH" }],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by-cause",
            "KeySchema": [
                { "AttributeName": "cause", "KeyType": "HASH" },
                { "AttributeName": "status_at", "KeyType": "RANGE" },
            ],
            "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": ["title", "school"] },
        }],
    })
}

fn item() -> Value {
    json!({ "document_id": { "S": "d1" }, "title": { "S": "Photosynthesis" } })
}

async fn ask(tables: &Tables, operation: &str, request: &Value) -> Value {
    let target = format!("DynamoDB_20120810.{operation}");
    let request =
        http::Request::post("/").header("x-amz-target", target).body(Bytes::from(request.to_string()));
    let answer = tables.handle(request.expect("it is well formed")).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    serde_json::from_slice(answer.body()).expect("an answer is JSON")
}

#[tokio::test]
async fn tables_and_items_survive_and_are_created_once() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("tables.sqlite");
    let tables = Tables::open(&path).unwrap();
    assert!(tables.create_table(&declaration()).unwrap());
    ask(&tables, "PutItem", &json!({ "TableName": "documents", "Item": item() })).await;
    drop(tables);

    let tables = Tables::open(&path).unwrap();
    assert!(!tables.create_table(&declaration()).unwrap());
    let key = json!({ "document_id": { "S": "d1" } });
    let get = json!({ "TableName": "documents", "Key": key, "ConsistentRead": true });
    assert_eq!(ask(&tables, "GetItem", &get).await, json!({ "Item": item() }));
}

/// On disk a thread of its own puts, in memory the caller: both are counted.
#[tokio::test]
async fn what_an_item_takes_to_be_written_is_counted_by_begun_kilobytes() {
    let folder = TempDir::new().unwrap();
    for tables in [Tables::in_memory().unwrap(), Tables::open(&folder.path().join("tables.sqlite")).unwrap()]
    {
        tables.create_table(&declaration()).unwrap();
        // The names and the key have 17 bytes: "document_id", "d1" and "text".
        for (chars, units) in [(1, 1), (1007, 2), (1008, 4), (2032, 7)] {
            let item = json!({ "document_id": { "S": "d1" }, "text": { "S": "t".repeat(chars) } });
            ask(&tables, "PutItem", &json!({ "TableName": "documents", "Item": item })).await;
            assert_eq!(tables.units(), units, "{chars}");
        }
    }
}

#[test]
fn an_existing_table_of_another_shape_is_named_with_its_difference() {
    let tables = Tables::in_memory().unwrap();
    assert!(tables.create_table(&declaration()).unwrap());
    let check = |change: &dyn Fn(&mut Value)| {
        let mut other = declaration();
        change(&mut other);
        match tables.create_table(&other) {
            Err(TablesError::Differs { difference, .. }) => Some(difference),
            Ok(false) => None,
            other => panic!("unexpected {other:?}"),
        }
    };
    let reorder = |other: &mut Value| {
        other["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"] = json!(["school", "title"]);
    };
    assert_eq!(check(&reorder), None);
    let index = Some(Difference::Index(String::from("by-cause")));
    let project = |other: &mut Value| {
        other["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"] = json!(["title"]);
    };
    assert_eq!(check(&project), index);
    let drop_index = |other: &mut Value| {
        other["GlobalSecondaryIndexes"] = Value::Null;
        other["AttributeDefinitions"] = json!([{ "AttributeName": "document_id", "AttributeType": "S" }]);
    };
    assert_eq!(check(&drop_index), index);
    let retype = |other: &mut Value| other["AttributeDefinitions"][2]["AttributeType"] = json!("N");
    assert_eq!(check(&retype), Some(Difference::AttributeTypes));
    let rekey = |other: &mut Value| other["KeySchema"][0]["AttributeName"] = json!("cause");
    let rekey = |other: &mut Value| {
        rekey(other);
        other["AttributeDefinitions"].as_array_mut().unwrap().remove(0);
    };
    assert_eq!(check(&rekey), Some(Difference::Keys));
}

#[test]
fn a_declaration_that_aws_refuses_is_refused() {
    let tables = Tables::in_memory().unwrap();
    let mut unused = declaration();
    unused["GlobalSecondaryIndexes"] = Value::Null;
    assert!(matches!(tables.create_table(&unused), Err(TablesError::Declaration(_))));
    assert!(matches!(tables.create_table(&json!({ "TableName": "t" })), Err(TablesError::Declaration(_))));
}
