//! `GetObject`: every edge of a range, versions, parts and overrides.

use super::{Bench, PLAIN, VERSIONED, noise, parts, status};
use crate::host::refusal;

#[tokio::test]
async fn a_range_is_cut_out_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::on_disk(folder.path()).await;
    for client in bench.both_ways().await {
        for size in [1_000, 700_000] {
            let body = noise(size);
            bench.put(PLAIN, "object", body.clone()).await;
            let check = async |range: &str, from: usize, to: usize| {
                let got = client.get_object().bucket(PLAIN).key("object").range(range).send().await.unwrap();
                assert_eq!(got.content_range(), Some(&*format!("bytes {from}-{}/{size}", to - 1)), "{range}");
                assert_eq!(got.content_length(), i64::try_from(to - from).ok());
                assert!(got.body.collect().await.unwrap().to_vec() == body[from..to], "{range} of {size}");
            };
            check("bytes=0-0", 0, 1).await;
            check("bytes=10-19", 10, 20).await;
            check("bytes=900-", 900, size).await;
            check(&format!("bytes={}-", size - 1), size - 1, size).await;
            check(&format!("bytes=0-{}", size - 1), 0, size).await;
            check(&format!("bytes=5-{size}"), 5, size).await;
            check("bytes=5-9999999999", 5, size).await;
            check("bytes=-1", size - 1, size).await;
            check(&format!("bytes=-{size}"), 0, size).await;
            check(&format!("bytes=-{}", size + 1), 0, size).await;
            for range in
                [format!("bytes={size}-"), format!("bytes={}-{}", size + 1, size + 2), "bytes=-0".into()]
            {
                let beyond = || client.get_object().bucket(PLAIN).key("object").range(&range).send();
                assert_eq!(refusal(beyond().await), "InvalidRange", "{range}");
                assert_eq!(status(beyond().await), 416);
            }
        }
    }
}

#[tokio::test]
async fn no_stretch_can_be_had_of_nothing() {
    let bench = Bench::new().await;
    bench.put(PLAIN, "empty", "").await;
    let get = || bench.client.get_object().bucket(PLAIN).key("empty");
    for range in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
        assert_eq!(refusal(get().range(range).send().await), "InvalidRange", "{range}");
    }
    assert_eq!(get().send().await.unwrap().content_length(), Some(0));
}

/// "Amazon S3 doesn't support retrieving multiple ranges of data per GET request" (API reference, `GetObject`). AWS answers
/// with the whole object; here the mistake is named, because no client of ours makes it on purpose.
#[tokio::test]
async fn several_ranges_and_ranges_that_are_none_are_refused() {
    let bench = Bench::new().await;
    bench.put(PLAIN, "object", "0123456789").await;
    for range in ["bytes=0-1,3-4", "bytes=4-2", "bytes=a-b", "lines=1-2", "bytes="] {
        let outcome = bench.client.get_object().bucket(PLAIN).key("object").range(range).send().await;
        assert_eq!(status(outcome), 400, "{range}");
    }
}

#[tokio::test]
async fn each_version_is_read_by_its_id() {
    let bench = Bench::new().await;
    let first = bench.put(VERSIONED, "key", "first").await;
    let second = bench.put(VERSIONED, "key", "second").await;
    let get = |id: &str| bench.client.get_object().bucket(VERSIONED).key("key").version_id(id).send();
    assert_eq!(get(&first).await.unwrap().body.collect().await.unwrap().to_vec(), b"first");
    assert_eq!(get(&second).await.unwrap().version_id(), Some(&*second));
    assert_eq!(bench.get(VERSIONED, "key").await, b"second");
    for id in ["no-such-id", &*"0".repeat(32), "null"] {
        assert_eq!(refusal(get(id).await), "NoSuchVersion", "{id}");
    }
    let other = bench.client.get_object().bucket(VERSIONED).key("other").version_id(&first).send().await;
    assert_eq!(refusal(other), "NoSuchVersion", "an id is good for its own key only");
}

#[tokio::test]
async fn a_delete_marker_hides_the_key_and_cannot_be_read() {
    let bench = Bench::new().await;
    let version = bench.put(VERSIONED, "key", "text").await;
    let deleted = bench.client.delete_object().bucket(VERSIONED).key("key").send().await.unwrap();
    let get = || bench.client.get_object().bucket(VERSIONED).key("key");
    let hidden = get().send().await.unwrap_err();
    let headers = hidden.raw_response().unwrap().headers();
    assert_eq!(headers.get("x-amz-delete-marker"), Some("true"));
    assert_eq!(headers.get("x-amz-version-id"), deleted.version_id());
    assert!(hidden.as_service_error().unwrap().is_no_such_key());
    assert_eq!(status(get().version_id(deleted.version_id().unwrap()).send().await), 405);
    get().version_id(&version).send().await.unwrap();
}

#[tokio::test]
async fn an_answer_can_be_told_how_to_describe_itself() {
    let bench = Bench::new().await;
    bench.put(PLAIN, "key", "text").await;
    let get = bench.client.get_object().bucket(PLAIN).key("key").response_content_type("text/vtt");
    let get = get.response_content_disposition("attachment").response_content_language("fr");
    let got = get.response_cache_control("no-cache").response_content_encoding("br").send().await.unwrap();
    assert_eq!(got.content_type(), Some("text/vtt"));
    assert_eq!(got.content_disposition(), Some("attachment"));
    assert_eq!(got.content_language(), Some("fr"));
    assert_eq!(got.cache_control(), Some("no-cache"));
    assert_eq!(got.content_encoding(), Some("br"));
}

#[tokio::test]
async fn a_part_is_read_by_its_number() {
    let bench = Bench::new().await;
    let (first, second) = (noise(5 * super::MIB), noise(10));
    let upload = bench.begin("video").await;
    let list = [
        bench.part("video", &upload, 1, first.clone()).await,
        bench.part("video", &upload, 2, second.clone()).await,
    ];
    let complete = bench.client.complete_multipart_upload().bucket(VERSIONED).key("video").upload_id(&upload);
    complete.multipart_upload(parts(&list)).send().await.unwrap();
    let get = |number: i32| bench.client.get_object().bucket(VERSIONED).key("video").part_number(number);
    let got = get(2).send().await.unwrap();
    assert_eq!((got.parts_count(), got.content_range()), (Some(2), Some("bytes 5242880-5242889/5242890")));
    assert_eq!(got.body.collect().await.unwrap().to_vec(), second);
    assert!(get(1).send().await.unwrap().body.collect().await.unwrap().to_vec() == first);
    for number in [0, 3] {
        assert_eq!(status(get(number).send().await), 416, "{number}");
    }
    assert_eq!(refusal(get(1).range("bytes=0-1").send().await), "InvalidRequest");
    // An object that was put at once is its own first part.
    bench.put(VERSIONED, "whole", "text").await;
    let whole =
        |number: i32| bench.client.get_object().bucket(VERSIONED).key("whole").part_number(number).send();
    assert_eq!(whole(1).await.unwrap().body.collect().await.unwrap().to_vec(), b"text");
    assert_eq!(status(whole(2).await), 416);
}

#[tokio::test]
async fn what_is_not_there_is_told_apart() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        let key = client.get_object().bucket(PLAIN).key("missing").send().await.unwrap_err();
        assert!(key.as_service_error().unwrap().is_no_such_key());
        let bucket = client.get_object().bucket("nowhere").key("missing").send().await;
        assert_eq!(refusal(bucket), "NoSuchBucket");
    }
}
