//! Amazon DynamoDB.

mod batch_get_item;
mod batch_write_item;
mod delete_item;
mod describe_table;
mod get_item;
mod list_tables;
mod protocol;
mod put_item;
mod query;
mod scan;
mod transact_get_items;
mod transact_write_items;
mod update_item;

use crate::host::{Clients, Host};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde_json::{Value, json};
use std::collections::HashMap;

const TABLE: &str = "documents";

/// A register with one sparse index.
fn declaration() -> Value {
    json!({
        "TableName": TABLE,
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

/// The register, empty.
struct Bench {
    host: Host,
    client: Client,
}

impl Bench {
    fn new() -> Self {
        Self::over(Host::in_memory())
    }

    fn over(host: Host) -> Self {
        host.tables.create_table(&declaration()).expect("the declaration is allowed");
        let client = host.clients.dynamodb.clone();
        Self { host, client }
    }

    async fn both_ways(&self) -> [Client; 2] {
        self.host.both_ways().await.map(|Clients { dynamodb, .. }| dynamodb)
    }

    /// Stores an item of text attributes.
    async fn put(&self, id: &str, attributes: &[(&str, &str)]) {
        let put = self.client.put_item().table_name(TABLE).item("document_id", text(id));
        let put = attributes.iter().fold(put, |put, (name, value)| put.item(*name, text(value)));
        put.send().await.expect("the item is allowed");
    }

    async fn get(&self, id: &str) -> Option<HashMap<String, AttributeValue>> {
        let get = self.client.get_item().table_name(TABLE).key("document_id", text(id)).consistent_read(true);
        get.send().await.expect("the table is there").item
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: &str) -> AttributeValue {
    AttributeValue::N(value.to_owned())
}

/// The ids of items, in order.
fn ids(items: &[HashMap<String, AttributeValue>]) -> Vec<&str> {
    items.iter().filter_map(|item| item["document_id"].as_s().ok().map(String::as_str)).collect()
}
