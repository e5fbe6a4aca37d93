use crate::{DocumentId, Kind, Moment, Status, Work};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The state machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MachineName {
    /// Delivers a document that could not be delivered at once.
    Transfer,
    /// Fetches results again, or asks for them again.
    Results,
    /// Looks after a document whose deadline passed.
    Overdue,
    /// Removes everything of a document, or of its older revisions, here and at the processor.
    Forget,
}

impl MachineName {
    /// Every machine.
    pub const ALL: [Self; 4] = [Self::Transfer, Self::Results, Self::Overdue, Self::Forget];

    /// The word that messages, files and the register use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Results => "results",
            Self::Overdue => "overdue",
            Self::Forget => "forget",
        }
    }
}

impl fmt::Display for MachineName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// What must be sent after a document was written. Sending twice is harmless: receivers ask the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Send {
    /// A message on the queue of the document's kind.
    Transfer { kind: Kind, work: Work },
    /// A message on the normalization queue.
    Normalize { work: Work },
    /// A message on the uploads queue: look whether the object is there.
    Look { document_id: DocumentId },
    /// Start a machine under a name that starts once.
    Start { machine: MachineName, execution: String, input: Box<MachineInput> },
}

/// What a machine is started with: ids and keys, never payloads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineInput {
    /// The document.
    pub document_id: DocumentId,
    /// The S3 version id, or empty where none is known yet.
    pub revision: String,
    /// The document's kind.
    pub kind: Kind,
    /// The latest attempt; 0 before the first.
    pub attempt: u32,
    /// The attempt's reference, if one was minted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The cycle in which the machine acts: its claim on the document.
    pub cycle: u32,
    /// The status in which the machine found the document.
    pub status: Status,
    /// When the machine gives up.
    pub give_up_at: Moment,
    /// Where the callback's body lies (results machine).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_key: Option<String>,
    /// What was wrong with the results (results machine): `unreachable` or `wrong`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Seconds that the processor asked us to wait (transfer machine).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
    /// What the processor must forget (forget machine).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Whether everything of the document goes (forget machine), or only the jobs named.
    #[serde(default)]
    pub everything: bool,
}
