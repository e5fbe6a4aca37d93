//! Conditional requests: `If-Match`, `If-None-Match`, `If-Modified-Since`, `If-Unmodified-Since` (RFC 9110, section 13).

use super::{Bench, VERSIONED, status};
use crate::host::refusal;
use aws_sdk_s3::primitives::DateTime;

/// When the objects of these tests were stored.
const STORED: i64 = 1_767_225_600;

#[tokio::test]
async fn a_reader_gets_what_it_wants_or_nothing() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "key", "text").await;
    let get = || bench.client.get_object().bucket(VERSIONED).key("key");
    let etag = get().send().await.unwrap().e_tag.unwrap();
    let (before, at, after) =
        (DateTime::from_secs(STORED - 1), DateTime::from_secs(STORED), DateTime::from_secs(STORED + 1));

    get().if_match(&etag).send().await.unwrap();
    get().if_match("*").send().await.unwrap();
    get().if_none_match("\"0\"").send().await.unwrap();
    get().if_modified_since(before).send().await.unwrap();
    for since in [at, after] {
        get().if_unmodified_since(since).send().await.unwrap();
        assert_eq!(status(get().if_modified_since(since).send().await), 304);
    }
    assert_eq!(status(get().if_unmodified_since(before).send().await), 412);
    assert_eq!(status(get().if_match("\"0\"").send().await), 412);
    let unchanged = get().if_none_match(&etag).send().await.unwrap_err();
    let answer = unchanged.raw_response().unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().get("etag")), (304, Some(&*etag)));
    assert_eq!(status(get().if_none_match("*").send().await), 304);
}

/// "If both of the `If-Match` and `If-Unmodified-Since` headers are present … `If-Match` evaluates to true, and
/// `If-Unmodified-Since` evaluates to false, then S3 returns 200 OK"; with `If-None-Match` and `If-Modified-Since`, 304
/// (API reference, `GetObject`).
#[tokio::test]
async fn an_entity_tag_outweighs_a_time() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "key", "text").await;
    let get = || bench.client.get_object().bucket(VERSIONED).key("key");
    let etag = get().send().await.unwrap().e_tag.unwrap();
    let before = DateTime::from_secs(STORED - 1);
    get().if_match(&etag).if_unmodified_since(before).send().await.unwrap();
    assert_eq!(status(get().if_none_match(&etag).if_modified_since(before).send().await), 304);
}

#[tokio::test]
async fn a_writer_creates_only_what_is_not_there_and_replaces_only_what_it_knows() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        let put = || client.put_object().bucket(VERSIONED).key("once").body(b"1".to_vec().into());
        put().if_none_match("*").send().await.unwrap();
        assert_eq!(refusal(put().if_none_match("*").send().await), "PreconditionFailed");
        assert_eq!(status(put().if_none_match("*").send().await), 412);
        assert_eq!(refusal(put().if_match("\"0\"").send().await), "PreconditionFailed");
        let stored = put().send().await.unwrap();
        put().if_match(stored.e_tag().unwrap()).send().await.unwrap();
        client.delete_object().bucket(VERSIONED).key("once").send().await.unwrap();
        assert_eq!(refusal(put().if_match(stored.e_tag().unwrap()).send().await), "NoSuchKey");
        // A key behind a delete marker is free.
        put().if_none_match("*").send().await.unwrap();
        client.delete_object().bucket(VERSIONED).key("once").send().await.unwrap();
    }
}

#[tokio::test]
async fn one_of_many_writers_creates_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::on_disk(folder.path()).await;
    let writers: Vec<_> = (0..20_u8)
        .map(|writer| {
            let put = bench.client.put_object().bucket(VERSIONED).key("contended").if_none_match("*");
            tokio::spawn(put.body(vec![writer].into()).send())
        })
        .collect();
    let mut created = 0;
    for writer in writers {
        created += usize::from(writer.await.unwrap().is_ok());
    }
    assert_eq!(created, 1);
}
