//! Word documents in, normalized documents out.

mod changes;
mod hostile;
mod package;
mod text;

use document::Kind;
use normalizer::{
    File, Manifest, NormalizeError, Role, normalize,
    schema::{Annotation, Document, Target},
};
use sha2::{Digest, Sha256};

pub(crate) const NOTHING_FOUND: &[u8] = b"{\"matches\":[]}";

fn file(role: Role, media_type: &str, bytes: &[u8]) -> File {
    File {
        role,
        name: role.to_string(),
        media_type: media_type.to_owned(),
        size: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(bytes)),
        bytes: bytes.to_vec(),
    }
}

/// A lesson plan of a text and annotations, each with its media type.
fn plan(text: (&str, &[u8]), annotations: (&str, &[u8])) -> Result<Document, NormalizeError> {
    let manifest = Manifest {
        document_id: "018f2f6e-7c1a-7000-8000-0123456789ab".to_owned(),
        revision: "v1".to_owned(),
        kind: Kind::LessonPlan,
        title: "Light".to_owned(),
        language: None,
        processor: "reference".to_owned(),
        job_id: None,
        files: vec![file(Role::Text, text.0, text.1), file(Role::Annotations, annotations.0, annotations.1)],
    };
    let document = normalize(&manifest)?.document;
    assert_sound(&document);
    Ok(document)
}

/// A Word document as the text, with nothing found by others.
fn word(bytes: &[u8]) -> Result<Document, NormalizeError> {
    plan((package::DOCX, bytes), ("application/json", NOTHING_FOUND))
}

/// Quotes are what lies at their place, and blocks follow each other inside the text.
fn assert_sound(document: &Document) {
    let chars: Vec<char> = document.text.chars().collect();
    for annotation in &document.annotations {
        if let Some(Target::Text { position, quote }) = &annotation.target {
            let slice: String = chars[position.start..position.end].iter().collect();
            assert_eq!(slice, quote.exact);
        }
    }
    let mut end = 0;
    for block in &document.blocks {
        assert!(block.start >= end && block.start <= block.end && block.end <= chars.len());
        end = block.end;
    }
}

/// The category, the quote and the message of an annotation; without a target, no quote.
fn told(annotation: &Annotation) -> (&str, Option<&str>, &str) {
    let quote = match &annotation.target {
        Some(Target::Text { quote, .. }) => Some(quote.exact.as_str()),
        _ => None,
    };
    (&annotation.category, quote, &annotation.message)
}
