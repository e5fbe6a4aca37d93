//! The processor's API, as far as transfer needs it.

use crate::retry_after::retry_after;
use contract::processor::{JobAccepted, JobStatus, Refusal};
use edge::{Clock, Misconfigured, Runtime, Transport, TransportError};
use reqwest::{
    Body, Method, Request, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
use std::sync::Arc;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest answer read, in bytes: a job's state with a list of files.
pub(crate) const REPLY_BYTES_MAX: usize = 256 * 1024;

/// The processor.
#[derive(Clone, Debug)]
pub(crate) struct Processor {
    url: Url,
    /// Marked as sensitive, so that no log shows it.
    authorization: HeaderValue,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
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
        let malformed = |name: &str, value: &str, expected| Misconfigured::Malformed {
            name: name.to_owned(),
            value: value.to_owned(),
            expected,
        };
        let url = runtime.variables.required("PROCESSOR_URL")?;
        let token = runtime.variables.required("PROCESSOR_TOKEN")?;
        let mut authorization = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| malformed("PROCESSOR_TOKEN", "(hidden)", "a token that fits into a header"))?;
        authorization.set_sensitive(true);
        Ok(Self {
            url: Url::parse(&format!("{}/jobs", url.trim_end_matches('/')))
                .map_err(|_| malformed("PROCESSOR_URL", url, "a URL"))?,
            authorization,
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
    ) -> Result<Reply, TransportError> {
        let mut request = Request::new(Method::POST, self.url.clone());
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        if let Ok(key) = HeaderValue::try_from(reference) {
            request.headers_mut().insert(IDEMPOTENCY_KEY, key);
        }
        *request.body_mut() = Some(body);
        self.send(request).await
    }

    /// `GET /jobs/{reference}`.
    pub(crate) async fn job(&self, reference: &str) -> Result<Reply, TransportError> {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(reference);
        }
        self.send(Request::new(Method::GET, url)).await
    }

    async fn send(&self, mut request: Request) -> Result<Reply, TransportError> {
        request.headers_mut().insert(AUTHORIZATION, self.authorization.clone());
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
