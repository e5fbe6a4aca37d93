use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt;
use thiserror::Error;

/// The least that a secret may hold (Standard Webhooks: 24 bytes, that is 192 bits).
pub const SECRET_BYTES_MIN: usize = 24;
/// The most that a secret may hold (Standard Webhooks: 64 bytes, the block of SHA-256).
pub const SECRET_BYTES_MAX: usize = 64;
/// Marks a symmetric secret in its written form.
const PREFIX: &str = "whsec_";
/// The bytes of an HMAC-SHA256.
pub(crate) const MAC_BYTES: usize = 32;

/// Why something is not a secret. Never says what the secret was.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SecretError {
    /// The written form starts with `whsec_`.
    #[error("a webhook secret starts with {PREFIX:?}")]
    Prefix,
    /// What follows the prefix is base64 with padding.
    #[error("a webhook secret is base64 after {PREFIX:?}")]
    Base64,
    /// Too short to be safe, or longer than the standard allows.
    #[error("a webhook secret holds {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes, this one {0}")]
    Length(usize),
}

/// A key that sender and receiver share.
#[derive(Clone)]
pub struct Secret {
    keyed: Hmac<Sha256>,
}

impl Secret {
    /// Reads the written form: `whsec_` and the base64 of 24 to 64 bytes.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretError::Prefix)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretError::Base64)?;
        Self::from_bytes(&bytes)
    }

    /// A secret of 24 to 64 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SecretError> {
        if !(SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&bytes.len()) {
            return Err(SecretError::Length(bytes.len()));
        }
        let keyed = Hmac::new_from_slice(bytes).map_err(|_| SecretError::Length(bytes.len()))?;
        Ok(Self { keyed })
    }

    /// The value of the signature header: `v1,` and the base64 of the HMAC over `id.timestamp.body`.
    ///
    /// `timestamp_seconds` counts from 1970 and must be what the timestamp header says. A sender that rotates its secrets
    /// joins one signature of each with a space.
    pub fn sign(&self, id: &str, timestamp_seconds: i64, body: &[u8]) -> String {
        let mac = self.mac(id.as_bytes(), timestamp_seconds.to_string().as_bytes(), body);
        format!("v1,{}", STANDARD.encode(mac))
    }

    pub(crate) fn mac(&self, id: &[u8], timestamp: &[u8], body: &[u8]) -> [u8; MAC_BYTES] {
        let mut mac = self.keyed.clone();
        for part in [id, b".", timestamp, b".", body] {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Secret {
    /// Shows nothing of the key: secrets end up in logs through derived output.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}
