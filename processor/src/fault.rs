use crate::wire::JobError;
use std::io;
use thiserror::Error;

/// Why a file could not be worked on.
#[derive(Debug, Error)]
pub(crate) enum Fault {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// There is something in it, but not a word.
    #[error("the file holds no text; a scanned document has to be converted to text first")]
    NoText,
    /// A password is needed.
    #[error("the file is protected with a password")]
    Encrypted,
    /// Cut off before its end.
    #[error("the file is incomplete: {0}")]
    Truncated(&'static str),
    /// Not what its name says, or damaged.
    #[error("the file is damaged: {0}")]
    Malformed(String),
    /// Its type is none that is worked on.
    #[error("files of the type {0:?} are not taken")]
    Unsupported(String),
    /// More than a named limit allows; says which.
    #[error("the file is too large: {0}")]
    TooLarge(String),
    /// The bytes that came are not the bytes that were announced.
    #[error("the bytes that arrived are not those that were announced")]
    Digest,
    /// The announced source could not be fetched.
    #[error("the source could not be fetched: {0}")]
    Source(String),
    /// The processor itself failed: disk, threads.
    #[error("the processor failed: {0}")]
    Internal(String),
}

impl Fault {
    /// Shortens a foreign error to a sentence about the file.
    pub(crate) fn malformed(error: impl std::fmt::Display) -> Self {
        let text: String = error.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
        Self::Malformed(text)
    }

    /// The stable word that programs match on.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file-empty",
            Self::NoText => "file-without-text",
            Self::Encrypted => "file-encrypted",
            Self::Truncated(_) | Self::Malformed(_) => "file-damaged",
            Self::Unsupported(_) => "file-type-unsupported",
            Self::TooLarge(_) => "file-too-large",
            Self::Digest => "digest-mismatch",
            Self::Source(_) => "source-unreachable",
            Self::Internal(_) => "processor-failed",
        }
    }

    /// Whether the same file may succeed when it is sent again.
    pub(crate) const fn retryable(&self) -> bool {
        matches!(self, Self::Digest | Self::Source(_) | Self::Internal(_))
    }

    /// As it is told in a callback.
    pub(crate) fn to_wire(&self) -> JobError {
        JobError { code: self.code().to_owned(), message: self.to_string(), retryable: self.retryable() }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Internal(error.to_string())
    }
}
