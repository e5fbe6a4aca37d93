//! AWS Secrets Manager for one machine: it answers `GetSecretValue`, and knows what the template declares.
//!
//! Nothing is written to disk here: whoever starts the host brings the values along at every start.

mod protocol;
mod secrets;

pub use secrets::{SecretSpec, Secrets};
