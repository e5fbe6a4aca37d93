use crate::{Rejection, TOLERANCE_SECONDS, secret::MAC_BYTES};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Names the message; the same at every repetition of it.
pub const ID: &str = "webhook-id";
/// When the message was sent, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The signatures: `version,base64`, separated by spaces.
pub const SIGNATURE: &str = "webhook-signature";

/// Identities in use are some thirty bytes; this leaves room and keeps keys and log lines short.
pub const ID_BYTES_MAX: usize = 256;
/// A sender signs once for each of its active secrets; more entries than this are an attack or a mistake.
pub const SIGNATURES_MAX: usize = 16;
/// Sixteen entries of the longest version in use (asymmetric `v1a`, 88 characters) fit with room to spare.
pub const SIGNATURE_HEADER_BYTES_MAX: usize = 4096;

/// The id: printable ASCII without `.`, which separates the signed parts, so that no two messages sign alike.
pub(crate) fn id(header: Option<&[u8]>) -> Result<&str, Rejection> {
    let bytes = header.ok_or(Rejection::Missing { header: ID })?;
    let sound =
        (1..=ID_BYTES_MAX).contains(&bytes.len()) && bytes.iter().all(|b| b.is_ascii_graphic() && *b != b'.');
    match std::str::from_utf8(bytes) {
        Ok(text) if sound => Ok(text),
        _ => Err(Rejection::MalformedId { bytes: bytes.len() }),
    }
}

/// The timestamp as a number, if it lies near `now_seconds`. Only its one canonical spelling counts, because the
/// spelling is what was signed.
pub(crate) fn timestamp(header: Option<&[u8]>, now_seconds: i64) -> Result<i64, Rejection> {
    let bytes = header.ok_or(Rejection::Missing { header: TIMESTAMP })?;
    let text = std::str::from_utf8(bytes).map_err(|_| Rejection::MalformedTimestamp)?;
    let seconds: i64 = text.parse().map_err(|_| Rejection::MalformedTimestamp)?;
    if seconds.to_string() != text {
        return Err(Rejection::MalformedTimestamp);
    }
    let age_seconds = now_seconds.saturating_sub(seconds);
    if age_seconds > TOLERANCE_SECONDS {
        return Err(Rejection::Stale { age_seconds });
    }
    if age_seconds < -TOLERANCE_SECONDS {
        return Err(Rejection::Future { ahead_seconds: age_seconds.saturating_neg() });
    }
    Ok(seconds)
}

/// The version 1 signatures. Other versions are skipped, as are entries that cannot be one; all of them count towards
/// the bound.
pub(crate) fn signatures(header: Option<&[u8]>) -> Result<Vec<[u8; MAC_BYTES]>, Rejection> {
    let bytes = header.ok_or(Rejection::Missing { header: SIGNATURE })?;
    if bytes.len() > SIGNATURE_HEADER_BYTES_MAX {
        return Err(Rejection::TooManySignatures);
    }
    let mut found = Vec::new();
    for (index, entry) in bytes.split(|b| *b == b' ').filter(|entry| !entry.is_empty()).enumerate() {
        if index == SIGNATURES_MAX {
            return Err(Rejection::TooManySignatures);
        }
        let decoded = entry.strip_prefix(b"v1,").and_then(|encoded| STANDARD.decode(encoded).ok());
        if let Some(mac) = decoded.and_then(|bytes| <[u8; MAC_BYTES]>::try_from(bytes).ok()) {
            found.push(mac);
        }
    }
    Ok(found)
}
