use rusqlite::ErrorCode;
use tokio::sync::watch;

/// Remembers the first failure of the disk below one service.
///
/// After a failed sync nobody knows what is on the disk: the kernel may have dropped what it could not write and say so
/// once only (fsync(2)). Going on would be pretending, so whoever writes asks here first, and the host ends.
#[derive(Debug)]
pub struct Health(watch::Sender<Option<String>>);

impl Default for Health {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Health {
    /// The first failure, once there was one. Nothing may be acknowledged after it.
    pub fn failure(&self) -> Option<String> {
        self.0.borrow().clone()
    }

    /// Remembers a failure of `what`, unless there was one before.
    pub fn fail(&self, what: &str, reason: &str) {
        let first = self.0.send_if_modified(|failure| {
            let first = failure.is_none();
            failure.get_or_insert_with(|| format!("{what} failed: {reason}"));
            first
        });
        if first {
            tracing::error!(what, reason, "the disk failed: nothing more is accepted");
        }
    }

    /// Remembers what SQLite said if it means that the file can no longer be trusted.
    pub fn note(&self, what: &str, error: &rusqlite::Error) {
        if is_fatal(error) {
            self.fail(what, &error.to_string());
        }
    }

    /// Waits for the first failure.
    pub async fn failed(&self) -> String {
        let mut failure = self.0.subscribe();
        match failure.wait_for(Option::is_some).await {
            Ok(failure) => failure.clone().unwrap_or_default(),
            // The sender is `self`.
            Err(_) => std::future::pending().await,
        }
    }
}

/// Whether an error of SQLite means that the disk failed or the file is damaged. A full disk is neither: the transaction
/// was undone as a whole, and the next may find room.
pub fn is_fatal(error: &rusqlite::Error) -> bool {
    use ErrorCode::{CannotOpen, DatabaseCorrupt, NotADatabase, ReadOnly, SystemIoFailure};
    let code = error.sqlite_error_code();
    matches!(code, Some(SystemIoFailure | DatabaseCorrupt | NotADatabase | ReadOnly | CannotOpen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_failure_is_remembered_and_told() {
        let health = Health::default();
        assert_eq!(health.failure(), None);
        health.fail("the queues", "Input/output error");
        health.fail("the queues", "something else");
        assert_eq!(health.failed().await, "the queues failed: Input/output error");
        assert_eq!(health.failure(), Some("the queues failed: Input/output error".to_owned()));
    }

    #[test]
    fn a_full_disk_is_no_failure() {
        let of = |code| rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        assert!(!is_fatal(&of(rusqlite::ffi::SQLITE_FULL)));
        assert!(!is_fatal(&of(rusqlite::ffi::SQLITE_CONSTRAINT)));
        assert!(is_fatal(&of(rusqlite::ffi::SQLITE_IOERR_FSYNC)));
        assert!(is_fatal(&of(rusqlite::ffi::SQLITE_CORRUPT)));
    }
}
