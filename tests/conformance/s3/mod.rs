//! Amazon S3.

mod abort_multipart_upload;
mod buckets;
mod checksums;
mod complete_multipart_upload;
mod conditions;
mod copy_object;
mod cors;
mod create_multipart_upload;
mod delete_object;
mod delete_objects;
mod get_object;
mod head_object;
mod keys;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_parts;
mod presigned;
mod protocol;
mod put_object;
mod upload_part;
mod upload_part_copy;

use crate::host::{Clients, Host};
use aws_sdk_s3::{
    Client,
    error::SdkError,
    types::{CompletedMultipartUpload, CompletedPart},
};
use clock::{Random as _, SeededRandom};
use http_body_util::{BodyExt as _, Full};
use lectern::gateway::BoxError;
use local_s3::{BucketSpec, CorsRule};

const VERSIONED: &str = "versioned";
const PLAIN: &str = "plain";
const MIB: usize = 1 << 20;

/// Two buckets, one of which keeps versions.
struct Bench {
    host: Host,
    client: Client,
}

impl Bench {
    async fn new() -> Self {
        Self::over(Host::in_memory()).await
    }

    async fn on_disk(folder: &std::path::Path) -> Self {
        Self::over(Host::on_disk(folder)).await
    }

    async fn over(host: Host) -> Self {
        let cors = CorsRule {
            allowed_origins: vec!["http://127.0.0.1:*".to_owned()],
            allowed_methods: vec!["GET".to_owned(), "PUT".to_owned()],
            allowed_headers: vec!["content-*".to_owned()],
            expose_headers: vec!["ETag".to_owned()],
            max_age_seconds: Some(3000),
        };
        for (name, versioned, cors) in [(VERSIONED, true, vec![cors]), (PLAIN, false, Vec::new())] {
            let spec = BucketSpec { name: name.to_owned(), versioned, cors, notifications: true };
            host.s3.create_bucket(spec).await.expect("the bucket is allowed");
        }
        let client = host.clients.s3.clone();
        Self { host, client }
    }

    async fn both_ways(&self) -> [Client; 2] {
        self.host.both_ways().await.map(|Clients { s3, .. }| s3)
    }

    /// Stores an object; its version.
    async fn put(&self, bucket: &str, key: &str, body: impl Into<Vec<u8>>) -> String {
        let put = self.client.put_object().bucket(bucket).key(key).body(body.into().into());
        put.send().await.expect("the object is allowed").version_id.unwrap_or_default()
    }

    async fn get(&self, bucket: &str, key: &str) -> Vec<u8> {
        let got = self.client.get_object().bucket(bucket).key(key).send().await.expect("it is there");
        got.body.collect().await.expect("it is whole").to_vec()
    }

    /// Opens an upload to the bucket with versions; its id.
    async fn begin(&self, key: &str) -> String {
        let begun =
            self.client.create_multipart_upload().bucket(VERSIONED).key(key).content_type("video/mp4");
        begun.send().await.expect("the upload is allowed").upload_id.expect("an upload has an id")
    }

    async fn part(&self, key: &str, upload: &str, number: i32, body: Vec<u8>) -> CompletedPart {
        let part = self.client.upload_part().bucket(VERSIONED).key(key).upload_id(upload).part_number(number);
        let stored = part.body(body.into()).send().await.expect("the part is allowed");
        CompletedPart::builder().part_number(number).set_e_tag(stored.e_tag).build()
    }

    /// Sends a request that no SDK made, such as a browser's with a presigned URL.
    async fn send(&self, mut request: http::Request<Vec<u8>>) -> (http::response::Parts, String) {
        let host = request.uri().authority().expect("the address names a host").as_str().parse();
        request.headers_mut().insert(http::header::HOST, host.expect("it is a header"));
        let request = request.map(|body| Full::new(body.into()).map_err(BoxError::from).boxed());
        let (parts, body) = self.host.gateway.answer(request).await.into_parts();
        let body = body.collect().await.expect("the answer is whole").to_bytes();
        (parts, String::from_utf8_lossy(&body).into_owned())
    }
}

fn parts(parts: &[CompletedPart]) -> CompletedMultipartUpload {
    CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec())).build()
}

/// Bytes that do not repeat, the same for the same length.
fn noise(bytes: usize) -> Vec<u8> {
    let mut noise = vec![0; bytes];
    SeededRandom::new(bytes as u64).fill(&mut noise);
    noise
}

/// The HTTP status that a refusal came with.
fn status<T: std::fmt::Debug, E: std::fmt::Debug>(outcome: Result<T, SdkError<E>>) -> u16 {
    let error = outcome.expect_err("it is refused");
    error.raw_response().map_or(0, |response| response.status().as_u16())
}
