use crate::harness::{Harness, PLAIN, VERSIONED};
use local_s3::{BucketSpec, Event};
use serde_json::Value;

fn object(event: &Event) -> Value {
    serde_json::from_str::<Value>(&event.body).unwrap()["Records"][0]["s3"]["object"].clone()
}

#[tokio::test]
async fn an_event_has_the_shape_that_aws_sends() {
    let harness = Harness::in_memory().await;
    let version = harness.put(VERSIONED, "inbox/school 1/plan+.docx", "plan").await;
    let event = &harness.store.next_events(10).await.unwrap()[0];
    assert_eq!(event.bucket, VERSIONED);
    let body: Value = serde_json::from_str(&event.body).unwrap();
    let record = &body["Records"][0];
    assert_eq!(record["eventVersion"], "2.1");
    assert_eq!(record["eventSource"], "aws:s3");
    assert_eq!(record["awsRegion"], "eu-central-1");
    assert_eq!(record["eventName"], "ObjectCreated:Put");
    assert_eq!(record["userIdentity"]["principalId"], "key");
    assert_eq!(record["responseElements"]["x-amz-request-id"].as_str().unwrap().len(), 16);
    let time = record["eventTime"].as_str().unwrap();
    assert_eq!((time.len(), time.ends_with('Z')), (24, true), "{time}");
    assert_eq!(record["s3"]["bucket"]["arn"], "arn:aws:s3:::versioned");
    let object = object(event);
    assert_eq!(object["key"], "inbox/school+1/plan%2B.docx");
    assert_eq!(object["size"], 4);
    assert_eq!(object["versionId"], version);
    assert_eq!(object["eTag"].as_str().unwrap().len(), 32);
    assert_eq!(object["sequencer"].as_str().unwrap().len(), 16);
}

#[tokio::test]
async fn every_creation_announces_itself_once_and_in_order() {
    let harness = Harness::in_memory().await;
    harness.put(PLAIN, "a", "1").await;
    harness.put(PLAIN, "a", "2").await;
    harness.client.copy_object().bucket(VERSIONED).key("b").copy_source("plain/a").send().await.unwrap();
    harness.client.delete_object().bucket(VERSIONED).key("b").send().await.unwrap();
    let refused = harness.client.put_object().bucket(PLAIN).key("a").if_none_match("*").send().await;
    refused.unwrap_err();

    let events = harness.store.next_events(10).await.unwrap();
    let names: Vec<String> = events
        .iter()
        .map(|event| {
            serde_json::from_str::<Value>(&event.body).unwrap()["Records"][0]["eventName"].to_string()
        })
        .collect();
    assert_eq!(names, ["\"ObjectCreated:Put\"", "\"ObjectCreated:Put\"", "\"ObjectCreated:Copy\""]);
    let sequencers: Vec<String> = events.iter().map(|event| object(event)["sequencer"].to_string()).collect();
    assert!(sequencers.is_sorted() && sequencers.windows(2).all(|pair| pair[0] != pair[1]), "{sequencers:?}");
    assert_eq!(object(&events[0]).get("versionId"), None, "a bucket without versions names none");

    harness.store.acknowledge(&[events[0].id]).await.unwrap();
    harness.store.acknowledge(&[events[0].id]).await.unwrap();
    assert_eq!(harness.store.next_events(1).await.unwrap(), events[1..2]);
}

#[tokio::test]
async fn a_waiting_consumer_is_woken_by_a_commit() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    let store = std::sync::Arc::clone(&harness.store);
    let consumer = tokio::spawn(async move {
        loop {
            let events = store.next_events(10).await.unwrap();
            if !events.is_empty() {
                return events;
            }
            store.event_announced().await;
        }
    });
    harness.put(PLAIN, "key", "text").await;
    assert_eq!(consumer.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_bucket_nobody_listens_to_writes_no_events() {
    let harness = Harness::in_memory().await;
    harness
        .store
        .create_bucket(BucketSpec { name: "silent".to_owned(), ..BucketSpec::default() })
        .await
        .unwrap();
    harness.put("silent", "key", "text").await;
    assert!(harness.store.next_events(10).await.unwrap().is_empty());
}
