//! Amazon SQS for one machine: standard queues in one `SQLite` file.
//!
//! A message that was acknowledged is on disk: every send is committed with `synchronous=FULL` before it is
//! answered, and requests that wait while a commit runs share the next one. Two ways in lead to the same
//! operations: the typed methods of [`Queues`], and [`Queues::handle`], which speaks AWS JSON 1.0.
//!
//! FIFO queues, tags, permissions and message moves are not here; the protocol answers them with AWS's errors.

mod catalog;
mod config;
mod contents;
mod counts;
mod digest;
mod engine;
mod error;
mod limits;
mod message;
mod operations;
mod protocol;
mod queues;
mod receipt;
mod schema;
mod spec;
mod waiting;

pub use config::Config;
pub use counts::QueueAttributes;
pub use error::{CreateError, SqsError, StoreError};
pub use limits::{
    BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, DELAY_MAX, IN_FLIGHT_MAX, MESSAGE_BYTES_MAX, PURGE_INTERVAL,
    RECEIVE_MAX, RECEIVE_WAIT_MAX, VISIBILITY_MAX,
};
pub use message::{AttributeValue, Attributes, MessageAttribute, Outgoing, Received, Sent};
pub use queues::Queues;
pub use schema::SCHEMA_VERSION;
pub use spec::{QueueSpec, Redrive, SpecError};
pub use waiting::Receive;
