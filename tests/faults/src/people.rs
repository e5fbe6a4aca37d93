//! Teachers and operators: patient people who try again.

use crate::{
    host::{Down, Host},
    results::Kind,
    wire::s3_operation,
};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::HttpRequest,
        result::ConnectorError,
    },
    http::Response as SdkResponse,
};
use aws_smithy_types::body::SdkBody;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, header::HOST};
use http_body_util::{BodyExt, Full};
use local_issuer::Issuer;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Where the AWS services are said to be.
pub const AWS_URL: &str = "http://127.0.0.1:4566";
/// Where teachers' files go.
pub const UPLOADS: &str = "lectern-uploads";
/// How often somebody tries the same thing: with the rests between, a little over a day.
const TRIES_MAX: u32 = 60;
/// How long somebody waits before trying again, at first; half as long again each time, up to half an hour.
const REST: Duration = Duration::from_secs(20);
const REST_MAX: Duration = Duration::from_mins(30);

/// A file as a teacher has it.
#[derive(Clone, Debug)]
pub struct Handout {
    pub name: String,
    pub content: Vec<u8>,
    /// What only this file says.
    pub word: String,
    pub kind: Kind,
    /// Whether it is something that Lectern takes.
    pub valid: bool,
}

impl Handout {
    /// A lesson plan that says `word-{number}`.
    pub fn plan(number: u64) -> Self {
        let word = format!("word-{number}");
        let content = format!("# Rain and rivers\n\nPupils recieve a worksheet about {word}.\n").into_bytes();
        Self { name: format!("plan-{number}.md"), content, word, kind: Kind::LessonPlan, valid: true }
    }

    /// The same file name with what another file says: for one that is handed in again.
    #[must_use]
    pub fn saying(&self, other: Self) -> Self {
        Self { name: self.name.clone(), ..other }
    }

    /// A video: the boxes of a small MP4 around the word.
    pub fn video(number: u64) -> Self {
        let word = format!("word-{number}");
        let mut content = Vec::new();
        for (kind, payload) in [
            (b"ftyp", b"isom\0\0\x02\0isomiso2avc1mp41".to_vec()),
            (b"moov", vec![0; 64]),
            (b"mdat", word.clone().into_bytes()),
        ] {
            content.extend(u32::try_from(payload.len() + 8).unwrap_or_default().to_be_bytes());
            content.extend(kind);
            content.extend(payload);
        }
        Self { name: format!("video-{number}.mp4"), content, word, kind: Kind::Video, valid: true }
    }

    /// A file that is not what its name says.
    pub fn broken(number: u64) -> Self {
        let content = b"<!doctype html><title>404</title>".to_vec();
        Self { name: format!("broken-{number}.docx"), content, valid: false, ..Self::plan(number) }
    }

    /// A file with nothing in it.
    pub fn empty(number: u64) -> Self {
        Self { name: format!("empty-{number}.md"), content: Vec::new(), valid: false, ..Self::plan(number) }
    }
}

/// An upload that the host has acknowledged.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    pub key: String,
    /// The version, for an object put straight into the bucket.
    pub version: Option<String>,
    /// For an upload that was announced.
    pub document_id: Option<String>,
    pub word: String,
    pub valid: bool,
    pub kind: Kind,
}

/// Everybody who uses the host over HTTP.
#[derive(Clone, Debug)]
pub struct People {
    host: Arc<Host>,
    issuer: Issuer,
    s3: aws_sdk_s3::Client,
}

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: http::HeaderMap,
}

impl People {
    pub(crate) fn new(host: Arc<Host>, issuer: Issuer) -> Self {
        let door = SharedHttpConnector::new(Door(Arc::clone(&host)));
        let sdk = lectern::host::sdk(http_client_fn(move |_, _| door.clone()), AWS_URL);
        let config = aws_sdk_s3::config::Builder::from(&sdk).force_path_style(true).build();
        Self { host, issuer, s3: aws_sdk_s3::Client::from_conf(config) }
    }

    /// S3 as a person's client reaches it.
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        &self.s3
    }

    /// Asks the API once.
    pub async fn ask(&self, who: &str, method: &str, path: &str, body: Option<Value>) -> Option<Answer> {
        let token = self.issuer.token_for(who).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(body.map(|body| body.to_string()).unwrap_or_default()))
            .ok()?;
        self.send(request).await
    }

    /// Sends a request as it is; `None` if nobody answered.
    pub async fn send(&self, request: Request<Body>) -> Option<Answer> {
        let answer = self.host.api(request).await.ok()?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Some(Answer { status, headers, body: serde_json::from_slice(answer.body()).unwrap_or_default() })
    }

    /// Asks until there is an answer that is not an excuse; `None` if patience ends first.
    pub async fn ask_patiently(
        &self,
        who: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Option<Answer> {
        let mut rest = REST;
        for _ in 0..TRIES_MAX {
            if let Some(answer) = self.ask(who, method, path, body.clone()).await
                && answer.status < 500
                && answer.status != 429
                // After a step of the clock a token that was just made may count as expired.
                && answer.status != 401
            {
                return Some(answer);
            }
            tokio::time::sleep(rest).await;
            rest = (rest + rest / 2).min(REST_MAX);
        }
        None
    }

    /// Puts a file straight into the bucket, until that is acknowledged.
    pub async fn put(&self, handout: &Handout) -> Option<Acknowledged> {
        let key = format!("inbox/school-1/{}", handout.name);
        self.put_at(&key, handout).await
    }

    /// The same at a key of one's own.
    pub async fn put_at(&self, key: &str, handout: &Handout) -> Option<Acknowledged> {
        let mut rest = REST;
        for _ in 0..TRIES_MAX {
            let body = ByteStream::from(handout.content.clone());
            let put = self.s3.put_object().bucket(UPLOADS).key(key).body(body);
            if let Ok(answer) = put.send().await {
                return Some(Acknowledged {
                    key: key.to_owned(),
                    version: answer.version_id,
                    document_id: None,
                    word: handout.word.clone(),
                    valid: handout.valid,
                    kind: handout.kind,
                });
            }
            tokio::time::sleep(rest).await;
            rest = (rest + rest / 2).min(REST_MAX);
        }
        None
    }

    /// Announces a file, sends it, and says that it is complete, until that is acknowledged.
    pub async fn hand_in(&self, handout: &Handout) -> Option<Acknowledged> {
        let announcement = json!({ "file_name": handout.name, "size": handout.content.len() });
        let begun = self.ask_patiently("teacher", "POST", "/api/uploads", Some(announcement)).await?;
        let id = begun.body["document_id"].as_str()?.to_owned();
        let mut rest = REST;
        let mut parts = Vec::new();
        for _ in 0..TRIES_MAX {
            let path = format!("/api/uploads/{id}");
            let state = self.ask_patiently("teacher", "GET", &path, None).await?;
            let url = state.body["parts"].as_array().and_then(|parts| parts.first()?["url"].as_str());
            let received = state.body["received"].as_array().and_then(|received| received.first());
            if let Some(received) = received {
                parts = vec![json!({ "number": 1, "etag": received["etag"] })];
                break;
            }
            if let Some(answer) = self.send_part(url?, &handout.content).await
                && let Some(etag) = answer.headers().get("etag").and_then(|etag| etag.to_str().ok())
            {
                parts = vec![json!({ "number": 1, "etag": etag })];
                break;
            }
            tokio::time::sleep(rest).await;
            rest = (rest + rest / 2).min(REST_MAX);
        }
        let path = format!("/api/uploads/{id}/complete");
        let answer = self.ask_patiently("teacher", "POST", &path, Some(json!({ "parts": parts }))).await?;
        (answer.status == 200).then(|| Acknowledged {
            key: format!("uploads/{id}/{}", handout.name),
            version: None,
            document_id: Some(id),
            word: handout.word.clone(),
            valid: handout.valid,
            kind: handout.kind,
        })
    }

    async fn send_part(&self, url: &str, content: &[u8]) -> Option<Response<Bytes>> {
        let authority = url.split("://").nth(1)?.split('/').next()?;
        let body = Full::new(Bytes::from(content.to_vec())).map_err(|never| match never {}).boxed();
        let request = Request::put(url).header(HOST, authority).body(body).ok()?;
        let answer = self.host.aws("S3 UploadPart", request).await.ok()?;
        answer.status().is_success().then_some(answer)
    }

    /// Lets every failed document go on; how many did.
    pub async fn redrive_all(&self) -> usize {
        let mut redriven = 0;
        for who in ["operator", "operator-2"] {
            let Some(failed) = self.ask_patiently(who, "GET", "/api/operations/failed", None).await else {
                continue;
            };
            let ids: Vec<_> = failed.body["documents"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|document| document["document_id"].clone())
                .collect();
            if ids.is_empty() {
                continue;
            }
            let body = json!({ "ids": ids });
            let answer = self.ask_patiently(who, "POST", "/api/operations/redrive", Some(body)).await;
            redriven +=
                answer.and_then(|answer| answer.body["redriven"].as_array().map(Vec::len)).unwrap_or(0);
        }
        redriven
    }

    /// Deletes a document; whether that was accepted.
    pub async fn delete(&self, who: &str, document_id: &str) -> bool {
        let path = format!("/api/documents/{document_id}");
        self.ask_patiently(who, "DELETE", &path, None).await.is_some_and(|answer| answer.status == 202)
    }
}

/// A person's SDK client, which is outside and finds the host there or not.
#[derive(Debug)]
struct Door(Arc<Host>);

impl HttpConnector for Door {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let host = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let user = |error: String| ConnectorError::user(error.into());
            let mut request = request.try_into_http1x().map_err(|error| user(error.to_string()))?;
            let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
            let authority = HeaderValue::from_str(&authority.unwrap_or_default());
            request.headers_mut().insert(HOST, authority.map_err(|error| user(error.to_string()))?);
            let path = request.uri().path_and_query().map_or("", |path| path.as_str());
            let copies = request.headers().contains_key("x-amz-copy-source");
            let operation = s3_operation(request.method().as_str(), path.trim_start_matches('/'), copies);
            let answer = host
                .aws(&format!("S3 {operation}"), request.map(BodyExt::boxed))
                .await
                .map_err(|Down| ConnectorError::io("nobody answered".into()))?;
            SdkResponse::try_from(answer.map(SdkBody::from))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
