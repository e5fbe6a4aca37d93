//! One announced file, fetched through the guard and compared with its announcement on the way.

use crate::{
    announced::Announced,
    fault::{out_of_time, unreachable, wrong},
    guard::{Guard, GuardError},
};
use document::Unusable;
use reqwest::Response;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a host may send nothing in the middle of a file.
const IDLE_TIME: Duration = Duration::from_secs(30);

/// A file on its way. It gives no byte more than was announced, and says at the end whether it was the announced one.
#[derive(Debug)]
pub(crate) struct Fetch<'a> {
    file: &'a Announced,
    response: Response,
    hash: Sha256,
    read: u64,
    end: Instant,
}

impl<'a> Fetch<'a> {
    /// Asks for the file; everything must be over by `end`.
    pub(crate) async fn begin(guard: &Guard, file: &'a Announced, end: Instant) -> Result<Self, Unusable> {
        let response = match timeout_at(end, guard.get(&file.url)).await {
            Err(_) => return Err(out_of_time()),
            Ok(Err(error)) => return Err(guarded(file, &error)),
            Ok(Ok(response)) => response,
        };
        match response.status().as_u16() {
            200 => {}
            // Signed addresses that have expired answer 403; 404 and 410 may be repaired by fresh ones.
            status @ (400..=599) => {
                let detail = format!("For the {} we were answered {status}.", file.role);
                return Err(unreachable(&format!("http-{status}"), &detail));
            }
            status => {
                let detail = format!("For the {} we were answered {status}, which is no file.", file.role);
                return Err(wrong(&format!("http-{status}"), &detail));
            }
        }
        if response.content_length().is_some_and(|length| length != file.size) {
            return Err(length(file));
        }
        Ok(Self { file, response, hash: Sha256::new(), read: 0, end })
    }

    /// The next piece; `None` once the file is here whole and is the announced one.
    pub(crate) async fn next(&mut self) -> Result<Option<bytes::Bytes>, Unusable> {
        let chunk = match timeout_at(self.end, timeout(IDLE_TIME, self.response.chunk())).await {
            Err(_) => return Err(out_of_time()),
            Ok(Err(_)) => {
                return Err(unreachable("slow", &format!("The {} stopped coming.", self.file.role)));
            }
            Ok(Ok(Err(error))) => {
                tracing::info!(error = %error.without_url(), "a file broke off");
                return Err(unreachable("broke-off", &format!("The {} broke off.", self.file.role)));
            }
            Ok(Ok(Ok(chunk))) => chunk,
        };
        let Some(chunk) = chunk else {
            return self.compare().map(|()| None);
        };
        self.read += chunk.len() as u64;
        if self.read > self.file.size {
            return Err(length(self.file));
        }
        self.hash.update(&chunk);
        Ok(Some(chunk))
    }

    /// The whole file in memory.
    pub(crate) async fn whole(mut self) -> Result<Vec<u8>, Unusable> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.next().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn compare(&mut self) -> Result<(), Unusable> {
        if self.read != self.file.size {
            return Err(length(self.file));
        }
        if hex::encode(self.hash.finalize_reset()) != self.file.sha256 {
            let detail = format!("The {} is not the one that was announced.", self.file.role);
            return Err(wrong("checksum", &detail));
        }
        Ok(())
    }
}

fn length(file: &Announced) -> Unusable {
    wrong("length", &format!("The {} is longer or shorter than announced.", file.role))
}

fn guarded(file: &Announced, error: &GuardError) -> Unusable {
    tracing::warn!(role = %file.role, %error, source = ?std::error::Error::source(error), "a file was not fetched");
    let detail = format!("The {} could not be fetched: {error}.", file.role);
    if error.is_passing() { unreachable(error.word(), &detail) } else { wrong(error.word(), &detail) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::{Pinned, Policy, SystemResolver};
    use axum::{
        Router,
        body::Body,
        http::{StatusCode, header},
        response::{IntoResponse, Response as Answer},
        routing::get,
    };
    use normalizer::Role;
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const CONTENT: &str = "# Plan";

    /// Streams without a length, so that only what comes can be compared.
    fn unannounced(content: &'static str) -> Answer {
        let stream = futures::stream::iter([Ok::<_, std::io::Error>(content)]);
        Body::from_stream(stream).into_response()
    }

    /// A host on loopback whose paths go wrong in all the ways that hosts do.
    async fn host() -> String {
        let router = Router::new()
            .route("/right", get(|| async { CONTENT }))
            .route("/chunked", get(|| async { unannounced(CONTENT) }))
            .route("/moved", get(|| async { (StatusCode::FOUND, [(header::LOCATION, "/right")]) }))
            .route("/changed", get(|| async { "# Plot" }))
            .route("/shorter", get(|| async { unannounced("# P") }))
            .route("/longer", get(|| async { unannounced("# Plan and more") }))
            .route("/announces-more", get(|| async { "# Plan and more" }))
            .route("/no-content", get(|| async { StatusCode::NO_CONTENT }))
            .route("/expired", get(|| async { StatusCode::FORBIDDEN }))
            .route("/down", get(|| async { StatusCode::BAD_GATEWAY }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        url
    }

    /// A host that hangs up in the middle of a file.
    async fn hangs_up() -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0);
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n# P").await.unwrap();
        });
        url
    }

    #[tokio::test]
    async fn only_the_announced_bytes_pass() {
        let host = host().await;
        let carrier = Arc::new(Pinned::new().unwrap());
        let guard = Guard::new(Policy::new([], true), Arc::new(SystemResolver), carrier);
        let check_url = async |url: String, expect: Result<(), &str>| {
            let file = Announced {
                role: Role::Text,
                name: "plan.md".into(),
                media_type: "text/markdown".into(),
                size: CONTENT.len() as u64,
                sha256: hex::encode(Sha256::digest(CONTENT)),
                url,
            };
            let end = Instant::now() + Duration::from_mins(1);
            let outcome = match Fetch::begin(&guard, &file, end).await {
                Ok(fetch) => fetch.whole().await,
                Err(unusable) => Err(unusable),
            };
            let outcome = match &outcome {
                Ok(bytes) if bytes == CONTENT.as_bytes() => Ok(()),
                Ok(_) => Err("other bytes"),
                Err(Unusable::Wrong(failure) | Unusable::Unreachable(failure)) => Err(failure.cause.as_str()),
                Err(other) => panic!("{other:?}"),
            };
            assert_eq!(outcome, expect, "{}", file.url);
        };
        let check = async |path: &str, expect| check_url(format!("{host}{path}"), expect).await;
        check("/right", Ok(())).await;
        check("/chunked", Ok(())).await;
        check("/moved", Ok(())).await;
        check("/changed", Err("results-wrong/checksum")).await;
        check("/shorter", Err("results-wrong/length")).await;
        check("/longer", Err("results-wrong/length")).await;
        check("/announces-more", Err("results-wrong/length")).await;
        check_url(hangs_up().await, Err("results-unreachable/broke-off")).await;
        check("/no-content", Err("results-wrong/http-204")).await;
        check("/expired", Err("results-unreachable/http-403")).await;
        check("/gone", Err("results-unreachable/http-404")).await;
        check("/down", Err("results-unreachable/http-502")).await;
    }
}
