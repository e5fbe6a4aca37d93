//! Step Functions on one machine: state machines whose executions live in one `SQLite` file.
//!
//! Every transition is committed before it acts, so a host that is killed at any instant goes on where it
//! stood: waits and time-outs keep their instants, tasks with tokens keep waiting, a message that may not
//! have been sent is sent again, and a function that was running ends as `Lambda.Unknown`, which the
//! machine's own `Retry` answers.
//!
//! [`StateMachines`] is used in two ways: by its typed methods, and through [`StateMachines::handle`], which
//! speaks AWS JSON 1.0 as the SDKs do.

mod config;
mod engine;
mod error;
mod operations;
mod recover;
mod runner;
mod service;
mod status_change;
mod store;
mod tasks;
mod transition;
mod wire;

#[cfg(test)]
mod tests;

pub use asl::{HistoryEvent, LoadError, Status};
pub use config::{Config, Settings};
pub use error::{StatesError, StoreError};
pub use operations::{
    Described, ExecutionsPage, HistoryPage, HistoryQuery, ListExecutions, MachineSummary, StartExecution,
    Started,
};
pub use service::StateMachines;
pub use store::SCHEMA_VERSION;
pub use tasks::{TaskError, Tasks};
