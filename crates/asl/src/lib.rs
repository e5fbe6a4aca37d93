//! An interpreter for the Amazon States Language in its JSONata mode.
//!
//! It is pure: no clock, no I/O, no threads. A [`Machine`] is a checked definition; an [`Execution`] is where
//! one run of it stands, and can be stored; [`Machine::advance`] takes what happened ([`Input`]), moves the
//! execution as far as it goes by itself and answers with the history it made and the tasks to start.
//! Whoever calls commits that answer before acting on it, so a run survives the death of its host.
//!
//! Everything the interpreter does not run is refused when a definition is loaded, with the state and the
//! field that asked for it.

mod advance;
mod definition;
mod execution;
mod expression;
mod failure;
mod history;
mod limits;
mod load;
pub mod offline;
mod retry;
mod surroundings;
mod template;
#[cfg(test)]
mod tests;

pub use definition::{Integration, Machine};
pub use execution::{About, Execution, Outcome, Status};
pub use failure::Failure;
pub use history::HistoryEvent;
pub use limits::{DATA_BYTES_MAX, DEFINITION_BYTES_MAX, HISTORY_EVENTS_MAX, NAME_CHARS_MAX};
pub use load::{Code, Diagnostic, LoadError};
pub use surroundings::{Effect, Input, Step, Surroundings, TaskId, TaskStart};
