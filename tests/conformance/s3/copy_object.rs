//! `CopyObject`.

use super::{Bench, PLAIN, VERSIONED, noise, status};
use crate::host::refusal;
use aws_sdk_s3::types::MetadataDirective;

#[tokio::test]
async fn a_copy_has_the_bytes_and_outlives_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::on_disk(folder.path()).await;
    for size in [10, 300_000] {
        bench.put(PLAIN, "a b/sömething+", noise(size)).await;
        let copy = |key: &str| {
            bench
                .client
                .copy_object()
                .bucket(PLAIN)
                .key(key)
                .copy_source("plain/a%20b/s%C3%B6mething%2B")
                .send()
        };
        copy("copy").await.unwrap();
        bench.client.delete_object().bucket(PLAIN).key("a b/sömething+").send().await.unwrap();
        assert!(bench.get(PLAIN, "copy").await == noise(size));
        assert_eq!(refusal(copy("again").await), "NoSuchKey");
    }
}

#[tokio::test]
async fn a_copy_keeps_or_replaces_what_describes_the_object() {
    let bench = Bench::new().await;
    let put =
        bench.client.put_object().bucket(PLAIN).key("source").metadata("school", "1").content_type("a/b");
    put.body(b"text".to_vec().into()).send().await.unwrap();
    let copy =
        || bench.client.copy_object().bucket(PLAIN).copy_source("plain/source").metadata("school", "2");
    copy().key("kept").send().await.unwrap();
    copy()
        .key("new")
        .metadata_directive(MetadataDirective::Replace)
        .content_type("c/d")
        .send()
        .await
        .unwrap();
    let head = async |key: &str| bench.client.head_object().bucket(PLAIN).key(key).send().await.unwrap();
    let (kept, new) = (head("kept").await, head("new").await);
    assert_eq!((kept.content_type(), &*kept.metadata().unwrap()["school"]), (Some("a/b"), "1"));
    assert_eq!((new.content_type(), &*new.metadata().unwrap()["school"]), (Some("c/d"), "2"));

    let onto_itself = || bench.client.copy_object().bucket(PLAIN).key("kept").copy_source("plain/kept");
    assert_eq!(refusal(onto_itself().send().await), "InvalidRequest");
    onto_itself().metadata_directive(MetadataDirective::Replace).send().await.unwrap();
    assert_eq!(bench.get(PLAIN, "kept").await, b"text");
}

#[tokio::test]
async fn an_older_version_is_copied_by_its_id() {
    let bench = Bench::new().await;
    let first = bench.put(VERSIONED, "key", "first").await;
    bench.put(VERSIONED, "key", "second").await;
    let source = format!("versioned/key?versionId={first}");
    let copied =
        bench.client.copy_object().bucket(VERSIONED).key("key").copy_source(source).send().await.unwrap();
    assert_eq!(copied.copy_source_version_id(), Some(&*first));
    assert_eq!(bench.get(VERSIONED, "key").await, b"first");
}

#[tokio::test]
async fn a_copy_can_be_made_to_depend_on_its_source() {
    let bench = Bench::new().await;
    bench.put(PLAIN, "source", "text").await;
    let copy = || bench.client.copy_object().bucket(PLAIN).key("copy").copy_source("plain/source");
    assert_eq!(status(copy().copy_source_if_match("\"0\"").send().await), 412);
    copy().copy_source_if_none_match("\"0\"").send().await.unwrap();
    for source in ["nowhere/source", "plain/missing"] {
        let missing = bench.client.copy_object().bucket(PLAIN).key("copy").copy_source(source).send().await;
        assert!(refusal(missing).starts_with("NoSuch"), "{source}");
    }
}
