//! `DeleteObject`: markers, versions, and what is not there.

use super::{Bench, PLAIN, VERSIONED, noise};
use crate::host::refusal;
use local_s3::BucketSpec;

#[tokio::test]
async fn a_marker_hides_a_key_and_its_removal_shows_it_again() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        bench.put(VERSIONED, "key", "text").await;
        let delete = || client.delete_object().bucket(VERSIONED).key("key");
        let deleted = delete().send().await.unwrap();
        assert_eq!(deleted.delete_marker(), Some(true));
        let missing = client.get_object().bucket(VERSIONED).key("key").send().await;
        assert_eq!(refusal(missing), "NoSuchKey");
        let removed = delete().version_id(deleted.version_id().unwrap()).send().await.unwrap();
        assert_eq!((removed.delete_marker(), removed.version_id()), (Some(true), deleted.version_id()));
        assert_eq!(bench.get(VERSIONED, "key").await, b"text");
    }
}

#[tokio::test]
async fn deleting_a_version_shows_the_one_before() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "key", "first").await;
    let second = bench.put(VERSIONED, "key", "second").await;
    let delete = bench.client.delete_object().bucket(VERSIONED).key("key").version_id(&second);
    let deleted = delete.send().await.unwrap();
    assert_eq!((deleted.delete_marker(), deleted.version_id()), (None, Some(&*second)));
    assert_eq!(bench.get(VERSIONED, "key").await, b"first");
}

#[tokio::test]
async fn deleting_what_is_not_there_succeeds() {
    let bench = Bench::new().await;
    let deleted = bench.client.delete_object().bucket(PLAIN).key("missing").send().await.unwrap();
    assert_eq!((deleted.delete_marker(), deleted.version_id()), (None, None));
    // In a bucket with versions it leaves a marker, as on AWS.
    let marked = bench.client.delete_object().bucket(VERSIONED).key("missing").send().await.unwrap();
    assert_eq!(marked.delete_marker(), Some(true));
    let bucket = bench.client.delete_object().bucket("nowhere").key("missing").send().await;
    assert_eq!(refusal(bucket), "NoSuchBucket");
}

#[tokio::test]
async fn a_deletion_can_depend_on_what_is_there() {
    let bench = Bench::new().await;
    bench.put(PLAIN, "key", "text").await;
    let delete = || bench.client.delete_object().bucket(PLAIN).key("key");
    assert_eq!(refusal(delete().if_match("\"0\"").send().await), "PreconditionFailed");
    let etag = bench.client.head_object().bucket(PLAIN).key("key").send().await.unwrap().e_tag.unwrap();
    delete().if_match(etag).send().await.unwrap();
}

#[tokio::test]
async fn a_deleted_object_frees_its_space() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::on_disk(folder.path()).await;
    let blobs = || std::fs::read_dir(folder.path().join("s3/blobs")).unwrap().count();
    bench.put(PLAIN, "key", noise(100_000)).await;
    bench.put(PLAIN, "key", noise(200_000)).await;
    assert_eq!(blobs(), 1);
    bench.client.delete_object().bucket(PLAIN).key("key").send().await.unwrap();
    assert_eq!(blobs(), 0);
    bench.put(VERSIONED, "key", noise(100_000)).await;
    let id = bench.put(VERSIONED, "key", noise(200_000)).await;
    assert_eq!(blobs(), 2);
    bench.client.delete_object().bucket(VERSIONED).key("key").version_id(id).send().await.unwrap();
    assert_eq!(blobs(), 1);
}

#[tokio::test]
async fn a_bucket_that_stops_keeping_versions_keeps_those_it_has() {
    let bench = Bench::new().await;
    let kept = bench.put(VERSIONED, "key", "kept").await;
    let spec = BucketSpec { name: VERSIONED.to_owned(), ..BucketSpec::default() };
    bench.host.s3.create_bucket(spec).await.unwrap();
    assert_eq!(bench.put(VERSIONED, "key", "one").await, "null");
    assert_eq!(bench.put(VERSIONED, "key", "two").await, "null");
    let listed = bench.client.list_object_versions().bucket(VERSIONED).send().await.unwrap();
    assert_eq!(listed.versions().len(), 2);
    let deleted = bench.client.delete_object().bucket(VERSIONED).key("key").send().await.unwrap();
    assert_eq!((deleted.delete_marker(), deleted.version_id()), (Some(true), Some("null")));
    let got = bench.client.get_object().bucket(VERSIONED).key("key").version_id(kept).send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"kept");
}
