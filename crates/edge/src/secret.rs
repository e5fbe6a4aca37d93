//! A secret of AWS Secrets Manager: fetched when it is first needed, kept for a while, fetched again when it is doubted.

use crate::{Clock, Misconfigured, Runtime, Trouble};
use aws_sdk_secretsmanager::{
    error::{ProvideErrorMetadata, SdkError},
    operation::get_secret_value::GetSecretValueError,
};
use document::Moment;
use std::{error::Error, fmt, sync::Arc, time::Duration};
use thiserror::Error;
use tokio::sync::Mutex;

/// How long a secret is used before it is fetched again: what was taken away is used no longer than this, and an
/// environment of a function makes a call every five minutes at most.
pub(crate) const SECRET_KEPT_TIME: Duration = Duration::from_mins(5);
/// The shortest time between two fetches because somebody doubts a secret: strangers who send forged signatures cause no
/// more calls than this, and a rotation is seen after this long at the latest.
pub(crate) const SECRET_DOUBT_TIME: Duration = Duration::from_secs(30);
/// How long a secret goes on being used while Secrets Manager does not answer: an outage there is not one here.
pub(crate) const SECRET_STALE_TIME: Duration = Duration::from_hours(1);
/// How long one fetch may take, its tries included: the shortest function has ten seconds.
pub(crate) const SECRET_FETCH_TIME: Duration = Duration::from_secs(4);

/// The text of a secret. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Arc<str>);

impl SecretText {
    /// The text itself, for whoever signs or signs in with it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecretText(not shown)")
    }
}

/// Why a secret cannot be used. None of these shows anything of it.
#[derive(Debug, Error)]
pub enum SecretError {
    /// There is no secret of this ARN.
    #[error("the secret that {0} names is not there; create it, or correct its ARN")]
    Missing(&'static str),
    /// The function's role does not let it read the secret.
    #[error("the secret that {0} names may not be read; grant secretsmanager:GetSecretValue on its ARN")]
    Forbidden(&'static str),
    /// It holds something else than what is needed.
    #[error("the secret that {setting} names does not hold {expected}; put a new value")]
    Malformed {
        /// The setting with its ARN.
        setting: &'static str,
        /// What it has to hold.
        expected: &'static str,
    },
    /// Secrets Manager did not answer, or could not.
    #[error("the secret that {setting} names could not be fetched; it is tried again")]
    Unavailable {
        /// The setting with its ARN.
        setting: &'static str,
        /// What happened.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl SecretError {
    /// A stable word for logs and alarms.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "secret-missing",
            Self::Forbidden(_) => "secret-forbidden",
            Self::Malformed { .. } => "secret-malformed",
            Self::Unavailable { .. } => "secret-unavailable",
        }
    }

    /// Whether it passes by itself; the others pass once an operator has done what the sentence says.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    fn of(setting: &'static str, error: SdkError<GetSecretValueError>) -> Self {
        match error.code() {
            Some("ResourceNotFoundException") => Self::Missing(setting),
            Some("AccessDeniedException") => Self::Forbidden(setting),
            _ => Self::Unavailable { setting, source: error.into() },
        }
    }
}

/// Work that needs a secret waits for it, whatever is wrong: once the operator has put it right, nothing is lost.
impl From<SecretError> for Trouble {
    fn from(error: SecretError) -> Self {
        Self::passing(error.code(), error)
    }
}

/// One secret, by the setting that holds its ARN.
#[derive(Debug)]
pub struct KeptSecret {
    client: aws_sdk_secretsmanager::Client,
    setting: &'static str,
    arn: String,
    clock: Arc<dyn Clock>,
    // Held during a fetch: whoever comes meanwhile waits for the same.
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    text: SecretText,
    fetched: Moment,
    /// When it was last tried to fetch it.
    tried: Moment,
}

impl KeptSecret {
    /// The secret whose ARN is in `setting`. Nothing is fetched yet.
    pub fn new(runtime: &Runtime, setting: &'static str) -> Result<Self, Misconfigured> {
        Ok(Self {
            client: runtime.secrets_manager(),
            setting,
            arn: runtime.variables.required(setting)?.to_owned(),
            clock: Arc::clone(&runtime.clock),
            kept: Mutex::default(),
        })
    }

    /// Its text: as kept, or as it is now.
    pub async fn text(&self) -> Result<SecretText, SecretError> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now().into();
        let usable = kept.as_ref().filter(|kept| {
            is_within(SECRET_KEPT_TIME, kept.fetched, now) || is_within(SECRET_DOUBT_TIME, kept.tried, now)
        });
        if let Some(usable) = usable {
            return Ok(usable.text.clone());
        }
        self.fetch(&mut kept, now).await
    }

    /// Its text if that is another than the one `seen`, which was of no use: it may have been rotated since.
    ///
    /// However often this is asked, it is fetched at most once in [`SECRET_DOUBT_TIME`].
    pub async fn other_than(&self, seen: &SecretText) -> Result<Option<SecretText>, SecretError> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now().into();
        let text = match &*kept {
            // Somebody else has fetched it since, or just now.
            Some(kept) if kept.text != *seen || is_within(SECRET_DOUBT_TIME, kept.tried, now) => {
                kept.text.clone()
            }
            _ => self.fetch(&mut kept, now).await?,
        };
        Ok(Some(text).filter(|text| text != seen))
    }

    async fn fetch(&self, kept: &mut Option<Kept>, now: Moment) -> Result<SecretText, SecretError> {
        match self.ask().await {
            Ok(text) => {
                *kept = Some(Kept { text: text.clone(), fetched: now, tried: now });
                Ok(text)
            }
            Err(error) => {
                let code = error.code();
                match kept {
                    Some(kept) if error.is_retryable() && is_within(SECRET_STALE_TIME, kept.fetched, now) => {
                        tracing::warn!(code, %error, "the secret as it was goes on being used");
                        kept.tried = now;
                        Ok(kept.text.clone())
                    }
                    _ => {
                        tracing::error!(code, %error, "there is no secret to use");
                        *kept = None;
                        Err(error)
                    }
                }
            }
        }
    }

    async fn ask(&self) -> Result<SecretText, SecretError> {
        let setting = self.setting;
        let asked = self.client.get_secret_value().secret_id(&self.arn).send();
        let answer = tokio::time::timeout(SECRET_FETCH_TIME, asked)
            .await
            .map_err(|late| SecretError::Unavailable { setting, source: late.into() })?
            .map_err(|error| SecretError::of(setting, error))?;
        let text = answer.secret_string.filter(|text| !text.is_empty());
        text.map(|text| SecretText(text.into())).ok_or(SecretError::Malformed { setting, expected: "a text" })
    }
}

/// Whether less than `time` has passed since `then`. A clock that was put back says that everything is over.
fn is_within(time: Duration, then: Moment, now: Moment) -> bool {
    then <= now && Moment::until(then, now) < time
}
