//! An embedded S3: durable, versioned, and known to tell the truth about what is on disk.
//!
//! [`Store`] keeps objects and their events; [`service`] speaks the S3 protocol over it. Bytes live in files with
//! opaque names (small ones in the index), everything else in one SQLite database. Buckets are the host's to create.

mod access;
mod addressing;
mod blobs;
mod bounds;
mod bucket;
mod checksum;
mod conditions;
mod config;
mod cors;
mod delivery;
mod encoding;
mod error;
mod index;
mod intake;
mod lost;
mod notification;
mod operations;
mod service;
mod store;

pub use config::{BucketSpec, Config, CorsRule, Credentials};
pub use error::{OpenError, StoreError};
pub use index::SCHEMA_VERSION;
pub use lost::{Lost, LostError, lost};
pub use service::{S3, service};
pub use store::{Event, Store};
