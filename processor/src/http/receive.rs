use crate::fault::Fault;
use axum::{
    extract::multipart::{Field, Multipart, MultipartError},
    http::StatusCode,
};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use tokio::{fs::File, io::AsyncWriteExt as _};

/// Why a submission's body could not be read.
#[derive(Debug)]
pub(super) enum Broken {
    /// Not the parts that the contract names; says what is wrong.
    Malformed(String),
    /// Larger than is taken; says the limit in bytes.
    TooLarge(u64),
    /// The disk said no.
    Disk(Fault),
}

impl From<MultipartError> for Broken {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Self::Malformed("a part is larger than it can be".to_owned());
        }
        Self::Malformed(error.body_text())
    }
}

/// What arrived as a file.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) size: u64,
    /// Lower-case hexadecimal.
    pub(super) sha256: String,
}

/// The next part, which must have this name; `None` after the last.
pub(super) async fn part<'a>(body: &'a mut Multipart, name: &str) -> Result<Option<Field<'a>>, Broken> {
    let Some(field) = body.next_field().await? else { return Ok(None) };
    if field.name() == Some(name) {
        return Ok(Some(field));
    }
    let found: String = field.name().unwrap_or_default().chars().take(32).collect();
    Err(Broken::Malformed(format!("the part {name:?} was expected here, not {found:?}")))
}

/// A small part as text.
pub(super) async fn text(mut field: Field<'_>, bytes_max: usize) -> Result<String, Broken> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(Broken::Malformed(format!("a part is longer than {bytes_max} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Broken::Malformed("a part is not UTF-8".to_owned()))
}

/// Streams a file to its place, synced, or nowhere if there is no place; counts and hashes as it goes.
pub(super) async fn file(
    mut field: Field<'_>,
    place: Option<&Path>,
    bytes_max: u64,
) -> Result<Received, Broken> {
    let disk = |error: std::io::Error| Broken::Disk(error.into());
    let mut out = match place {
        Some(place) => Some(File::create(place).await.map_err(disk)?),
        None => None,
    };
    let (mut digest, mut size) = (Sha256::new(), 0_u64);
    while let Some(chunk) = field.chunk().await? {
        size += chunk.len() as u64;
        if size > bytes_max {
            return Err(Broken::TooLarge(bytes_max));
        }
        digest.update(&chunk);
        if let Some(out) = &mut out {
            out.write_all(&chunk).await.map_err(disk)?;
        }
    }
    if let Some(out) = out {
        out.sync_all().await.map_err(disk)?;
    }
    Ok(Received { size, sha256: hex::encode(digest.finalize()) })
}
