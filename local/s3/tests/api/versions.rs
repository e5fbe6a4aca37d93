use crate::harness::{Harness, PLAIN, VERSIONED, code, noise, status};
use local_s3::BucketSpec;
use std::fs;

#[tokio::test]
async fn every_version_stays_until_it_is_deleted_by_its_id() {
    let harness = Harness::in_memory().await;
    let first = harness.put(VERSIONED, "key", "first").await;
    let second = harness.put(VERSIONED, "key", "second").await;
    assert_ne!(first, second);
    let get = |id: &str| harness.client.get_object().bucket(VERSIONED).key("key").version_id(id).send();
    assert_eq!(get(&first).await.unwrap().body.collect().await.unwrap().to_vec(), b"first");
    assert_eq!(harness.get(VERSIONED, "key").await, b"second");

    let delete = |id: &str| harness.client.delete_object().bucket(VERSIONED).key("key").version_id(id).send();
    delete(&second).await.unwrap();
    assert_eq!(harness.get(VERSIONED, "key").await, b"first", "the version before is the current one again");
    let gone = get(&second).await.unwrap_err();
    assert_eq!((code(&gone).as_str(), status(&gone)), ("NoSuchVersion", 404));
    assert_eq!(code(&get("no-such-id").await.unwrap_err()), "NoSuchVersion");
}

#[tokio::test]
async fn a_delete_marker_hides_and_its_removal_shows_again() {
    let harness = Harness::in_memory().await;
    let version = harness.put(VERSIONED, "key", "text").await;
    let deleted = harness.client.delete_object().bucket(VERSIONED).key("key").send().await.unwrap();
    assert_eq!(deleted.delete_marker(), Some(true));
    let marker = deleted.version_id().unwrap();

    let get = || harness.client.get_object().bucket(VERSIONED).key("key");
    let hidden = get().send().await.unwrap_err();
    assert_eq!((code(&hidden).as_str(), status(&hidden)), ("NoSuchKey", 404));
    assert_eq!(hidden.raw_response().unwrap().headers().get("x-amz-delete-marker"), Some("true"));
    assert_eq!(status(&get().version_id(marker).send().await.unwrap_err()), 405);
    get().version_id(&version).send().await.unwrap();

    let undeleted =
        harness.client.delete_object().bucket(VERSIONED).key("key").version_id(marker).send().await;
    assert_eq!(undeleted.unwrap().delete_marker(), Some(true));
    assert_eq!(harness.get(VERSIONED, "key").await, b"text");
}

#[tokio::test]
async fn without_versions_a_key_holds_one_blob_and_deleting_frees_it() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    let blobs = || fs::read_dir(directory.path().join("blobs")).unwrap().count();
    harness.put(PLAIN, "key", noise(100_000)).await;
    harness.put(PLAIN, "key", noise(200_000)).await;
    assert_eq!(blobs(), 1);
    harness.client.delete_object().bucket(PLAIN).key("key").send().await.unwrap();
    assert_eq!(blobs(), 0);

    harness.put(VERSIONED, "key", noise(100_000)).await;
    let id = harness.put(VERSIONED, "key", noise(200_000)).await;
    assert_eq!(blobs(), 2);
    harness.client.delete_object().bucket(VERSIONED).key("key").version_id(id).send().await.unwrap();
    assert_eq!(blobs(), 1);
}

#[tokio::test]
async fn a_bucket_that_stops_keeping_versions_keeps_those_it_has() {
    let harness = Harness::in_memory().await;
    let kept = harness.put(VERSIONED, "key", "kept").await;
    harness
        .store
        .create_bucket(BucketSpec { name: VERSIONED.to_owned(), ..BucketSpec::default() })
        .await
        .unwrap();
    let status = harness.client.get_bucket_versioning().bucket(VERSIONED).send().await.unwrap();
    assert_eq!(status.status().unwrap().as_str(), "Suspended");

    assert_eq!(harness.put(VERSIONED, "key", "one").await, "null");
    assert_eq!(harness.put(VERSIONED, "key", "two").await, "null");
    let listed = harness.client.list_object_versions().bucket(VERSIONED).send().await.unwrap();
    assert_eq!(listed.versions().len(), 2);
    harness.client.delete_object().bucket(VERSIONED).key("key").send().await.unwrap();
    let got = harness.client.get_object().bucket(VERSIONED).key("key").version_id(kept).send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"kept");
}
