use crate::harness::{Harness, PLAIN, VERSIONED, code, config, noise, status};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use local_s3::{OpenError, Store, StoreError};
use std::path::Path;
use std::{fs, io};

#[tokio::test]
async fn everything_acknowledged_is_there_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    let small = harness.put(VERSIONED, "small", "small").await;
    harness.put(VERSIONED, "large", noise(900_000)).await;
    let begun = harness.client.create_multipart_upload().bucket(VERSIONED).key("parts").send().await.unwrap();
    let upload = begun.upload_id().unwrap().to_owned();
    let part = harness.client.upload_part().bucket(VERSIONED).key("parts").upload_id(&upload).part_number(1);
    let etag = part.body(noise(300_000).into()).send().await.unwrap().e_tag.unwrap();
    let events = harness.store.next_events(10).await.unwrap();
    harness.store.acknowledge(&[events[0].id]).await.unwrap();
    drop(harness);

    let harness = Harness::on_disk(directory.path()).await;
    harness.store.event_announced().await;
    assert_eq!(
        harness.store.next_events(10).await.unwrap(),
        events[1..],
        "what was acknowledged does not come again"
    );
    assert_eq!(harness.get(VERSIONED, "large").await, noise(900_000));
    let head = harness.client.head_object().bucket(VERSIONED).key("small").send().await.unwrap();
    assert_eq!(head.version_id(), Some(small.as_str()));
    let part = CompletedPart::builder().part_number(1).e_tag(etag).build();
    let complete =
        harness.client.complete_multipart_upload().bucket(VERSIONED).key("parts").upload_id(upload);
    let complete = complete.multipart_upload(CompletedMultipartUpload::builder().parts(part).build());
    complete.send().await.unwrap();
    assert_eq!(harness.get(VERSIONED, "parts").await, noise(300_000));
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_no_object_no_event_and_no_blob() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    let url = harness.client.put_object().bucket(PLAIN).key("key");
    let config =
        aws_sdk_s3::presigning::PresigningConfig::expires_in(std::time::Duration::from_mins(1)).unwrap();
    let url = url.presigned(config).await.unwrap();
    let chunks =
        (0..9).map(|chunk| if chunk < 8 { Ok(noise(100_000).into()) } else { Err(io::Error::other("gone")) });
    let body = s3s::dto::StreamingBlob::wrap(futures::stream::iter(chunks.collect::<Vec<_>>()));
    let request = http::Request::builder().method("PUT").uri(url.uri()).header("content-length", "1000000");
    let (parts, answer) = harness.send(request.body(s3s::Body::from(body)).unwrap()).await;
    assert_eq!(parts.status, 400);
    assert!(String::from_utf8(answer).unwrap().contains("IncompleteBody"));

    let short = http::Request::builder().method("PUT").uri(url.uri()).header("content-length", "100");
    let (parts, _) = harness.send(short.body(s3s::Body::from(b"short".to_vec())).unwrap()).await;
    assert_eq!(parts.status, 400);

    assert!(harness.client.list_objects_v2().bucket(PLAIN).send().await.unwrap().contents().is_empty());
    assert!(harness.store.next_events(10).await.unwrap().is_empty());
    settles_at_blobs(directory.path(), 0).await;
}

#[tokio::test]
async fn a_dropped_call_leaves_a_whole_object_or_none() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    let mut finished = 0;
    for polls in 1..60_u32 {
        let key = format!("key-{polls}");
        let put = harness.client.put_object().bucket(PLAIN).key(&key).body(noise(600_000).into()).send();
        let mut put = Box::pin(put);
        // Polls a few times, then drops the call where it is.
        for _ in 0..polls {
            if futures::poll!(put.as_mut()).is_ready() {
                finished += 1;
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    drop(harness);
    let harness = Harness::on_disk(directory.path()).await;
    let listed = harness.client.list_objects_v2().bucket(PLAIN).send().await.unwrap();
    for object in listed.contents() {
        assert_eq!(harness.get(PLAIN, object.key().unwrap()).await, noise(600_000));
    }
    assert!(listed.contents().len() >= finished);
    let events = harness.store.next_events(1000).await.unwrap();
    assert_eq!(events.len(), listed.contents().len(), "one event for each object");
    settles_at_blobs(directory.path(), listed.contents().len()).await;
}

/// Waits until the store has so many blobs: a write that was broken off removes its blob on a thread of its own, which may
/// be a moment after the answer.
async fn settles_at_blobs(directory: &Path, expected: usize) {
    let blobs = || fs::read_dir(directory.join("blobs")).unwrap().count();
    let settled = async {
        while blobs() != expected {
            tokio::task::yield_now().await;
        }
    };
    let settled = tokio::time::timeout(std::time::Duration::from_mins(1), settled).await;
    assert!(settled.is_ok(), "{} blobs instead of {expected}", blobs());
}

#[tokio::test]
async fn blobs_without_owner_are_swept_at_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    harness.put(PLAIN, "key", noise(100_000)).await;
    drop(harness);
    fs::write(directory.path().join("blobs").join("00".repeat(16)), "written, never committed").unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    assert_eq!(fs::read_dir(directory.path().join("blobs")).unwrap().count(), 1);
    assert_eq!(harness.get(PLAIN, "key").await, noise(100_000));
}

#[tokio::test]
async fn once_a_sync_fails_writes_are_refused_and_reads_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    harness.put(PLAIN, "small", "small").await;
    harness.store.health().unwrap();

    // The directory vanishes while the body comes in, so what was written cannot be synced.
    let blobs = directory.path().join("blobs");
    let chunks = (0..8).map(move |chunk| {
        if chunk == 7 {
            fs::remove_dir_all(&blobs).unwrap();
        }
        Ok::<_, io::Error>(vec![chunk; 100_000].into())
    });
    let put = harness.client.put_object().bucket(PLAIN).key("key");
    let config =
        aws_sdk_s3::presigning::PresigningConfig::expires_in(std::time::Duration::from_mins(1)).unwrap();
    let url = put.presigned(config).await.unwrap();
    let body = s3s::dto::StreamingBlob::wrap(futures::stream::iter(chunks));
    let request = http::Request::builder().method("PUT").uri(url.uri()).header("content-length", "800000");
    let (failed, _) = harness.send(request.body(s3s::Body::from(body)).unwrap()).await;
    assert_eq!(failed.status, 500);

    let refused =
        harness.client.put_object().bucket(PLAIN).key("key").body(noise(10).into()).send().await.unwrap_err();
    assert_eq!((code(&refused).as_str(), status(&refused)), ("ServiceUnavailable", 503));
    assert!(matches!(harness.store.health(), Err(StoreError::Refused { .. })));
    assert_eq!(harness.get(PLAIN, "small").await, b"small");
}

#[tokio::test]
async fn a_blob_that_is_missing_is_an_error_and_not_a_broken_body() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    harness.put(PLAIN, "key", noise(100_000)).await;
    for blob in fs::read_dir(directory.path().join("blobs")).unwrap() {
        fs::remove_file(blob.unwrap().path()).unwrap();
    }
    let failed = harness.client.get_object().bucket(PLAIN).key("key").send().await.unwrap_err();
    assert_eq!((code(&failed).as_str(), status(&failed)), ("InternalError", 500));
}

#[tokio::test]
async fn a_second_opener_and_a_newer_schema_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    assert!(matches!(Store::open(directory.path(), config()), Err(OpenError::Database { .. })));
    drop(harness);

    let file = directory.path().join("index.sqlite");
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 2).unwrap();
    let refused = Store::open(directory.path(), config()).unwrap_err();
    assert!(matches!(refused, OpenError::NewerSchema { found: 2, known: 1, .. }), "{refused}");
    assert!(refused.to_string().contains("index.sqlite"));
}
