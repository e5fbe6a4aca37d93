//! What can happen to queues and messages, each in one transaction.

mod attributes;
mod create;
mod delete;
mod purge;
mod receive;
mod release;
mod send;
mod visibility;

pub(crate) use attributes::{CountMessages, Counts};
pub(crate) use create::CreateQueues;
pub(crate) use delete::DeleteMessages;
pub(crate) use purge::Purge;
pub(crate) use receive::ReceiveMessages;
pub(crate) use release::ReleaseInFlight;
pub(crate) use send::{SendMessages, Stored};
pub(crate) use visibility::{ChangeVisibility, VisibilityChange, VisibilityOutcome};
