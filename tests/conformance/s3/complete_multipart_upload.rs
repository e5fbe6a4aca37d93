//! `CompleteMultipartUpload`: every way in which a list of parts can be wrong, and what a right one makes.

use super::{Bench, MIB, VERSIONED, noise, parts};
use crate::host::refusal;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedPart};

async fn complete(bench: &Bench, upload: &str, list: &[CompletedPart]) -> Result<String, String> {
    let complete = bench.client.complete_multipart_upload().bucket(VERSIONED).key("key").upload_id(upload);
    match complete.multipart_upload(parts(list)).send().await {
        Ok(done) => Ok(done.version_id.unwrap_or_default()),
        refused => Err(refusal(refused)),
    }
}

fn refused(code: &str) -> Result<String, String> {
    Err(code.to_owned())
}

#[tokio::test]
async fn a_list_that_is_wrong_is_refused_and_the_upload_goes_on() {
    let bench = Bench::new().await;
    let upload = bench.begin("key").await;
    let one = bench.part("key", &upload, 1, noise(100)).await;
    let two = bench.part("key", &upload, 2, noise(200)).await;
    assert_eq!(complete(&bench, &upload, &[two.clone(), one.clone()]).await, refused("InvalidPartOrder"));
    assert_eq!(complete(&bench, &upload, &[one.clone(), one.clone()]).await, refused("InvalidPartOrder"));
    assert_eq!(complete(&bench, &upload, &[]).await, refused("MalformedXML"));
    let wrong = CompletedPart::builder().part_number(1).e_tag(two.e_tag().unwrap()).build();
    assert_eq!(complete(&bench, &upload, &[wrong]).await, refused("InvalidPart"));
    let missing = CompletedPart::builder().part_number(3).e_tag(two.e_tag().unwrap()).build();
    assert_eq!(complete(&bench, &upload, &[one.clone(), missing]).await, refused("InvalidPart"));
    assert_eq!(complete(&bench, "unknown", std::slice::from_ref(&one)).await, refused("NoSuchUpload"));

    complete(&bench, &upload, std::slice::from_ref(&two)).await.unwrap();
    assert_eq!(bench.get(VERSIONED, "key").await, noise(200));
    assert_eq!(
        complete(&bench, &upload, &[one]).await,
        refused("NoSuchUpload"),
        "another list, another completion"
    );
}

#[tokio::test]
async fn every_part_but_the_last_has_at_least_five_mebibytes() {
    let bench = Bench::new().await;
    for (size, allowed) in [(5 * MIB - 1, false), (5 * MIB, true), (5 * MIB + 1, true)] {
        let upload = bench.begin("key").await;
        let list =
            [bench.part("key", &upload, 1, noise(size)).await, bench.part("key", &upload, 2, noise(1)).await];
        let outcome = complete(&bench, &upload, &list).await;
        if allowed {
            outcome.unwrap();
        } else {
            assert_eq!(outcome, refused("EntityTooSmall"), "{size}");
        }
    }
}

#[tokio::test]
async fn a_repeated_completion_answers_the_same_and_announces_nothing_new() {
    let bench = Bench::new().await;
    let upload = bench.begin("key").await;
    let list = [bench.part("key", &upload, 7, noise(100)).await];
    let first = complete(&bench, &upload, &list).await.unwrap();
    assert_eq!(complete(&bench, &upload, &list).await, Ok(first));
    assert_eq!(bench.host.s3.next_events(10).await.unwrap().len(), 1, "one object, one event");
    let versions = bench.client.list_object_versions().bucket(VERSIONED).send().await.unwrap();
    assert_eq!(versions.versions().len(), 1);
    let abort =
        bench.client.abort_multipart_upload().bucket(VERSIONED).key("key").upload_id(&upload).send().await;
    assert_eq!(refusal(abort), "NoSuchUpload");
}

#[tokio::test]
async fn a_completion_can_depend_on_what_is_there() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "key", "there").await;
    let upload = bench.begin("key").await;
    let list = [bench.part("key", &upload, 1, noise(100)).await];
    let conditional = || {
        let complete =
            bench.client.complete_multipart_upload().bucket(VERSIONED).key("key").upload_id(&upload);
        complete.multipart_upload(parts(&list))
    };
    assert_eq!(refusal(conditional().if_none_match("*").send().await), "PreconditionFailed");
    assert_eq!(refusal(conditional().mpu_object_size(99).send().await), "InvalidRequest");
    let etag = bench.client.head_object().bucket(VERSIONED).key("key").send().await.unwrap().e_tag.unwrap();
    conditional().if_match(etag).mpu_object_size(100).send().await.unwrap();
}

#[tokio::test]
async fn an_upload_has_at_most_ten_thousand_parts_and_they_can_all_be_named() {
    let bench = Bench::new().await;
    let upload = bench.begin("key").await;
    let one = bench.part("key", &upload, 1, noise(1)).await;
    let list = |count: i32| -> Vec<_> {
        let part = |number| CompletedPart::builder().part_number(number).set_e_tag(one.e_tag.clone()).build();
        (1..=count).map(part).collect()
    };
    // The list is read whole, and then found to name parts that are not there.
    for count in [9_999, 10_000] {
        assert_eq!(complete(&bench, &upload, &list(count)).await, refused("InvalidPart"), "{count}");
    }
    assert_eq!(complete(&bench, &upload, &list(10_001)).await, refused("MalformedXML"));
}

#[tokio::test]
async fn checksums_of_parts_make_the_checksum_of_the_whole() {
    let bench = Bench::new().await;
    let bodies = [noise(5 * MIB), noise(12_345)];
    let whole = bench.client.put_object().bucket(VERSIONED).key("whole").body(bodies.concat().into());
    let whole = whole.checksum_algorithm(ChecksumAlgorithm::Crc64Nvme).send().await.unwrap();
    for (coverage, algorithm) in [
        (ChecksumType::FullObject, ChecksumAlgorithm::Crc64Nvme),
        (ChecksumType::Composite, ChecksumAlgorithm::Sha256),
        (ChecksumType::Composite, ChecksumAlgorithm::Crc32),
    ] {
        let begun = bench.client.create_multipart_upload().bucket(VERSIONED).key("parts");
        let begun = begun.checksum_algorithm(algorithm.clone()).checksum_type(coverage.clone());
        let upload = begun.send().await.unwrap().upload_id.unwrap();
        let mut list = Vec::new();
        for (number, body) in (1..).zip(&bodies) {
            let part = bench.client.upload_part().bucket(VERSIONED).key("parts").upload_id(&upload);
            let part =
                part.part_number(number).checksum_algorithm(algorithm.clone()).body(body.clone().into());
            let part = part.send().await.unwrap();
            list.push(
                CompletedPart::builder()
                    .part_number(number)
                    .set_e_tag(part.e_tag)
                    .set_checksum_crc64_nvme(part.checksum_crc64_nvme)
                    .set_checksum_sha256(part.checksum_sha256)
                    .set_checksum_crc32(part.checksum_crc32)
                    .build(),
            );
        }
        let done = bench.client.complete_multipart_upload().bucket(VERSIONED).key("parts").upload_id(&upload);
        let done = done.multipart_upload(parts(&list)).checksum_type(coverage.clone()).send().await.unwrap();
        assert_eq!(done.checksum_type(), Some(&coverage));
        match coverage {
            ChecksumType::FullObject => assert_eq!(done.checksum_crc64_nvme(), whole.checksum_crc64_nvme()),
            _ => assert!(done.checksum_sha256().or_else(|| done.checksum_crc32()).unwrap().ends_with("-2")),
        }
        // The SDK itself holds a whole object's checksum against what it received.
        let got =
            bench.client.get_object().bucket(VERSIONED).key("parts").checksum_mode(ChecksumMode::Enabled);
        assert!(got.send().await.unwrap().body.collect().await.unwrap().to_vec() == bodies.concat());
    }
}
