use super::output::{CliError, print, print_json, say};
use clap::Args;
use document::Kind;
use normalizer::{File, Manifest, Role};
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// `lectern normalize`
#[derive(Args, Debug)]
pub(super) struct NormalizeOptions {
    /// Files of one document, as a processor returned them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the files are for; without it, told by their content.
    #[arg(long)]
    role: Option<String>,
    /// Print the whole document as JSON.
    #[arg(long)]
    json: bool,
}

/// Exits 0 with the document or 1 with the error.
pub(super) fn normalize(options: &NormalizeOptions) -> Result<ExitCode, CliError> {
    let files = options.files.iter().map(|path| file(path, options.role.as_deref()));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    let is_text = files.iter().any(|file| matches!(file.role, Role::Text | Role::Annotations));
    let title = options.files.first().and_then(|path| path.file_name()).unwrap_or_default();
    let manifest = Manifest {
        document_id: "00000000-0000-0000-0000-000000000000".to_owned(),
        revision: "local".to_owned(),
        kind: if is_text { Kind::LessonPlan } else { Kind::Video },
        title: title.to_string_lossy().into_owned(),
        language: None,
        processor: "local files".to_owned(),
        job_id: None,
        files,
    };
    match normalizer::normalize(&manifest) {
        Ok(normalized) => {
            let document = serde_json::to_value(&normalized.document)
                .map_err(|error| CliError::new(error.to_string()))?;
            if options.json {
                print_json(&document)?;
            } else {
                print(document["text"].as_str().unwrap_or_default())?;
                for name in ["blocks", "annotations"] {
                    say(&format!("{name}: {}", document[name].as_array().map_or(0, Vec::len)));
                }
                say(&format!(
                    "segments: {}",
                    document["transcript"]["segments"].as_array().map_or(0, Vec::len)
                ));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            say(&format!("{}: {error}", error.code()));
            say(&format!("  {} {}", error.sentence(), error.advice()));
            Ok(ExitCode::FAILURE)
        }
    }
}

fn file(path: &Path, role: Option<&str>) -> Result<File, CliError> {
    let shown = path.display();
    let bytes =
        std::fs::read(path).map_err(|error| CliError::new(format!("{shown} cannot be read: {error}")))?;
    let media_type = media_type(path);
    let role = match role {
        Some(role) => role.parse().map_err(|()| {
            let known = Role::ALL.map(Role::as_str).join(", ");
            CliError::new(format!("{role:?} is not a role")).next(format!("Roles are {known}"))
        })?,
        None => Role::ALL
            .into_iter()
            .find(|role| normalizer::check_type(*role, media_type, &bytes).is_ok())
            .ok_or_else(|| {
                CliError::new(format!("{shown} is in no format that is known"))
                    .next("Say what it is for with --role to read why")
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

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "md" => "text/markdown",
        "txt" => "text/plain",
        "html" | "htm" => "text/html",
        "vtt" => "text/vtt",
        "json" => "application/json",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}
