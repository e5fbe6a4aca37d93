//! Preconditions of reads and writes (RFC 9110 §13, "Conditional requests" in S3).

use crate::{
    encoding::wire_time,
    error::{Outcome, StoreError},
    index::Version,
};
use jiff::Timestamp;
use s3s::{
    S3Error, S3ErrorCode,
    dto::{self, ETagCondition},
    s3_error,
};

fn failed(condition: &str) -> StoreError {
    s3_error!(
        PreconditionFailed,
        "At least one of the pre-conditions you specified did not hold: {condition}"
    )
    .into()
}

fn fits(condition: &ETagCondition, etag: &str) -> bool {
    condition.as_etag().is_none_or(|wanted| wanted.value() == etag)
}

/// What a reader demands of a version.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadConditions {
    pub(crate) matches: Option<ETagCondition>,
    pub(crate) matches_not: Option<ETagCondition>,
    pub(crate) modified_since: Option<dto::Timestamp>,
    pub(crate) unmodified_since: Option<dto::Timestamp>,
}

impl ReadConditions {
    /// 412 or 304 if `version` is not what is wanted. An entity tag outweighs a time.
    pub(crate) fn check(&self, version: &Version) -> Outcome<()> {
        // Dates on the wire have whole seconds.
        let modified = Timestamp::from_second(version.modified.as_second()).unwrap_or(Timestamp::MIN);
        let modified = wire_time(modified);
        let since = |time: &dto::Timestamp| modified > *time;
        match (&self.matches, &self.unmodified_since) {
            (Some(condition), _) if !fits(condition, &version.etag) => return Err(failed("If-Match")),
            (None, Some(time)) if since(time) => return Err(failed("If-Unmodified-Since")),
            _ => {}
        }
        let unchanged = match (&self.matches_not, &self.modified_since) {
            (Some(condition), _) => fits(condition, &version.etag),
            (None, Some(time)) => !since(time),
            (None, None) => false,
        };
        if unchanged { Err(not_modified(version)) } else { Ok(()) }
    }
}

fn not_modified(version: &Version) -> StoreError {
    let mut answer = S3Error::new(S3ErrorCode::NotModified);
    if let Ok(etag) = http::HeaderValue::from_str(&format!("\"{}\"", version.etag)) {
        answer.set_headers(std::iter::once((http::header::ETAG, etag)).collect());
    }
    answer.into()
}

/// What a writer demands of the version that is there.
#[derive(Clone, Debug, Default)]
pub(crate) struct WriteConditions {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
}

impl WriteConditions {
    /// Whether anything is demanded.
    pub(crate) fn any(&self) -> bool {
        self.if_match.is_some() || self.if_none_match.is_some()
    }

    /// 412 or 404 if the `current` version, which may be a marker, is not what is wanted.
    pub(crate) fn check(&self, current: Option<&Version>) -> Outcome<()> {
        let current = current.filter(|version| !version.marker);
        if let Some(condition) = &self.if_match {
            match current {
                None => return Err(s3_error!(NoSuchKey, "The specified key does not exist.").into()),
                Some(version) if !fits(condition, &version.etag) => return Err(failed("If-Match")),
                Some(_) => {}
            }
        }
        match (&self.if_none_match, current) {
            (Some(condition), Some(version)) if fits(condition, &version.etag) => {
                Err(failed("If-None-Match"))
            }
            _ => Ok(()),
        }
    }
}
