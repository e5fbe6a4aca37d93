//! Checksums: every algorithm ahead of the body, behind it in a trailer, and as `Content-MD5`.

use super::{Bench, PLAIN, noise};
use crate::host::refusal;
use aws_sdk_s3::{
    operation::put_object::builders::PutObjectFluentBuilder,
    types::{ChecksumAlgorithm, ChecksumMode},
};

const ALGORITHMS: [ChecksumAlgorithm; 5] = [
    ChecksumAlgorithm::Crc32,
    ChecksumAlgorithm::Crc32C,
    ChecksumAlgorithm::Crc64Nvme,
    ChecksumAlgorithm::Sha1,
    ChecksumAlgorithm::Sha256,
];

/// The SDK sends what it sums up itself in a trailer behind an aws-chunked body, when the body is a stream.
#[tokio::test]
async fn every_algorithm_is_verified_kept_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::on_disk(folder.path()).await;
    for client in bench.both_ways().await {
        for (algorithm, size) in ALGORITHMS.into_iter().flat_map(|it| [(it.clone(), 10), (it, 400_000)]) {
            let put = client.put_object().bucket(PLAIN).key("key").checksum_algorithm(algorithm.clone());
            let put = put.body(noise(size).into()).send().await.unwrap();
            let head = client.head_object().bucket(PLAIN).key("key").checksum_mode(ChecksumMode::Enabled);
            let head = head.send().await.unwrap();
            let sums = [
                (put.checksum_crc32(), head.checksum_crc32()),
                (put.checksum_crc32_c(), head.checksum_crc32_c()),
                (put.checksum_crc64_nvme(), head.checksum_crc64_nvme()),
                (put.checksum_sha1(), head.checksum_sha1()),
                (put.checksum_sha256(), head.checksum_sha256()),
            ];
            assert!(sums.iter().all(|(put, head)| put == head), "{algorithm}");
            assert_eq!(sums.iter().filter(|(put, _)| put.is_some()).count(), 1, "{algorithm}");
            // The SDK verifies what it gets.
            let got = client.get_object().bucket(PLAIN).key("key").checksum_mode(ChecksumMode::Enabled);
            assert!(got.send().await.unwrap().body.collect().await.unwrap().to_vec() == noise(size));
        }
    }
}

#[tokio::test]
async fn a_streamed_body_is_held_against_its_trailer() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("body");
    std::fs::write(&file, noise(300_000)).unwrap();
    let bench = Bench::new().await;
    for algorithm in ALGORITHMS {
        let body = aws_sdk_s3::primitives::ByteStream::from_path(&file).await.unwrap();
        let put = bench.client.put_object().bucket(PLAIN).key("key").checksum_algorithm(algorithm);
        put.body(body).send().await.unwrap();
        assert!(bench.get(PLAIN, "key").await == noise(300_000));
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_was_announced_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::on_disk(folder.path()).await;
    for size in [10, 400_000] {
        let check = async |announce: fn(PutObjectFluentBuilder) -> PutObjectFluentBuilder, expected: &str| {
            let put = bench.client.put_object().bucket(PLAIN).key("key").body(noise(size).into());
            assert_eq!(refusal(announce(put).send().await), expected, "{size} bytes");
        };
        check(|put| put.checksum_crc32("AAAAAA=="), "BadDigest").await;
        check(|put| put.checksum_crc32_c("AAAAAA=="), "BadDigest").await;
        check(|put| put.checksum_crc64_nvme("AAAAAAAAAAA="), "BadDigest").await;
        check(|put| put.checksum_sha1("AAAAAAAAAAAAAAAAAAAAAAAAAAA="), "BadDigest").await;
        check(|put| put.checksum_sha256("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), "BadDigest").await;
        check(|put| put.checksum_sha256("nonsense"), "InvalidRequest").await;
        check(|put| put.checksum_crc32("AAAAAAAAAAA="), "InvalidRequest").await;
        check(|put| put.content_md5("AAAAAAAAAAAAAAAAAAAAAA=="), "BadDigest").await;
        check(|put| put.content_md5("short"), "InvalidDigest").await;
        check(|put| put.checksum_crc32("AAAAAA==").checksum_sha1("AAAA"), "InvalidRequest").await;
    }
    assert!(bench.client.list_objects_v2().bucket(PLAIN).send().await.unwrap().contents().is_empty());
    assert!(bench.host.s3.next_events(10).await.unwrap().is_empty());
    assert_eq!(std::fs::read_dir(folder.path().join("s3/blobs")).unwrap().count(), 0);
}
