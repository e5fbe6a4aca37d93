//! Asks the processor about one job, once. The overdue and results machines own the waiting and the asking again.

use async_trait::async_trait;
use contract::{
    callback::{CALLBACK_BYTES_MAX, Callback, CallbackType, Data, callback_key},
    machine::{AskAnswer, AskInput, Asked},
    processor::{JobState, JobStatus},
};
use edge::{Bearer, Call, FunctionError, Handler, Misconfigured, Runtime, Traces, Trouble};
use reqwest::StatusCode;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long one question may take; the function's own time is longer.
const QUESTION_TIME: Duration = Duration::from_secs(20);
/// The longest `Retry-After` that is believed, in seconds.
const RETRY_AFTER_SECONDS_MAX: u64 = 3600;

/// The function.
#[derive(Debug)]
pub struct Ask {
    runtime: Runtime,
    s3: aws_sdk_s3::Client,
    results_bucket: String,
    processor_url: String,
    bearer: Bearer,
    traces: Traces,
}

/// Builds the function from its settings.
#[expect(clippy::unused_async, reason = "every function is built alike, and some wait for what they need")]
pub async fn build(runtime: Runtime) -> Result<Ask, Misconfigured> {
    let required = |name| runtime.variables.required(name).map(str::to_owned);
    Ok(Ask {
        s3: runtime.s3(),
        results_bucket: required("RESULTS_BUCKET")?,
        processor_url: required("PROCESSOR_URL")?.trim_end_matches('/').to_owned(),
        bearer: Bearer::new(&runtime)?,
        traces: runtime.traces(),
        runtime,
    })
}

#[async_trait]
impl Handler for Ask {
    async fn handle(&self, event: Value, _call: Call) -> Result<Value, FunctionError> {
        let follows = event["traceparent"].as_str().map(str::to_owned);
        edge::typed(event, |input: AskInput| async move {
            Ok(self.traces.on(input.document_id, follows.as_deref(), self.ask(&input)).await?)
        })
        .await
    }
}

impl Ask {
    async fn ask(&self, input: &AskInput) -> Result<AskAnswer, Trouble> {
        let only = |status| AskAnswer { status, callback_key: None, retry_after_seconds: None };
        let response = match tokio::time::timeout(QUESTION_TIME, self.question(&input.reference)).await {
            Ok(Ok(response)) => response,
            Ok(Err(trouble)) => {
                tracing::warn!(%trouble, "the processor gave no answer");
                return Ok(only(Asked::Error));
            }
            Err(_) => return Ok(only(Asked::Error)),
        };
        let retry_after_seconds = retry_after(&response);
        match response.status() {
            StatusCode::NOT_FOUND => Ok(only(Asked::Unknown)),
            status if status.is_success() => {
                match tokio::time::timeout(QUESTION_TIME, body(response)).await {
                    Ok(Some(job)) => self.answer(input, job).await,
                    _ => Ok(only(Asked::Error)),
                }
            }
            status => {
                if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
                    self.bearer.doubt().await;
                }
                tracing::warn!(%status, "the processor could not say");
                Ok(AskAnswer { retry_after_seconds, ..only(Asked::Error) })
            }
        }
    }

    async fn question(&self, reference: &str) -> Result<reqwest::Response, Trouble> {
        let url = format!("{}/jobs/{reference}", self.processor_url);
        let url = url.parse().map_err(|_| Trouble::poison("the processor's address is malformed"))?;
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        request.headers_mut().insert(reqwest::header::AUTHORIZATION, self.bearer.authorization().await?);
        let answer = self.runtime.transport.send(request).await;
        answer.map_err(|error| Trouble::passing("the processor could not be reached", error))
    }

    async fn answer(&self, input: &AskInput, job: JobStatus) -> Result<AskAnswer, Trouble> {
        let (status, kind) = match job.status {
            JobState::Queued | JobState::Processing => (Asked::Busy, None),
            JobState::Unknown => (Asked::Unknown, None),
            JobState::Finished => (Asked::Finished, Some(CallbackType::Finished)),
            JobState::Failed => (Asked::Failed, Some(CallbackType::Failed)),
        };
        let callback_key = match (kind, job.result) {
            (None, _) => None,
            (Some(kind), Some(data)) if data.reference == input.reference => {
                Some(self.store(input, kind, data).await?)
            }
            // It says that it is done and does not say with what: that is no answer.
            (Some(_), _) => {
                return Ok(AskAnswer { status: Asked::Error, callback_key: None, retry_after_seconds: None });
            }
        };
        Ok(AskAnswer { status, callback_key, retry_after_seconds: None })
    }

    /// Keeps the result in the shape of a callback, so that it goes the way of every callback.
    async fn store(&self, input: &AskInput, kind: CallbackType, data: Data) -> Result<String, Trouble> {
        let timestamp = self.runtime.now().to_string();
        let body = serde_json::to_vec(&Callback { kind, timestamp, data })
            .map_err(|error| Trouble::poison(format!("the result cannot be written: {error}")))?;
        let key = callback_key(input.document_id, input.attempt, &hex::encode(Sha256::digest(&body)));
        let put =
            self.s3.put_object().bucket(&self.results_bucket).key(&key).content_type("application/json");
        let stored = put.body(body.into()).send().await;
        stored.map_err(|error| Trouble::passing("the result could not be stored", error))?;
        Ok(key)
    }
}

fn retry_after(response: &reqwest::Response) -> Option<u64> {
    let seconds: u64 = response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(seconds.min(RETRY_AFTER_SECONDS_MAX))
}

/// The answer's body, if it is one and not longer than a callback may be.
async fn body(mut response: reqwest::Response) -> Option<JobStatus> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if bytes.len() + chunk.len() > CALLBACK_BYTES_MAX {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).ok()
}
