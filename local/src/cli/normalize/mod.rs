//! `lectern normalize`: the normalizer alone on local files, for whoever connects a new processor.

mod files;
mod shown;

use super::output::{CliError, print_json, say};
use clap::Args;
use document::Kind;
use normalizer::{Manifest, NormalizeError, Normalized, Role, normalize_parts, verify};
use std::{path::PathBuf, process::ExitCode};

/// `lectern normalize`
#[derive(Args, Debug)]
pub(super) struct NormalizeOptions {
    /// Files of one document, as a processor returned them; some of them are enough.
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
    let role = options.role.as_deref().map(files::role).transpose()?;
    let files = match options.files.iter().map(|path| files::read(path, role)).collect::<Result<Vec<_>, _>>()
    {
        Ok(files) => files,
        Err(error) => {
            say(&format!("lectern: {error}"));
            return Ok(ExitCode::FAILURE);
        }
    };
    let is_text = files.iter().any(|file| matches!(file.role, Role::Text | Role::Annotations));
    let kind = if is_text { Kind::LessonPlan } else { Kind::Video };
    let title = options.files.first().and_then(|path| path.file_name()).unwrap_or_default();
    let manifest = Manifest {
        document_id: "00000000-0000-0000-0000-000000000000".to_owned(),
        revision: "local".to_owned(),
        kind,
        title: title.to_string_lossy().into_owned(),
        language: None,
        processor: "local files".to_owned(),
        job_id: None,
        files,
    };
    match normalized(&manifest) {
        Ok(normalized) => {
            if options.json {
                let document = serde_json::to_value(&normalized.document);
                print_json(&document.map_err(|error| CliError::new(error.to_string()))?)?;
            } else {
                shown::show(&normalized.document)?;
            }
            for missing in missing(&manifest) {
                say(&format!("Not there: {missing}. A processor must return it too."));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            say(&format!("{}: {error}", error.code()));
            say(&format!("  {}", error.advice()));
            say(&format!("  A teacher would read: {}", error.for_teacher()));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// What comes of the files, proved as far as it can be without the original.
fn normalized(manifest: &Manifest) -> Result<Normalized, NormalizeError> {
    let normalized = normalize_parts(manifest)?;
    verify(&normalized.document, None)?;
    Ok(normalized)
}

/// The roles of which a document of this kind needs one more.
fn missing(manifest: &Manifest) -> Vec<String> {
    let there = |any_of: &[&str]| manifest.files.iter().any(|file| any_of.contains(&file.role.as_str()));
    let required = manifest.kind.required_roles().iter();
    required.filter(|any_of| !there(any_of)).map(|any_of| any_of.join(" or ")).collect()
}
