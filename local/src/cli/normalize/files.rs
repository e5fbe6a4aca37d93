//! Reading files and telling what they are for.

use super::super::output::CliError;
use normalizer::{File, NormalizeError, Role, check_type};
use sha2::{Digest, Sha256};
use std::path::Path;

pub(super) fn role(word: &str) -> Result<Role, CliError> {
    word.parse().map_err(|()| {
        let known = Role::ALL.map(Role::as_str).join(", ");
        CliError::new(format!("{word:?} is not a role")).next(format!("Roles are {known}"))
    })
}

/// Reads one file. Without a role, the first that can read it is its role.
pub(super) fn read(path: &Path, role: Option<Role>) -> Result<File, CliError> {
    let shown = path.display();
    let bytes =
        std::fs::read(path).map_err(|error| CliError::new(format!("{shown} cannot be read: {error}")))?;
    if bytes.is_empty() {
        let next = "Ask the processor for it again. One that found nothing returns a file that says so";
        return Err(CliError::new(format!("{shown} is empty")).next(next));
    }
    let media_type = media_type(path);
    let role = match role {
        Some(role) => role,
        None => told_by_content(media_type, &bytes).map_err(|error| {
            let refused = CliError::new(format!("{shown} can be read in no role"));
            if is_vague(&error) {
                // Only with a role is it known which formats were looked for.
                return refused.next("Say with --role what it is for, to hear which formats are read there");
            }
            refused.next(format!("Say what it is for, with --role. What came nearest: {error}"))
        })?,
    };
    Ok(File {
        role,
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        media_type: media_type.to_owned(),
        size: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(&bytes)),
        bytes,
    })
}

/// The first role in which the file can be read; else the error that says most: of a role that recognised it, or of the
/// role that the announced type is usual in.
fn told_by_content(media_type: &str, bytes: &[u8]) -> Result<Role, NormalizeError> {
    let usual = usual_role(media_type);
    let Err(mut nearest) = check_type(usual, media_type, bytes) else {
        return Ok(usual);
    };
    for role in Role::ALL.into_iter().filter(|role| *role != usual) {
        match check_type(role, media_type, bytes) {
            Ok(_) => return Ok(role),
            Err(error) if is_vague(&nearest) && !is_vague(&error) => nearest = error,
            Err(_) => {}
        }
    }
    Err(nearest)
}

fn is_vague(error: &NormalizeError) -> bool {
    matches!(error.code(), "format-unrecognised" | "format-not-as-announced")
}

/// What files of a type are most often returned as.
fn usual_role(media_type: &str) -> Role {
    match media_type {
        "text/vtt" | "application/x-subrip" | "application/ttml+xml" => Role::Captions,
        "application/json" => Role::Annotations,
        "image/jpeg" | "image/png" => Role::Poster,
        "video/mp4" | "video/webm" => Role::Rendition,
        _ => Role::Text,
    }
}

/// What a processor would announce, by the name's extension.
fn media_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "md" | "markdown" => "text/markdown",
        "txt" => "text/plain",
        "html" | "htm" => "text/html",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "vtt" => "text/vtt",
        "srt" => "application/x-subrip",
        "ttml" | "dfxp" | "xml" => "application/ttml+xml",
        "json" | "jsonld" => "application/json",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        _ => "application/octet-stream",
    }
}
