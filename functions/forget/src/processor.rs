use contract::machine::{ForgetAnswer, Outcome};
use edge::{Bearer, Misconfigured, Runtime, Transport, Trouble};
use reqwest::StatusCode;
use std::{sync::Arc, time::Duration};

/// How long one request may take.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// The processor, as far as forgetting goes.
#[derive(Debug)]
pub(crate) struct Processor {
    transport: Arc<dyn Transport>,
    url: String,
    bearer: Bearer,
}

impl Processor {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        Ok(Self {
            transport: Arc::clone(&runtime.transport),
            url: runtime.variables.required("PROCESSOR_URL")?.trim_end_matches('/').to_owned(),
            bearer: Bearer::new(runtime)?,
        })
    }

    /// Asks it to forget each job, once; 2xx and 404 both mean that it has. Any other answer: the machine asks again.
    pub(crate) async fn forget(&self, references: &[String]) -> Result<ForgetAnswer, Trouble> {
        let mut answer =
            ForgetAnswer { outcome: Outcome::Done, objects: 0, jobs: 0, retry_after_seconds: None };
        for reference in references {
            match tokio::time::timeout(REQUEST_TIME, self.delete(reference)).await {
                Ok(Ok(status)) if status.is_success() || status == StatusCode::NOT_FOUND => answer.jobs += 1,
                Ok(Ok(status)) => {
                    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
                        self.bearer.doubt().await;
                    }
                    tracing::warn!(%status, "the processor did not forget");
                    answer.outcome = Outcome::Retry;
                }
                Ok(Err(trouble)) => {
                    tracing::warn!(%trouble, "the processor did not forget");
                    answer.outcome = Outcome::Retry;
                }
                Err(_) => answer.outcome = Outcome::Retry,
            }
            if answer.outcome == Outcome::Retry {
                break;
            }
        }
        Ok(answer)
    }

    async fn delete(&self, reference: &str) -> Result<StatusCode, Trouble> {
        let url = format!("{}/jobs/{reference}", self.url);
        let url = url.parse().map_err(|_| Trouble::poison("the processor's address is malformed"))?;
        let mut request = reqwest::Request::new(reqwest::Method::DELETE, url);
        request.headers_mut().insert(reqwest::header::AUTHORIZATION, self.bearer.authorization().await?);
        let answer = self.transport.send(request).await;
        Ok(answer.map_err(|error| Trouble::passing("the processor could not be reached", error))?.status())
    }
}
