use crate::config::CorsRule;
use jiff::Timestamp;

/// The version id of what was written while a bucket kept no versions.
pub(crate) const NULL_VERSION: &str = "null";

/// Whether a bucket keeps what is overwritten. A bucket never goes back to [`Versioning::Never`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Versioning {
    Never,
    Enabled,
    Suspended,
}

impl Versioning {
    pub(crate) fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Enabled,
            2 => Self::Suspended,
            _ => Self::Never,
        }
    }

    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Never => 0,
            Self::Enabled => 1,
            Self::Suspended => 2,
        }
    }

    /// What becomes of a bucket that the host declares anew.
    pub(crate) fn declared(self, versioned: bool) -> Self {
        match (self, versioned) {
            (_, true) => Self::Enabled,
            (Self::Never, false) => Self::Never,
            (Self::Enabled | Self::Suspended, false) => Self::Suspended,
        }
    }
}

/// A bucket that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) versioning: Versioning,
    pub(crate) notifications: bool,
    pub(crate) cors: Vec<CorsRule>,
    pub(crate) created: Timestamp,
}

impl Bucket {
    /// A version id as answers show it: not at all in a bucket that never kept versions.
    pub(crate) fn shown(&self, version_id: &str) -> Option<String> {
        (self.versioning != Versioning::Never).then(|| version_id.to_owned())
    }
}
