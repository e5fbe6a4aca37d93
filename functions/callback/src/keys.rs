use async_trait::async_trait;
use edge::{KeptSecret, Misconfigured, Runtime, SecretError, SecretText, Trouble};
use std::fmt::Debug;
use webhook::{Receiver, SECRETS_MAX, Secret};

/// The setting with the ARN of the active secrets: separated by commas, the newest first.
const SETTING: &str = "CALLBACK_SECRETS_ARN";

/// The secrets that callbacks may be signed with, as they are now and then.
#[async_trait]
pub trait Keys: Debug + Send + Sync {
    /// Those that are known.
    async fn active(&self) -> Result<Active, Trouble>;

    /// Those that are active now, if they are others than those `seen`. May be asked about every stranger's callback.
    async fn others(&self, seen: &Active) -> Result<Option<Active>, Trouble>;
}

/// Active secrets, as they were at one time.
#[derive(Clone, Debug)]
pub struct Active {
    pub(crate) receiver: Receiver,
    text: Option<SecretText>,
}

/// Secrets that never change.
#[async_trait]
impl Keys for Receiver {
    async fn active(&self) -> Result<Active, Trouble> {
        Ok(Active { receiver: self.clone(), text: None })
    }

    async fn others(&self, _: &Active) -> Result<Option<Active>, Trouble> {
        Ok(None)
    }
}

/// The secrets in Secrets Manager.
#[derive(Debug)]
pub(crate) struct Kept(KeptSecret);

impl Kept {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        Ok(Self(KeptSecret::new(runtime, SETTING)?))
    }
}

#[async_trait]
impl Keys for Kept {
    async fn active(&self) -> Result<Active, Trouble> {
        Ok(read(self.0.text().await?)?)
    }

    async fn others(&self, seen: &Active) -> Result<Option<Active>, Trouble> {
        let Some(seen) = &seen.text else { return Ok(None) };
        let others = self.0.other_than(seen).await?;
        Ok(others.map(read).transpose()?)
    }
}

fn read(text: SecretText) -> Result<Active, SecretError> {
    let malformed = || SecretError::Malformed {
        setting: SETTING,
        expected: "one to four secrets separated by commas, each `whsec_` and the base64 of 24 to 64 bytes",
    };
    let written = text.expose().split(',').map(str::trim);
    let secrets = written.map(Secret::parse).collect::<Result<Vec<_>, _>>().map_err(|_| malformed())?;
    if secrets.len() > SECRETS_MAX {
        // The oldest would not count, and nobody would notice before a sender uses it.
        return Err(malformed());
    }
    Ok(Active { receiver: Receiver::new(secrets), text: Some(text) })
}
