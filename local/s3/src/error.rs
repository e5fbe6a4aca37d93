use crate::bounds::RETRY_AFTER;
use http::{HeaderMap, header::RETRY_AFTER as RETRY_AFTER_HEADER};
use s3s::{S3Error, S3ErrorCode};
use std::{io, path::PathBuf};

/// Why a store could not be opened. None of these goes away by trying again.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or a file in it cannot be used.
    #[error("cannot use {path}: {source}")]
    Directory {
        /// What was to be created, read or synced.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The database cannot be opened: damaged, or held by another process.
    #[error("cannot open the object index {path}: {source}")]
    Database {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The database was written by a newer program.
    #[error(
        "the object index {path} has schema {found}, this program knows up to {known}: use the newer program"
    )]
    NewerSchema {
        /// The database file.
        path: PathBuf,
        /// The schema version in the file.
        found: i64,
        /// The newest schema version this program reads.
        known: i64,
    },
}

/// Why a call did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The answer that AWS gives: the request was wrong, or what it names is not there.
    #[error("{}: {}", .0.code().as_str(), .0.message().unwrap_or("no further detail"))]
    Answer(#[source] S3Error),
    /// The index failed; nothing was changed.
    #[error("the object index failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// A blob could not be written or read; nothing was changed.
    #[error("a blob failed: {0}")]
    Blob(#[source] io::Error),
    /// There is no room; nothing was changed. Goes away once there is room.
    #[error("the disk is full: nothing was stored")]
    DiskFull,
    /// More callers wait than may; nothing was begun. Goes away as they are answered.
    #[error("the store is busy: try again")]
    Busy,
    /// The disk failed earlier, so nothing more is accepted until the store is opened anew.
    #[error("writes are refused because the disk failed ({reason}): check it, then start again")]
    Refused {
        /// The first failure.
        reason: String,
    },
    /// The index has been shut down.
    #[error("the store is closed")]
    Closed,
}

/// What calls inside the store return.
pub(crate) type Outcome<T> = Result<T, StoreError>;

impl StoreError {
    /// Whether the same call can succeed later without anybody changing the request.
    pub fn retryable(&self) -> bool {
        !matches!(self, Self::Answer(_) | Self::Closed)
    }
}

impl From<S3Error> for StoreError {
    fn from(error: S3Error) -> Self {
        Self::Answer(error)
    }
}

impl From<S3ErrorCode> for StoreError {
    fn from(code: S3ErrorCode) -> Self {
        Self::Answer(S3Error::new(code))
    }
}

impl From<StoreError> for S3Error {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Answer(answer) => return answer,
            StoreError::Database(_) | StoreError::Blob(_) => S3ErrorCode::InternalError,
            StoreError::DiskFull | StoreError::Busy => S3ErrorCode::SlowDown,
            StoreError::Refused { .. } | StoreError::Closed => S3ErrorCode::ServiceUnavailable,
        };
        let message = error.to_string();
        let passes = matches!(code, S3ErrorCode::SlowDown);
        let mut answer = S3Error::with_source(code, Box::new(error));
        answer.set_message(message);
        if passes {
            answer.set_headers(HeaderMap::from_iter([(RETRY_AFTER_HEADER, RETRY_AFTER.as_secs().into())]));
        }
        answer
    }
}

/// Remembers the first failure of the disk.
#[derive(Debug, Default)]
pub(crate) struct Health(pub(crate) local_disk::Health);

impl Health {
    /// An error once the disk has failed.
    pub(crate) fn check(&self) -> Outcome<()> {
        self.0.failure().map_or(Ok(()), |reason| Err(StoreError::Refused { reason }))
    }

    /// Refuses writes from now on.
    pub(crate) fn fail(&self, reason: &str) {
        self.0.fail("the object store", reason);
    }
}

/// Turns what the operating system said about a write into an answer. The write is undone and nothing was promised,
/// so later ones may be tried: it takes a failed sync to refuse them.
pub(crate) fn write_failed(error: io::Error) -> StoreError {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        return StoreError::DiskFull;
    }
    StoreError::Blob(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_can_only_wait_is_told_how_long() {
        for error in [StoreError::Busy, StoreError::DiskFull] {
            let answer = S3Error::from(error);
            assert_eq!(answer.status_code(), Some(http::StatusCode::SERVICE_UNAVAILABLE));
            assert_eq!(answer.code().as_str(), "SlowDown");
            assert_eq!(answer.headers().unwrap()[RETRY_AFTER_HEADER], "1");
        }
        let closed = S3Error::from(StoreError::Closed);
        assert!(closed.headers().is_none());
    }
}
