use crate::harness::{Harness, PLAIN, VERSIONED, client, code, noise, status};
use aws_sdk_s3::types::{Delete, MetadataDirective, ObjectIdentifier};

/// Sizes around every threshold: inline, one chunk, several chunks.
const SIZES: [usize; 9] = [0, 1, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 1_000_000];

#[tokio::test]
async fn what_is_put_comes_back_whole_on_disk_and_in_memory() {
    let directory = tempfile::tempdir().unwrap();
    for harness in [Harness::on_disk(directory.path()).await, Harness::in_memory().await] {
        for size in SIZES {
            let body = noise(size);
            harness.put(VERSIONED, "some/key", body.clone()).await;
            assert_eq!(harness.get(VERSIONED, "some/key").await, body, "{size} bytes");
        }
    }
}

#[tokio::test]
async fn what_describes_an_object_comes_back_with_it() {
    let harness = Harness::in_memory().await;
    let put = harness.client.put_object().bucket(PLAIN).key("plan.docx").body(b"plan".to_vec().into());
    put.content_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        .content_disposition("attachment; filename=\"plan.docx\"")
        .content_language("de")
        .cache_control("no-store")
        .metadata("lesson", "Brüche kürzen")
        .metadata("school", "school-1")
        .send()
        .await
        .unwrap();
    let head = harness.client.head_object().bucket(PLAIN).key("plan.docx").send().await.unwrap();
    assert_eq!(head.content_length(), Some(4));
    assert!(head.content_type().unwrap().ends_with("wordprocessingml.document"));
    assert_eq!(head.content_disposition(), Some("attachment; filename=\"plan.docx\""));
    assert_eq!(head.content_language(), Some("de"));
    assert_eq!(head.cache_control(), Some("no-store"));
    assert_eq!(head.content_encoding(), None, "the framing of the body is not an encoding");
    // As on AWS, what is not ASCII comes back as an RFC 2047 encoded word.
    assert_eq!(head.metadata().unwrap()["lesson"], "=?UTF-8?B?QnLDvGNoZSBrw7xyemVu?=");
    assert_eq!(head.metadata().unwrap()["school"], "school-1");
    assert_eq!(head.e_tag(), Some("\"5fc25157650d0cb24f02216d904584df\""), "the MD5 of the bytes");
    assert_eq!(head.version_id(), None);
}

#[tokio::test]
async fn ranges_are_cut_out_of_small_and_large_objects() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    for size in [1000, 700_000] {
        let body = noise(size);
        harness.put(PLAIN, "object", body.clone()).await;
        let check = async |range: &str, from: usize, to: usize| {
            let got =
                harness.client.get_object().bucket(PLAIN).key("object").range(range).send().await.unwrap();
            assert_eq!(got.content_range(), Some(format!("bytes {from}-{}/{size}", to - 1).as_str()));
            assert_eq!(got.body.collect().await.unwrap().to_vec(), body[from..to], "{range} of {size}");
        };
        check("bytes=0-0", 0, 1).await;
        check("bytes=10-19", 10, 20).await;
        check("bytes=900-", 900, size).await;
        check("bytes=-100", size - 100, size).await;
        check("bytes=5-99999999", 5, size).await;
        let beyond = harness.client.get_object().bucket(PLAIN).key("object").range(format!("bytes={size}-"));
        let refused = beyond.send().await.unwrap_err();
        assert_eq!((code(&refused).as_str(), status(&refused)), ("InvalidRange", 416));
    }
}

#[tokio::test]
async fn conditions_hold_or_refuse() {
    let harness = Harness::in_memory().await;
    let put = || harness.client.put_object().bucket(VERSIONED).key("once").body(b"1".to_vec().into());
    put().if_none_match("*").send().await.unwrap();
    let refused = put().if_none_match("*").send().await.unwrap_err();
    assert_eq!((code(&refused).as_str(), status(&refused)), ("PreconditionFailed", 412));
    assert_eq!(code(&put().if_match("\"0\"").send().await.unwrap_err()), "PreconditionFailed");

    let get = || harness.client.get_object().bucket(VERSIONED).key("once");
    let etag = get().send().await.unwrap().e_tag.unwrap();
    put().if_match(&etag).send().await.unwrap();
    get().if_match(&etag).send().await.unwrap();
    assert_eq!(status(&get().if_match("\"0\"").send().await.unwrap_err()), 412);
    assert_eq!(status(&get().if_none_match(&etag).send().await.unwrap_err()), 304);

    harness.client.delete_object().bucket(VERSIONED).key("once").send().await.unwrap();
    put().if_none_match("*").send().await.expect("a key behind a delete marker counts as free");
}

#[tokio::test]
async fn only_one_of_many_writers_creates_a_key() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    let writers = (0..20).map(|writer: u8| {
        let put = harness.client.put_object().bucket(VERSIONED).key("contended").if_none_match("*");
        put.body(vec![writer].into()).send()
    });
    let answers = futures::future::join_all(writers).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_copy_has_the_bytes_and_outlives_its_source() {
    let directory = tempfile::tempdir().unwrap();
    let harness = Harness::on_disk(directory.path()).await;
    let body = noise(300_000);
    harness.put(PLAIN, "a b/sömething", body.clone()).await;
    let copy = |key: &str| {
        harness.client.copy_object().bucket(PLAIN).key(key).copy_source("plain/a%20b/s%C3%B6mething")
    };
    copy("copy").send().await.unwrap();
    harness.client.delete_object().bucket(PLAIN).key("a b/sömething").send().await.unwrap();
    assert_eq!(harness.get(PLAIN, "copy").await, body);

    let onto_itself = || harness.client.copy_object().bucket(PLAIN).key("copy").copy_source("plain/copy");
    assert_eq!(code(&onto_itself().send().await.unwrap_err()), "InvalidRequest");
    onto_itself()
        .metadata_directive(MetadataDirective::Replace)
        .content_type("text/plain")
        .send()
        .await
        .unwrap();
    let got = harness.client.get_object().bucket(PLAIN).key("copy").send().await.unwrap();
    assert_eq!(got.content_type(), Some("text/plain"));
    assert_eq!(got.body.collect().await.unwrap().to_vec(), body);
    assert_eq!(code(&copy("again").send().await.unwrap_err()), "NoSuchKey");
}

#[tokio::test]
async fn many_keys_are_deleted_at_once() {
    let harness = Harness::in_memory().await;
    for key in ["a", "b", "c"] {
        harness.put(PLAIN, key, key).await;
    }
    let named = |key: &str| ObjectIdentifier::builder().key(key).build().unwrap();
    let delete =
        Delete::builder().objects(named("a")).objects(named("b")).objects(named("never")).build().unwrap();
    let deleted = harness.client.delete_objects().bucket(PLAIN).delete(delete).send().await.unwrap();
    assert_eq!(deleted.deleted().len(), 3);
    let left = harness.client.list_objects_v2().bucket(PLAIN).send().await.unwrap();
    assert_eq!(left.contents().iter().filter_map(|object| object.key()).collect::<Vec<_>>(), ["c"]);
}

#[tokio::test]
async fn what_is_not_there_and_what_is_not_allowed_is_told_apart() {
    let harness = Harness::in_memory().await;
    let missing = harness.client.get_object().bucket(PLAIN).key("missing").send().await.unwrap_err();
    assert_eq!((code(&missing).as_str(), status(&missing)), ("NoSuchKey", 404));
    let missing = harness.client.head_object().bucket(PLAIN).key("missing").send().await.unwrap_err();
    assert_eq!(status(&missing), 404);
    let missing = harness.client.put_object().bucket("nowhere").key("key").send().await.unwrap_err();
    assert_eq!((code(&missing).as_str(), status(&missing)), ("NoSuchBucket", 404));
    let unknown = harness.client.create_bucket().bucket("another").send().await.unwrap_err();
    assert_eq!((code(&unknown).as_str(), status(&unknown)), ("NotImplemented", 501));
    let tagged =
        harness.client.put_object().bucket(PLAIN).key("tagged").tagging("a=b").send().await.unwrap_err();
    assert_eq!(code(&tagged), "NotImplemented");
    let stranger = client(&harness.service, "guessed");
    let refused = stranger.get_object().bucket(PLAIN).key("missing").send().await.unwrap_err();
    assert_eq!((code(&refused).as_str(), status(&refused)), ("SignatureDoesNotMatch", 403));
}

#[tokio::test]
async fn buckets_say_what_they_are() {
    let harness = Harness::in_memory().await;
    let listed = harness.client.list_buckets().send().await.unwrap();
    assert_eq!(
        listed.buckets().iter().filter_map(|bucket| bucket.name()).collect::<Vec<_>>(),
        [PLAIN, VERSIONED]
    );
    harness.client.head_bucket().bucket(PLAIN).send().await.unwrap();
    assert_eq!(status(&harness.client.head_bucket().bucket("nowhere").send().await.unwrap_err()), 404);
    let location = harness.client.get_bucket_location().bucket(PLAIN).send().await.unwrap();
    assert_eq!(location.location_constraint().unwrap().as_str(), "eu-central-1");
    let versioning = harness.client.get_bucket_versioning().bucket(VERSIONED).send().await.unwrap();
    assert_eq!(versioning.status().unwrap().as_str(), "Enabled");
    assert!(harness.client.get_bucket_versioning().bucket(PLAIN).send().await.unwrap().status().is_none());
}
