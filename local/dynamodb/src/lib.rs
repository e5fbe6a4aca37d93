//! Amazon DynamoDB for one machine: the operations that the pipeline uses, on one durable file.
//!
//! The engine is `dynoxide`, which keeps tables in `SQLite` and commits each call with a full sync. This crate opens
//! it, creates the declared tables once, and speaks AWS JSON 1.0 on top of it.

mod protocol;
mod shape;
mod tables;
mod writer;

pub use shape::Difference;
pub use tables::{Tables, TablesError};
