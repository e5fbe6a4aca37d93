//! `HeadObject`: all that `GetObject` says, without the bytes.

use super::{Bench, PLAIN, VERSIONED, status};

#[tokio::test]
async fn an_object_is_described_without_its_bytes() {
    let bench = Bench::new().await;
    let version = bench.put(VERSIONED, "key", "0123456789").await;
    for client in bench.both_ways().await {
        let head = client.head_object().bucket(VERSIONED).key("key").send().await.unwrap();
        assert_eq!((head.content_length(), head.version_id()), (Some(10), Some(&*version)));
        assert_eq!(head.accept_ranges(), Some("bytes"));
        assert_eq!(head.last_modified().unwrap().secs(), 1_767_225_600);
        let part = client.head_object().bucket(VERSIONED).key("key").range("bytes=2-4").send().await.unwrap();
        assert_eq!((part.content_length(), part.content_range()), (Some(3), Some("bytes 2-4/10")));
    }
}

/// An answer to HEAD has no body, so its status is all that a client gets.
#[tokio::test]
async fn refusals_have_their_status() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "key", "text").await;
    let head = || bench.client.head_object().bucket(VERSIONED);
    for client in bench.both_ways().await {
        let missing = client.head_object().bucket(VERSIONED).key("missing").send().await.unwrap_err();
        assert!(missing.as_service_error().unwrap().is_not_found());
    }
    assert_eq!(status(head().key("key").range("bytes=4-").send().await), 416);
    assert_eq!(status(head().key("key").if_match("\"0\"").send().await), 412);
    let marker = bench.client.delete_object().bucket(VERSIONED).key("key").send().await.unwrap();
    assert_eq!(status(head().key("key").send().await), 404);
    assert_eq!(status(head().key("key").version_id(marker.version_id().unwrap()).send().await), 405);
    assert_eq!(status(bench.client.head_object().bucket("nowhere").key("key").send().await), 404);
    assert!(bench.client.list_objects_v2().bucket(PLAIN).send().await.unwrap().contents().is_empty());
}
