//! The single-machine host: the template's functions, queues, buckets, tables and machines in one process.
//!
//! The `lectern` command starts it over a folder ([`host::Host`]). A simulation runs the same [`host::Stack`] over storage
//! in memory, on a clock of its own, with an [`host::Interference`] that lets it fail.

pub mod gateway;
pub mod host;
