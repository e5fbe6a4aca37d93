use crate::harness::{Harness, PLAIN, code, noise};
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode};
use std::fs;

#[tokio::test]
async fn every_algorithm_is_verified_kept_and_shown() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    for algorithm in [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ] {
        for size in [10, 400_000] {
            let put =
                harness.client.put_object().bucket(PLAIN).key("key").checksum_algorithm(algorithm.clone());
            let put = put.body(noise(size).into()).send().await.unwrap();
            let head =
                harness.client.head_object().bucket(PLAIN).key("key").checksum_mode(ChecksumMode::Enabled);
            let head = head.send().await.unwrap();
            let sums = [
                (put.checksum_crc32(), head.checksum_crc32()),
                (put.checksum_crc32_c(), head.checksum_crc32_c()),
                (put.checksum_crc64_nvme(), head.checksum_crc64_nvme()),
                (put.checksum_sha1(), head.checksum_sha1()),
                (put.checksum_sha256(), head.checksum_sha256()),
            ];
            assert!(sums.iter().all(|(put, head)| put == head));
            assert_eq!(sums.iter().filter(|(put, _)| put.is_some()).count(), 1, "{algorithm}");
            assert_eq!(harness.get(PLAIN, "key").await, noise(size), "the SDK verifies what it gets");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_was_announced_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    for size in [10, 400_000] {
        let put = || harness.client.put_object().bucket(PLAIN).key("key").body(noise(size).into());
        let refusals = [
            (put().checksum_crc32("AAAAAA==").send().await, "BadDigest"),
            (put().checksum_crc64_nvme("AAAAAAAAAAA=").send().await, "BadDigest"),
            (put().checksum_sha256("nonsense").send().await, "InvalidRequest"),
            (put().content_md5("AAAAAAAAAAAAAAAAAAAAAA==").send().await, "BadDigest"),
            (put().content_md5("short").send().await, "InvalidDigest"),
            (put().checksum_crc32("AAAAAA==").checksum_crc32_c("AAAAAA==").send().await, "InvalidRequest"),
        ];
        for (answer, expected) in refusals {
            assert_eq!(code(&answer.unwrap_err()), expected, "{size} bytes");
        }
    }
    assert!(harness.client.list_objects_v2().bucket(PLAIN).send().await.unwrap().contents().is_empty());
    assert!(harness.store.next_events(10).await.unwrap().is_empty());
    assert_eq!(fs::read_dir(directory.path().join("blobs")).unwrap().count(), 0);
}
