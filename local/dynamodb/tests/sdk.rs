//! The official SDK against the protocol, without a socket.

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::ProvideErrorMetadata as _,
    types::{AttributeValue, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem},
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::HttpRequest,
        result::ConnectorError,
    },
    http::Response,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use local_dynamodb::{Difference, Tables, TablesError};
use serde_json::{Value, json};
use tempfile::TempDir;

#[derive(Clone, Debug)]
struct Direct(Tables);

impl HttpConnector for Direct {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let tables = self.0.clone();
        HttpConnectorFuture::new(async move {
            let (parts, body) =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?.into_parts();
            let body = body.collect().await.map_err(ConnectorError::io)?.to_bytes();
            let answer = tables.handle(http::Request::from_parts(parts, body)).await;
            Response::try_from(answer.map(SdkBody::from)).map_err(|error| ConnectorError::user(error.into()))
        })
    }
}

fn client(tables: &Tables) -> Client {
    let connector = SharedHttpConnector::new(Direct(tables.clone()));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .region(Region::new("eu-central-1"))
        .endpoint_url("http://127.0.0.1:4566")
        .http_client(http_client_fn(move |_, _| connector.clone()));
    Client::from_conf(config.build())
}

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

fn bench() -> (Tables, Client) {
    let tables = Tables::in_memory().expect("memory opens");
    assert!(tables.create_table(&declaration()).expect("the declaration is allowed"));
    let client = client(&tables);
    (tables, client)
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

async fn put(client: &Client, id: &str, cause: Option<&str>, status_at: &str) {
    let put = client
        .put_item()
        .table_name("documents")
        .item("document_id", text(id))
        .item("status_at", text(status_at));
    let put = if let Some(cause) = cause { put.item("cause", text(cause)) } else { put };
    put.item("title", text("Photosynthesis")).send().await.expect("the item is allowed");
}

#[tokio::test]
async fn a_refused_condition_tells_what_is_there() {
    let (_tables, client) = bench();
    put(&client, "d1", None, "2026-01-01").await;
    let update = |condition: &str| {
        let update = client.update_item().table_name("documents").key("document_id", text("d1"));
        let update = update.update_expression("SET #s = :new").condition_expression(condition);
        let update = update
            .expression_attribute_names("#s", "status")
            .expression_attribute_values(":new", text("ready"));
        update
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
    };
    let updated = update("attribute_not_exists(#s)").await.unwrap();
    assert_eq!(updated.attributes().unwrap()["status"], text("ready"));
    let refused = update("attribute_not_exists(#s)").await.unwrap_err().into_service_error();
    assert!(refused.is_conditional_check_failed_exception());
    let aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(refused) =
        refused
    else {
        panic!("another error")
    };
    assert_eq!(refused.item().unwrap()["status"], text("ready"));
}

#[tokio::test]
async fn a_sparse_index_holds_only_items_with_its_key_and_pages() {
    let (_tables, client) = bench();
    put(&client, "d0", None, "2026-01-01").await;
    for number in 1..=3 {
        put(&client, &format!("d{number}"), Some("timeout"), &format!("2026-01-0{number}")).await;
    }
    let query = || {
        let query = client.query().table_name("documents").index_name("by-cause").limit(2);
        query.key_condition_expression("cause = :c").expression_attribute_values(":c", text("timeout"))
    };
    let first = query().send().await.unwrap();
    assert_eq!(first.items().len(), 2);
    assert_eq!(first.items()[0]["title"], text("Photosynthesis"));
    let rest = query().set_exclusive_start_key(first.last_evaluated_key).send().await.unwrap();
    assert_eq!(rest.items().iter().map(|it| &it["document_id"]).collect::<Vec<_>>(), [&text("d3")]);
    assert!(rest.last_evaluated_key.is_none());
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let (_tables, client) = bench();
    put(&client, "d1", None, "2026-01-01").await;
    let fresh = |id: &str| {
        let put = Put::builder().table_name("documents").item("document_id", text(id));
        let put =
            put.condition_expression("attribute_not_exists(document_id)").build().expect("it is complete");
        TransactWriteItem::builder().put(put).build()
    };
    let both = client.transact_write_items().transact_items(fresh("d2")).transact_items(fresh("d1"));
    let refused = both.send().await.unwrap_err().into_service_error();
    assert!(refused.is_transaction_canceled_exception());
    let get = client.get_item().table_name("documents").key("document_id", text("d2"));
    assert!(get.send().await.unwrap().item().is_none());
}

#[tokio::test]
async fn what_is_not_served_or_not_there_is_said_so() {
    let (tables, client) = bench();
    let deleted = client.delete_table().table_name("documents").send().await.unwrap_err();
    assert_eq!(deleted.code(), Some("UnknownOperationException"));
    let missing =
        client.get_item().table_name("nowhere").key("document_id", text("d1")).send().await.unwrap_err();
    assert!(missing.into_service_error().is_resource_not_found_exception());
    let listed = client.list_tables().send().await.unwrap();
    assert_eq!(listed.table_names(), ["documents"]);
    for body in [b"not json".as_slice(), b"\xff", br#"{"TableName":"documents","Key":5}"#, b""] {
        let request = http::Request::post("/").header("x-amz-target", "DynamoDB_20120810.GetItem");
        let answer = tables.handle(request.body(Bytes::copy_from_slice(body)).unwrap()).await;
        assert_eq!(answer.status(), 400, "{answer:?}");
        let error: Value = serde_json::from_slice(answer.body()).unwrap();
        assert!(error["__type"].as_str().unwrap().ends_with("SerializationException"), "{error}");
    }
    let empty =
        client.put_item().table_name("documents").item("title", text("no key")).send().await.unwrap_err();
    assert_eq!(empty.code(), Some("ValidationException"));
}

#[tokio::test]
async fn tables_and_items_survive_and_are_created_once() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("tables.sqlite");
    let tables = Tables::open(&path).unwrap();
    assert!(tables.create_table(&declaration()).unwrap());
    put(&client(&tables), "d1", None, "2026-01-01").await;
    drop(tables);

    let tables = Tables::open(&path).unwrap();
    assert!(!tables.create_table(&declaration()).unwrap());
    let get = client(&tables)
        .get_item()
        .table_name("documents")
        .key("document_id", text("d1"))
        .consistent_read(true);
    assert_eq!(get.send().await.unwrap().item().unwrap()["title"], text("Photosynthesis"));
}

#[test]
fn an_existing_table_of_another_shape_is_named_with_its_difference() {
    let (tables, _client) = bench();
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
