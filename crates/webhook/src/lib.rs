//! Standard Webhooks: signing and verification, pure.
//!
//! A sender signs the bytes `id.timestamp.body` with HMAC-SHA256 and sends three headers, [`ID`], [`TIMESTAMP`] and
//! [`SIGNATURE`]. The receiver checks shape and time first, which is cheap, then computes one HMAC for each active secret
//! and compares in constant time. Everything a stranger can send is bounded before any of it is worked on, and nothing
//! here reads a clock: whoever calls says what time it is.

mod header;
mod receiver;
mod secret;

pub use header::{ID, ID_BYTES_MAX, SIGNATURE, SIGNATURE_HEADER_BYTES_MAX, SIGNATURES_MAX, TIMESTAMP};
pub use receiver::{Claim, Headers, Receiver, Rejection, SECRETS_MAX, TOLERANCE_SECONDS, Verified};
pub use secret::{SECRET_BYTES_MAX, SECRET_BYTES_MIN, Secret, SecretError};
