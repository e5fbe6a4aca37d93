//! How one sending went, and which event that is.

use document::{Code, Event, Failure, Work};
use std::fmt;

/// How one sending went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The processor has the job.
    Accepted { job_id: Option<String>, sha256: Option<String> },
    /// It will never take the file, or there is no file to take.
    Refused(Failure),
    /// Not this time.
    Undelivered { reason: String, retry_after_seconds: Option<u64> },
}

/// For logs: what the processor said of a file may quote it, so its code has to do.
impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted { .. } => out.write_str("accepted"),
            Self::Refused(failure) => write!(out, "refused: {}", failure.code),
            Self::Undelivered { reason, .. } => write!(out, "undelivered: {reason}"),
        }
    }
}

/// What a status of the answer to `POST /jobs` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Accepted,
    /// The job is known: how it stands has to be asked.
    Known,
    Refused,
    /// It does not let us in: the operator has to look, and the document waits.
    Locked,
    /// Everything else: tried again later.
    Later,
}

impl Meaning {
    pub(crate) const fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Accepted,
            409 => Self::Known,
            400 | 413 | 415 | 422 => Self::Refused,
            401 | 403 => Self::Locked,
            _ => Self::Later,
        }
    }
}

impl Outcome {
    pub(crate) fn later(reason: impl Into<String>) -> Self {
        Self::Undelivered { reason: reason.into(), retry_after_seconds: None }
    }

    pub(crate) fn refused(code: Code) -> Self {
        Self::Refused(Failure::new(code))
    }

    pub(crate) fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Undelivered { retry_after_seconds, .. } => *retry_after_seconds,
            Self::Accepted { .. } | Self::Refused(_) => None,
        }
    }

    pub(crate) fn event(self, work: Work) -> Event {
        match self {
            Self::Accepted { job_id, sha256 } => Event::Accepted { work, job_id, sha256 },
            Self::Refused(failure) => Event::Refused { work, failure },
            Self::Undelivered { reason, retry_after_seconds } => {
                Event::Undelivered { work, reason, retry_after_seconds }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_the_documented_meaning() {
        let check = |statuses: &[u16], meaning| {
            for status in statuses {
                assert_eq!(Meaning::of(*status), meaning, "{status}");
            }
        };
        check(&[200, 201, 202, 204], Meaning::Accepted);
        check(&[409], Meaning::Known);
        check(&[400, 413, 415, 422], Meaning::Refused);
        check(&[401, 403], Meaning::Locked);
        check(&[301, 307, 404, 405, 408, 425, 429, 500, 502, 503, 504, 599], Meaning::Later);
    }
}
