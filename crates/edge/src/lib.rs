//! What every function shares where it meets AWS: clients, configuration, secrets, the register, sending, batches, reports, logs, metrics and traces.
//!
//! A function's `lib.rs` has `build(Runtime) -> Result<impl Handler, Misconfigured>` (or, for HTTP, a router) and decides;
//! its `main.rs` is one line: [`run`] or [`run_http`]. The single-machine host calls the same `build` with its own
//! [`Runtime`], so nothing in a function can tell which host runs it.

mod aws;
mod batch;
mod bearer;
mod handler;
mod lambda;
pub mod measure;
mod notification;
mod pipeline;
mod register;
mod report;
mod runtime;
mod secret;
mod sender;
mod spans;
mod trace;
mod transport;
mod trouble;
mod variables;

#[cfg(test)]
mod tests;

pub use batch::{Batch, Delivery};
pub use bearer::Bearer;
pub use handler::{Call, FunctionError, Handler, typed};
pub use lambda::{RunError, run, run_http};
pub use notification::{Created, created};
pub use pipeline::Pipeline;
pub use register::{Register, SHARDS, UNASSIGNED_SCHOOL};
pub use report::Reports;
pub use runtime::Runtime;
pub use secret::{KeptSecret, SecretError, SecretText};
pub use sender::{MESSAGE_BYTES_MAX, Sender};
pub use spans::Spans;
pub use trace::{Traces, traceparent};
pub use transport::{Transport, TransportError, build_client, default_transport, plain_client};
pub use trouble::Trouble;
pub use variables::{Misconfigured, Variables};

pub use clock::{Clock, Pace, Random};
pub use document::Moment;
