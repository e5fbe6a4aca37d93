//! `CreateMultipartUpload`.

use super::{Bench, PLAIN, VERSIONED, parts};
use crate::host::refusal;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType};

#[tokio::test]
async fn what_describes_the_object_is_said_when_the_upload_is_opened() {
    let bench = Bench::new().await;
    let begun =
        bench.client.create_multipart_upload().bucket(VERSIONED).key("a b/ä").content_type("video/mp4");
    let begun = begun.metadata("school", "1").send().await.unwrap();
    assert_eq!((begun.bucket(), begun.key()), (Some(VERSIONED), Some("a b/ä")));
    let upload = begun.upload_id().unwrap();
    let list = [bench.part("a b/ä", upload, 1, b"frames".to_vec()).await];
    let complete = bench.client.complete_multipart_upload().bucket(VERSIONED).key("a b/ä").upload_id(upload);
    complete.multipart_upload(parts(&list)).send().await.unwrap();
    let head = bench.client.head_object().bucket(VERSIONED).key("a b/ä").send().await.unwrap();
    assert_eq!((head.content_type(), &*head.metadata().unwrap()["school"]), (Some("video/mp4"), "1"));
}

#[tokio::test]
async fn metadata_has_at_most_two_kilobytes() {
    let bench = Bench::new().await;
    let begin = |bytes: usize| {
        bench
            .client
            .create_multipart_upload()
            .bucket(PLAIN)
            .key("key")
            .metadata("a", "x".repeat(bytes - 1))
            .send()
    };
    begin(2_047).await.unwrap();
    begin(2_048).await.unwrap();
    assert_eq!(refusal(begin(2_049).await), "MetadataTooLarge");
}

#[tokio::test]
async fn a_checksum_covers_what_its_algorithm_can() {
    let bench = Bench::new().await;
    let begin = |algorithm: ChecksumAlgorithm, coverage: ChecksumType| {
        let begin =
            bench.client.create_multipart_upload().bucket(PLAIN).key("key").checksum_algorithm(algorithm);
        begin.checksum_type(coverage).send()
    };
    begin(ChecksumAlgorithm::Crc64Nvme, ChecksumType::FullObject).await.unwrap();
    begin(ChecksumAlgorithm::Crc32, ChecksumType::FullObject).await.unwrap();
    begin(ChecksumAlgorithm::Sha256, ChecksumType::Composite).await.unwrap();
    assert_eq!(refusal(begin(ChecksumAlgorithm::Sha256, ChecksumType::FullObject).await), "InvalidRequest");
    assert_eq!(refusal(begin(ChecksumAlgorithm::Crc64Nvme, ChecksumType::Composite).await), "InvalidRequest");
}
