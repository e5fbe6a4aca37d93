use crate::{KeptSecret, Misconfigured, Runtime, SecretError};
use reqwest::header::HeaderValue;

/// The setting with the ARN of the processor's token.
const SETTING: &str = "PROCESSOR_TOKEN_ARN";

/// What functions show the processor to be let in.
#[derive(Debug)]
pub struct Bearer {
    token: KeptSecret,
}

impl Bearer {
    /// The token whose ARN is in `PROCESSOR_TOKEN_ARN`.
    pub fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        runtime.transport.prepare();
        Ok(Self { token: KeptSecret::new(runtime, SETTING)? })
    }

    /// The value of the header `Authorization`, marked as sensitive, so that no log shows it.
    pub async fn authorization(&self) -> Result<HeaderValue, SecretError> {
        let token = self.token.text().await?;
        let header = HeaderValue::try_from(format!("Bearer {}", token.expose().trim()));
        let mut header = header.map_err(|_| SecretError::Malformed {
            setting: SETTING,
            expected: "a token that fits into a header",
        })?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// The processor did not let us in: what comes next shows the token as it is now.
    pub async fn doubt(&self) {
        if let Ok(token) = self.token.text().await
            && let Err(error) = self.token.other_than(&token).await
        {
            tracing::warn!(code = error.code(), %error, "the processor's token could not be looked at again");
        }
    }
}
