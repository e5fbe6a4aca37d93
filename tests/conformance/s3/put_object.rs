//! `PutObject`: what may be stored, and what comes back with it.

use super::{Bench, PLAIN, VERSIONED, noise};
use crate::host::refusal;

/// Around every threshold of the store: kept in the index, one chunk, several chunks.
const SIZES: [usize; 9] = [0, 1, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 1_000_000];

#[tokio::test]
async fn what_is_put_comes_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    for bench in [Bench::on_disk(folder.path()).await, Bench::new().await] {
        for client in bench.both_ways().await {
            for size in SIZES {
                let put = client.put_object().bucket(VERSIONED).key("some/key").body(noise(size).into());
                put.send().await.unwrap();
                let got = client.get_object().bucket(VERSIONED).key("some/key").send().await.unwrap();
                assert!(got.body.collect().await.unwrap().to_vec() == noise(size), "{size} bytes");
            }
        }
    }
}

#[tokio::test]
async fn a_bucket_with_versions_keeps_each_and_one_without_names_none() {
    let bench = Bench::new().await;
    let (first, second) = (bench.put(VERSIONED, "key", "1").await, bench.put(VERSIONED, "key", "2").await);
    assert!(!first.is_empty() && first != second);
    assert_eq!(bench.put(PLAIN, "key", "1").await, "");
}

#[tokio::test]
async fn what_describes_an_object_comes_back_with_it() {
    let bench = Bench::new().await;
    let put = bench.client.put_object().bucket(PLAIN).key("plan.docx").body(b"plan".to_vec().into());
    let put =
        put.content_type("application/vnd.ms-word").content_disposition("attachment; filename=\"p.docx\"");
    let put = put.content_language("de").cache_control("no-store").content_encoding("gzip");
    let put = put.expires("2030-01-02T03:04:05Z".parse::<Instant>().unwrap().0);
    put.metadata("lesson", "Brüche kürzen").metadata("school", "school-1").send().await.unwrap();
    let head = bench.client.head_object().bucket(PLAIN).key("plan.docx").send().await.unwrap();
    assert_eq!(head.content_length(), Some(4));
    assert_eq!(head.content_type(), Some("application/vnd.ms-word"));
    assert_eq!(head.content_disposition(), Some("attachment; filename=\"p.docx\""));
    assert_eq!(head.content_language(), Some("de"));
    assert_eq!(head.cache_control(), Some("no-store"));
    assert_eq!(head.content_encoding(), Some("gzip"), "without the framing of the body");
    assert_eq!(head.expires_string(), Some("Wed, 02 Jan 2030 03:04:05 GMT"));
    // As on AWS, what is not ASCII comes back as an RFC 2047 encoded word.
    assert_eq!(head.metadata().unwrap()["lesson"], "=?UTF-8?B?QnLDvGNoZSBrw7xyemVu?=");
    assert_eq!(head.metadata().unwrap()["school"], "school-1");
    assert_eq!(head.e_tag(), Some("\"5fc25157650d0cb24f02216d904584df\""), "the MD5 of the bytes");
}

/// An instant in the SDK's own type.
struct Instant(aws_sdk_s3::primitives::DateTime);

impl std::str::FromStr for Instant {
    type Err = aws_smithy_types::date_time::DateTimeParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let format = aws_sdk_s3::primitives::DateTimeFormat::DateTime;
        aws_sdk_s3::primitives::DateTime::from_str(text, format).map(Self)
    }
}

#[tokio::test]
async fn who_names_no_media_type_gets_that_of_bytes() {
    let bench = Bench::new().await;
    bench.put(PLAIN, "key", "x").await;
    let head = bench.client.head_object().bucket(PLAIN).key("key").send().await.unwrap();
    // The SDK for Rust announces this type itself; what is sent without any is `binary/octet-stream`.
    assert!(head.content_type().unwrap().ends_with("/octet-stream"));
}

/// "The user-defined metadata is limited to 2 KB in size … the sum of the number of bytes in the UTF-8 encoding of each key
/// and value" (User Guide, Working with object metadata).
#[tokio::test]
async fn metadata_has_at_most_two_kilobytes() {
    let bench = Bench::new().await;
    let put = |bytes: usize| {
        let put = bench.client.put_object().bucket(PLAIN).key("key").metadata("ab", "x".repeat(bytes - 4));
        put.metadata("c", "y").send()
    };
    put(2_047).await.unwrap();
    put(2_048).await.unwrap();
    assert_eq!(refusal(put(2_049).await), "MetadataTooLarge");
}

#[tokio::test]
async fn an_acl_or_a_tag_that_would_be_dropped_is_refused() {
    let bench = Bench::new().await;
    let put = || bench.client.put_object().bucket(PLAIN).key("key");
    assert_eq!(refusal(put().tagging("a=b").send().await), "NotImplemented");
    assert_eq!(refusal(put().website_redirect_location("/").send().await), "NotImplemented");
    assert_eq!(refusal(put().sse_customer_algorithm("AES256").send().await), "NotImplemented");
}

/// The largest object of one request is 5 GiB; its length alone decides.
#[tokio::test]
async fn a_body_has_at_most_five_gibibytes() {
    let bench = Bench::new().await;
    let max: i64 = 5 << 30;
    for (length, code) in [(max - 1, "IncompleteBody"), (max, "IncompleteBody"), (max + 1, "EntityTooLarge")]
    {
        let url =
            bench.client.put_object().bucket(PLAIN).key("key").presigned(super::presigned::minute()).await;
        let request = http::Request::put(url.unwrap().uri()).header("content-length", length);
        let (parts, body) = bench.send(request.body(b"short".to_vec()).unwrap()).await;
        assert_eq!(parts.status, 400);
        assert!(body.contains(&format!("<Code>{code}</Code>")), "{length}: {body}");
    }
    assert!(bench.client.list_objects_v2().bucket(PLAIN).send().await.unwrap().contents().is_empty());
}

#[tokio::test]
async fn a_bucket_that_is_not_there_takes_nothing() {
    let bench = Bench::new().await;
    let outcome = bench.client.put_object().bucket("nowhere").key("key").send().await;
    assert_eq!(refusal(outcome), "NoSuchBucket");
}
