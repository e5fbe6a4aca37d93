//! Whether what was fetched is what it was announced to be, and says what it must say.

use crate::{announced::Announced, fault::wrong};
use document::{Document, FileType, Unusable};
use normalizer::{File, Manifest, NormalizeError, Original, Role, check_type, normalize, verify};

/// How much of a rendition is looked at, in bytes: its first boxes.
pub(crate) const RENDITION_HEAD_BYTES: usize = 4096;

/// The files that are held, to be proved. `held` are their bytes, in the order of `files`.
pub(crate) fn manifest(document: &Document, files: &[&Announced], held: Vec<Vec<u8>>) -> Manifest {
    Manifest {
        document_id: document.document_id.to_string(),
        revision: document.revision_id().to_owned(),
        kind: document.kind,
        title: document.title.clone(),
        language: None,
        processor: String::new(),
        job_id: None,
        files: files.iter().zip(held).map(|(file, bytes)| with_bytes(file, bytes)).collect(),
    }
}

/// Proves the files that are held.
///
/// The content is proved by normalizing it, and what comes of it is held against the original: what is refused here is asked
/// for again, and not found out when it is too late to ask.
pub(crate) fn prove(document: &Document, manifest: &Manifest) -> Result<(), Unusable> {
    for file in manifest.files.iter().filter(|file| matches!(file.role, Role::Captions | Role::Poster)) {
        check_type(file.role, &file.media_type, &file.bytes).map_err(|error| refused(&error))?;
    }
    let normalized = normalize(manifest).map_err(|error| refused(&error))?;
    verify(&normalized.document, original(document).as_ref()).map_err(|error| refused(&error))
}

/// Proves a rendition by its beginning; its SHA-256 is compared while it passes.
pub(crate) fn prove_rendition(file: &Announced, head: &[u8]) -> Result<(), Unusable> {
    check_type(file.role, &file.media_type, head).map(drop).map_err(|error| refused(&error))
}

fn with_bytes(file: &Announced, bytes: Vec<u8>) -> File {
    File {
        role: file.role,
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size: file.size,
        sha256: file.sha256.clone(),
        bytes,
    }
}

/// What is known of the file that was handed in: `ingest` has proved its type.
fn original(document: &Document) -> Option<Original> {
    let file_type = FileType::of_name(&document.file_name)?;
    Some(Original { bytes: document.size, file_type })
}

/// The teacher reads the sentence; the place and the numbers are for whoever looks into it.
fn refused(error: &NormalizeError) -> Unusable {
    tracing::info!(code = error.code(), place = error.place, "results are wrong: {}", error.fault);
    wrong(error.code(), &error.for_teacher())
}
