use crate::harness::{Harness, VERSIONED, code, noise};
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
};
use std::fs;

const MIB: usize = 1024 * 1024;

async fn begin(harness: &Harness, key: &str) -> String {
    let begun = harness.client.create_multipart_upload().bucket(VERSIONED).key(key).content_type("video/mp4");
    begun.send().await.unwrap().upload_id.unwrap()
}

async fn part(harness: &Harness, key: &str, upload: &str, number: i32, body: Vec<u8>) -> CompletedPart {
    let part = harness.client.upload_part().bucket(VERSIONED).key(key).upload_id(upload).part_number(number);
    let etag = part.body(body.into()).send().await.unwrap().e_tag.unwrap();
    CompletedPart::builder().part_number(number).e_tag(etag).build()
}

fn parts(parts: &[CompletedPart]) -> CompletedMultipartUpload {
    CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec())).build()
}

#[tokio::test]
async fn parts_become_one_object_and_a_repeated_completion_answers_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    let upload = begin(&harness, "video.mp4").await;
    let (first, second) = (noise(5 * MIB), noise(1000));
    let second_part = part(&harness, "video.mp4", &upload, 7, second.clone()).await;
    let replaced = part(&harness, "video.mp4", &upload, 2, noise(6 * MIB)).await;
    let unused = part(&harness, "video.mp4", &upload, 9, noise(100_000)).await;
    let first_part = part(&harness, "video.mp4", &upload, 2, first.clone()).await;
    assert_ne!((replaced.e_tag(), unused.e_tag()), (first_part.e_tag(), None));

    let list = harness.client.list_parts().bucket(VERSIONED).key("video.mp4").upload_id(&upload);
    let listed = list.max_parts(2).send().await.unwrap();
    let numbers: Vec<_> = listed.parts().iter().filter_map(aws_sdk_s3::types::Part::part_number).collect();
    assert_eq!((numbers, listed.is_truncated()), (vec![2, 7], Some(true)));

    let complete = || {
        let complete = harness.client.complete_multipart_upload().bucket(VERSIONED).key("video.mp4");
        complete.upload_id(&upload).multipart_upload(parts(&[first_part.clone(), second_part.clone()])).send()
    };
    let done = complete().await.unwrap();
    assert!(done.e_tag().unwrap().ends_with("-2\""));
    assert_eq!(harness.get(VERSIONED, "video.mp4").await, [first.clone(), second].concat());
    let again = complete().await.unwrap();
    assert_eq!((done.e_tag(), done.version_id()), (again.e_tag(), again.version_id()));
    assert_eq!(harness.store.next_events(10).await.unwrap().len(), 1, "one object, one event");
    assert_eq!(
        fs::read_dir(directory.path().join("blobs")).unwrap().count(),
        1,
        "replaced and unused parts are gone"
    );

    let got =
        harness.client.get_object().bucket(VERSIONED).key("video.mp4").part_number(1).send().await.unwrap();
    assert_eq!((got.parts_count(), got.content_type()), (Some(2), Some("video/mp4")));
    assert_eq!(got.body.collect().await.unwrap().to_vec(), first);
    let across =
        harness.client.get_object().bucket(VERSIONED).key("video.mp4").range("bytes=5242870-5242889");
    assert_eq!(across.send().await.unwrap().body.collect().await.unwrap().to_vec().len(), 20);
}

#[tokio::test]
async fn a_completion_that_is_wrong_is_refused_and_the_upload_goes_on() {
    let harness = Harness::in_memory().await;
    let upload = begin(&harness, "key").await;
    let one = part(&harness, "key", &upload, 1, noise(100)).await;
    let two = part(&harness, "key", &upload, 2, noise(200)).await;
    let complete = async |id: &str, list: &[CompletedPart]| {
        let complete = harness.client.complete_multipart_upload().bucket(VERSIONED).key("key").upload_id(id);
        complete.multipart_upload(parts(list)).send().await.map_err(|error| code(&error))
    };
    let refused = async |list: &[CompletedPart]| complete(&upload, list).await.unwrap_err();
    assert_eq!(refused(&[one.clone(), two.clone()]).await, "EntityTooSmall");
    assert_eq!(refused(&[two.clone(), one.clone()]).await, "InvalidPartOrder");
    assert_eq!(refused(&[]).await, "MalformedXML");
    let wrong = CompletedPart::builder().part_number(1).e_tag(two.e_tag().unwrap()).build();
    assert_eq!(refused(&[wrong]).await, "InvalidPart");
    let missing = CompletedPart::builder().part_number(3).e_tag(two.e_tag().unwrap()).build();
    assert_eq!(refused(&[missing]).await, "InvalidPart");
    assert_eq!(complete("unknown", std::slice::from_ref(&one)).await.unwrap_err(), "NoSuchUpload");

    complete(&upload, std::slice::from_ref(&two)).await.unwrap();
    assert_eq!(harness.get(VERSIONED, "key").await, noise(200));
    assert_eq!(refused(&[one]).await, "NoSuchUpload", "another list is another completion");
    let late = harness.client.upload_part().bucket(VERSIONED).key("key").upload_id(&upload).part_number(1);
    assert_eq!(code(&late.body(b"late".to_vec().into()).send().await.unwrap_err()), "NoSuchUpload");
}

#[tokio::test]
async fn part_numbers_have_bounds() {
    let harness = Harness::in_memory().await;
    let upload = begin(&harness, "key").await;
    for (number, allowed) in [(0, false), (1, true), (10_000, true), (10_001, false)] {
        let part =
            harness.client.upload_part().bucket(VERSIONED).key("key").upload_id(&upload).part_number(number);
        let answer = part.body(b"x".to_vec().into()).send().await;
        assert_eq!(answer.is_ok(), allowed, "part {number}");
    }
}

#[tokio::test]
async fn aborting_frees_the_parts_and_ends_the_upload() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    let (kept, upload) = (begin(&harness, "a/kept").await, begin(&harness, "b").await);
    part(&harness, "b", &upload, 1, noise(100_000)).await;
    let list = || harness.client.list_multipart_uploads().bucket(VERSIONED);
    assert_eq!(list().send().await.unwrap().uploads().len(), 2);
    let page = list().max_uploads(1).send().await.unwrap();
    assert_eq!((page.next_key_marker(), page.next_upload_id_marker()), (Some("a/kept"), Some(kept.as_str())));
    let rest = list().key_marker("a/kept").upload_id_marker(&kept).send().await.unwrap();
    assert_eq!(rest.uploads()[0].upload_id(), Some(upload.as_str()));
    assert_eq!(list().prefix("a/").send().await.unwrap().uploads().len(), 1);

    let abort =
        || harness.client.abort_multipart_upload().bucket(VERSIONED).key("b").upload_id(&upload).send();
    abort().await.unwrap();
    assert_eq!(code(&abort().await.unwrap_err()), "NoSuchUpload");
    assert_eq!(list().send().await.unwrap().uploads().len(), 1);
    assert_eq!(fs::read_dir(directory.path().join("blobs")).unwrap().count(), 0);
}

#[tokio::test]
async fn checksums_of_parts_make_the_checksum_of_the_whole() {
    let harness = Harness::in_memory().await;
    let bodies = [noise(5 * MIB), noise(12_345)];
    let whole = harness.client.put_object().bucket(VERSIONED).key("whole").body(bodies.concat().into());
    let whole = whole.checksum_algorithm(ChecksumAlgorithm::Crc64Nvme).send().await.unwrap();
    for (coverage, algorithm) in [
        (ChecksumType::FullObject, ChecksumAlgorithm::Crc64Nvme),
        (ChecksumType::Composite, ChecksumAlgorithm::Sha256),
        (ChecksumType::Composite, ChecksumAlgorithm::Crc32),
    ] {
        let begun = harness.client.create_multipart_upload().bucket(VERSIONED).key("parts");
        let begun =
            begun.checksum_algorithm(algorithm.clone()).checksum_type(coverage.clone()).send().await.unwrap();
        let upload = begun.upload_id().unwrap();
        let mut list = Vec::new();
        for (number, body) in (1..).zip(&bodies) {
            let part = harness.client.upload_part().bucket(VERSIONED).key("parts").upload_id(upload);
            let part =
                part.part_number(number).checksum_algorithm(algorithm.clone()).body(body.clone().into());
            let part = part.send().await.unwrap();
            list.push(
                CompletedPart::builder()
                    .part_number(number)
                    .e_tag(part.e_tag().unwrap())
                    .set_checksum_crc64_nvme(part.checksum_crc64_nvme)
                    .set_checksum_sha256(part.checksum_sha256)
                    .set_checksum_crc32(part.checksum_crc32)
                    .build(),
            );
        }
        let done =
            harness.client.complete_multipart_upload().bucket(VERSIONED).key("parts").upload_id(upload);
        let done = done.multipart_upload(parts(&list)).checksum_type(coverage.clone()).send().await.unwrap();
        assert_eq!(done.checksum_type(), Some(&coverage));
        match coverage {
            ChecksumType::FullObject => assert_eq!(done.checksum_crc64_nvme(), whole.checksum_crc64_nvme()),
            _ => assert!(done.checksum_sha256().or_else(|| done.checksum_crc32()).unwrap().ends_with("-2")),
        }
        // The SDK itself holds a whole object's checksum against what it received.
        let got =
            harness.client.get_object().bucket(VERSIONED).key("parts").checksum_mode(ChecksumMode::Enabled);
        let got = got.send().await.unwrap();
        assert_eq!(got.body.collect().await.unwrap().to_vec(), bodies.concat());
    }
}

#[tokio::test]
async fn a_part_can_be_copied_from_a_stretch_of_an_object() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    let source = noise(6 * MIB);
    harness.put(VERSIONED, "source", source.clone()).await;
    let upload = begin(&harness, "copy").await;
    let mut list = Vec::new();
    for (number, range) in [(1, "bytes=0-5242879"), (2, "bytes=5242880-6291455")] {
        let copy = harness.client.upload_part_copy().bucket(VERSIONED).key("copy").upload_id(&upload);
        let copy = copy.part_number(number).copy_source("versioned/source").copy_source_range(range);
        let copied = copy.send().await.unwrap().copy_part_result.unwrap();
        list.push(CompletedPart::builder().part_number(number).e_tag(copied.e_tag.unwrap()).build());
    }
    let done = harness.client.complete_multipart_upload().bucket(VERSIONED).key("copy").upload_id(&upload);
    done.multipart_upload(parts(&list)).send().await.unwrap();
    assert_eq!(harness.get(VERSIONED, "copy").await, source);
}
