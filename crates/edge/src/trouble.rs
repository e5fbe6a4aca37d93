use std::{error::Error, fmt, time::Duration};

/// The longest a message can be kept away: what SQS allows for a visibility time-out.
pub(crate) const AGAIN_IN_MAX: Duration = Duration::from_hours(12);
/// How long a message that failed stays away if nothing better is known.
const AGAIN_IN: Duration = Duration::from_secs(20);

/// Why a message could not be handled, and whether handling it again can help.
#[derive(Debug)]
pub struct Trouble {
    what: String,
    source: Option<Box<dyn Error + Send + Sync>>,
    retryable: bool,
    again_in: Duration,
}

impl Trouble {
    /// Something outside failed: the message is tried again.
    pub fn passing(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { what: what.into(), source: Some(source.into()), retryable: true, again_in: AGAIN_IN }
    }

    /// Somebody else is at work on it: the message comes back when that must be over, and not before. Coming back in
    /// vain would use up its receives.
    pub fn busy(what: impl Into<String>, again_in: Duration) -> Self {
        Self { what: what.into(), source: None, retryable: true, again_in: again_in.min(AGAIN_IN_MAX) }
    }

    /// The message makes no sense: it goes to the dead-letter queue as soon as the queue lets it.
    pub fn poison(what: impl Into<String>) -> Self {
        Self { what: what.into(), source: None, retryable: false, again_in: Duration::ZERO }
    }

    /// Whether trying again can help.
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// After what time the message should be visible again.
    pub fn again_in(&self) -> Duration {
        self.again_in
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)?;
        let mut source = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(cause) = source {
            write!(out, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl Error for Trouble {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
