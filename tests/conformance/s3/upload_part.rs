//! `UploadPart`: any order, any number from 1 to 10,000, the last one of a number counts.

use super::{Bench, VERSIONED, noise, parts};
use crate::host::refusal;

#[tokio::test]
async fn part_numbers_run_from_one_to_ten_thousand() {
    let bench = Bench::new().await;
    let upload = bench.begin("key").await;
    let put = |number: i32| {
        let part = bench.client.upload_part().bucket(VERSIONED).key("key").upload_id(&upload);
        part.part_number(number).body(b"x".to_vec().into()).send()
    };
    for number in [1, 2, 9_999, 10_000] {
        put(number).await.unwrap();
    }
    for number in [-1, 0, 10_001] {
        assert_eq!(refusal(put(number).await), "InvalidArgument", "{number}");
    }
}

#[tokio::test]
async fn parts_come_in_any_order_and_replace_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::on_disk(folder.path()).await;
    for client in bench.both_ways().await {
        let upload = bench.begin("video").await;
        let last = bench.part("video", &upload, 9, noise(1_000)).await;
        bench.part("video", &upload, 2, noise(6 * super::MIB)).await;
        bench.part("video", &upload, 5, noise(100_000)).await;
        let first = bench.part("video", &upload, 2, noise(5 * super::MIB)).await;
        let complete = client.complete_multipart_upload().bucket(VERSIONED).key("video").upload_id(&upload);
        complete.multipart_upload(parts(&[first, last])).send().await.unwrap();
        assert!(bench.get(VERSIONED, "video").await == [noise(5 * super::MIB), noise(1_000)].concat());
        let version = client.head_object().bucket(VERSIONED).key("video").send().await.unwrap().version_id;
        let delete = client.delete_object().bucket(VERSIONED).key("video").set_version_id(version);
        delete.send().await.unwrap();
        let blobs = std::fs::read_dir(folder.path().join("s3/blobs")).unwrap().count();
        assert_eq!(blobs, 0, "replaced, unused and deleted parts are gone");
    }
}

#[tokio::test]
async fn a_part_that_is_not_what_was_announced_is_refused() {
    let bench = Bench::new().await;
    let upload = bench.begin("key").await;
    let part = || {
        let part = bench.client.upload_part().bucket(VERSIONED).key("key").upload_id(&upload).part_number(1);
        part.body(noise(100_000).into())
    };
    assert_eq!(refusal(part().content_md5("AAAAAAAAAAAAAAAAAAAAAA==").send().await), "BadDigest");
    assert_eq!(refusal(part().checksum_crc32("AAAAAA==").send().await), "BadDigest");
    let listed =
        bench.client.list_parts().bucket(VERSIONED).key("key").upload_id(&upload).send().await.unwrap();
    assert!(listed.parts().is_empty());
}

#[tokio::test]
async fn an_upload_that_is_not_open_takes_no_part() {
    let bench = Bench::new().await;
    let upload = bench.begin("key").await;
    let put = |key: &str, upload: &str| {
        let part = bench.client.upload_part().bucket(VERSIONED).key(key).upload_id(upload).part_number(1);
        part.body(b"x".to_vec().into()).send()
    };
    assert_eq!(refusal(put("key", "unknown").await), "NoSuchUpload");
    assert_eq!(refusal(put("other", &upload).await), "NoSuchUpload", "an upload is one of its own key");
    let abort = bench.client.abort_multipart_upload().bucket(VERSIONED).key("key").upload_id(&upload);
    abort.send().await.unwrap();
    assert_eq!(refusal(put("key", &upload).await), "NoSuchUpload");
}
