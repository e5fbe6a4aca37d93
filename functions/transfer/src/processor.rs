//! The processor's API, as far as transfer needs it.

use crate::retry_after::retry_after;
use contract::processor::{JobAccepted, JobStatus, Refusal};
use edge::{Bearer, Clock, Misconfigured, Runtime, SecretError, Transport, TransportError};
use reqwest::{
    Body, Method, Request, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use thiserror::Error;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest answer read, in bytes: a job's state with a list of files.
pub(crate) const REPLY_BYTES_MAX: usize = 256 * 1024;

/// The processor.
#[derive(Debug)]
pub(crate) struct Processor {
    url: Url,
    bearer: Bearer,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

/// Why it gave no answer.
#[derive(Debug, Error)]
pub(crate) enum NoAnswer {
    /// Nothing was sent: there is no token to show.
    #[error(transparent)]
    Token(#[from] SecretError),
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after_seconds: Option<u64>,
    body: Vec<u8>,
}

impl Processor {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        let url = runtime.variables.required("PROCESSOR_URL")?;
        let malformed = |_| Misconfigured::Malformed {
            name: "PROCESSOR_URL".to_owned(),
            value: url.to_owned(),
            expected: "a URL",
        };
        Ok(Self {
            url: Url::parse(&format!("{}/jobs", url.trim_end_matches('/'))).map_err(malformed)?,
            bearer: Bearer::new(runtime)?,
            transport: Arc::clone(&runtime.transport),
            clock: Arc::clone(&runtime.clock),
        })
    }

    /// `POST /jobs`. The processor knows a repeated reference again and does the work once.
    pub(crate) async fn post(
        &self,
        reference: &str,
        content_type: HeaderValue,
        body: Body,
    ) -> Result<Reply, NoAnswer> {
        let mut request = Request::new(Method::POST, self.url.clone());
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        if let Ok(key) = HeaderValue::try_from(reference) {
            request.headers_mut().insert(IDEMPOTENCY_KEY, key);
        }
        *request.body_mut() = Some(body);
        self.send(request).await
    }

    /// `GET /jobs/{reference}`.
    pub(crate) async fn job(&self, reference: &str) -> Result<Reply, NoAnswer> {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(reference);
        }
        self.send(Request::new(Method::GET, url)).await
    }

    /// It did not let us in: the next request shows the token as it is by then.
    pub(crate) async fn doubt_token(&self) {
        self.bearer.doubt().await;
    }

    async fn send(&self, mut request: Request) -> Result<Reply, NoAnswer> {
        request.headers_mut().insert(AUTHORIZATION, self.bearer.authorization().await?);
        let mut response = self.transport.send(request).await?;
        let value = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let mut reply = Reply {
            status: response.status().as_u16(),
            retry_after_seconds: value.and_then(|value| retry_after(value, self.clock.now())),
            body: Vec::new(),
        };
        // The status decides; a body that breaks off or is too long only loses its details.
        while let Ok(Some(chunk)) = response.chunk().await {
            if reply.body.len() + chunk.len() > REPLY_BYTES_MAX {
                reply.body.clear();
                break;
            }
            reply.body.extend_from_slice(&chunk);
        }
        Ok(reply)
    }
}

impl Reply {
    pub(crate) fn accepted(&self) -> Option<JobAccepted> {
        self.json()
    }

    pub(crate) fn refusal(&self) -> Option<Refusal> {
        self.json()
    }

    pub(crate) fn job_status(&self) -> Option<JobStatus> {
        self.json()
    }

    fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}
