use crate::harness::{Harness, VERSIONED, noise};
use aws_sdk_s3::presigning::PresigningConfig;
use http::{Method, Request, StatusCode};
use std::time::{Duration, SystemTime};

fn for_a_minute() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_mins(1)).unwrap()
}

fn request(method: Method, uri: &str, body: impl Into<Vec<u8>>) -> Request<s3s::Body> {
    Request::builder().method(method).uri(uri).body(s3s::Body::from(body.into())).unwrap()
}

#[tokio::test]
async fn a_presigned_url_reads_and_says_how_to_show_it() {
    let harness = Harness::in_memory().await;
    harness.put(VERSIONED, "plan ü.docx", "plan").await;
    let get = harness.client.get_object().bucket(VERSIONED).key("plan ü.docx");
    let get = get
        .response_content_type("text/plain")
        .response_content_disposition("attachment; filename=\"x.txt\"");
    let url = get.presigned(for_a_minute()).await.unwrap();
    let (parts, body) = harness.send(request(Method::GET, url.uri(), "")).await;
    assert_eq!((parts.status, body.as_slice()), (StatusCode::OK, b"plan".as_slice()));
    assert_eq!(parts.headers["content-type"], "text/plain");
    assert_eq!(parts.headers["content-disposition"], "attachment; filename=\"x.txt\"");

    let (parts, _) = harness.send(request(Method::PUT, url.uri(), "forged")).await;
    assert_eq!(parts.status, StatusCode::FORBIDDEN, "a URL to read does not write");
    let elsewhere = url.uri().replace("docx", "pdf");
    assert_eq!(harness.send(request(Method::GET, &elsewhere, "")).await.0.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn presigned_urls_write_objects_and_parts() {
    let harness = Harness::in_memory().await;
    let put =
        harness.client.put_object().bucket(VERSIONED).key("put").presigned(for_a_minute()).await.unwrap();
    let (parts, _) = harness.send(request(Method::PUT, put.uri(), noise(100_000))).await;
    assert_eq!(parts.status, StatusCode::OK);
    assert_eq!(harness.get(VERSIONED, "put").await, noise(100_000));

    let begun = harness.client.create_multipart_upload().bucket(VERSIONED).key("video").send().await.unwrap();
    let upload = begun.upload_id().unwrap();
    let part = harness.client.upload_part().bucket(VERSIONED).key("video").upload_id(upload).part_number(1);
    let url = part.presigned(for_a_minute()).await.unwrap();
    let (answer, _) = harness.send(request(Method::PUT, url.uri(), "frames")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.headers.contains_key("etag"));
}

#[tokio::test]
async fn an_expired_url_is_refused() {
    let harness = Harness::in_memory().await;
    harness.put(VERSIONED, "key", "text").await;
    #[expect(clippy::disallowed_methods, reason = "signatures are checked against the system's clock")]
    let an_hour_ago = SystemTime::now() - Duration::from_hours(1);
    let config = PresigningConfig::builder().start_time(an_hour_ago).expires_in(Duration::from_mins(1));
    let get = harness.client.get_object().bucket(VERSIONED).key("key");
    let url = get.presigned(config.build().unwrap()).await.unwrap();
    let (parts, body) = harness.send(request(Method::GET, url.uri(), "")).await;
    assert_eq!(parts.status, StatusCode::FORBIDDEN);
    assert!(String::from_utf8(body).unwrap().contains("Request has expired"));
}

#[tokio::test]
async fn an_unsigned_request_is_refused() {
    let harness = Harness::in_memory().await;
    harness.put(VERSIONED, "key", "text").await;
    let (parts, body) = harness.send(request(Method::GET, "http://127.0.0.1:4566/versioned/key", "")).await;
    assert_eq!(parts.status, StatusCode::FORBIDDEN);
    assert!(String::from_utf8(body).unwrap().contains("AccessDenied"));
    assert_eq!(parts.headers["x-amz-request-id"].len(), 16);
}
