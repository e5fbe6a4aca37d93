//! `UploadPartCopy`: a part out of a stretch of an object.

use super::{Bench, MIB, VERSIONED, noise, parts};
use crate::host::refusal;
use aws_sdk_s3::types::CompletedPart;

#[tokio::test]
async fn stretches_of_an_object_become_parts() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::on_disk(folder.path()).await;
    let source = noise(6 * MIB);
    bench.put(VERSIONED, "source", source.clone()).await;
    let upload = bench.begin("copy").await;
    let copy = |number: i32, range: &str| {
        let copy = bench.client.upload_part_copy().bucket(VERSIONED).key("copy").upload_id(&upload);
        copy.part_number(number).copy_source("versioned/source").copy_source_range(range).send()
    };
    let mut list = Vec::new();
    for (number, range) in [(1, "bytes=0-5242879"), (2, "bytes=5242880-6291455")] {
        let copied = copy(number, range).await.unwrap().copy_part_result.unwrap();
        list.push(CompletedPart::builder().part_number(number).set_e_tag(copied.e_tag).build());
    }
    let done = bench.client.complete_multipart_upload().bucket(VERSIONED).key("copy").upload_id(&upload);
    done.multipart_upload(parts(&list)).send().await.unwrap();
    assert!(bench.get(VERSIONED, "copy").await == source);
}

#[tokio::test]
async fn what_cannot_be_copied_is_told() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "source", "text").await;
    let upload = bench.begin("copy").await;
    let copy = |source: &str| {
        let copy = bench.client.upload_part_copy().bucket(VERSIONED).key("copy").upload_id(&upload);
        copy.part_number(1).copy_source(source)
    };
    assert_eq!(refusal(copy("versioned/missing").send().await), "NoSuchKey");
    assert_eq!(refusal(copy("nowhere/source").send().await), "NoSuchBucket");
    let beyond = copy("versioned/source").copy_source_range("bytes=4-5").send().await;
    assert_eq!(refusal(beyond), "InvalidRange");
}
