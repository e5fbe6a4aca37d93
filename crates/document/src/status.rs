use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where a revision of a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Status {
    /// The first byte may have come; the last has not.
    Uploading,
    /// Waits for its turn to be sent.
    Queued,
    /// Being sent to the processor.
    Transferring,
    /// With the processor.
    Processing,
    /// Its results are here and proved.
    Returned,
    /// Can be read.
    Ready,
    /// The upload was not something that Lectern takes.
    Rejected,
    /// It was taken and could not be finished; can be redriven.
    Failed,
    /// A newer revision took its place.
    Superseded,
    /// A person deleted it.
    Deleted,
}

impl Status {
    /// Every status, in the order in which documents meet them.
    pub const ALL: [Self; 10] = [
        Self::Uploading,
        Self::Queued,
        Self::Transferring,
        Self::Processing,
        Self::Returned,
        Self::Ready,
        Self::Rejected,
        Self::Failed,
        Self::Superseded,
        Self::Deleted,
    ];

    /// Whether nothing more happens by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Ready | Self::Rejected | Self::Failed | Self::Superseded | Self::Deleted)
    }

    /// The word that messages and the register use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Queued => "queued",
            Self::Transferring => "transferring",
            Self::Processing => "processing",
            Self::Returned => "returned",
            Self::Ready => "ready",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
            Self::Deleted => "deleted",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(())
    }
}
