//! What processors return, turned into one document that evaluators read (`lectern.document/1`).
//!
//! Pure: bytes in, document or error out. Each format is an [`Adapter`](adapter) in one file; the role says which
//! adapters are asked, the content decides between them, and the announced media type must agree. Adapters give offsets
//! in their vendor's unit into their vendor's text; [`anchor`] alone turns them into code points of the normalized text,
//! and proves them against what the vendor quoted.

mod adapter;
mod anchor;
mod annotations;
mod assemble;
mod candidate;
pub mod captions;
mod charset;
mod error;
mod json;
mod limits;
mod manifest;
mod media;
mod offsets;
mod outline;
mod picture;
mod role;
pub mod schema;
mod source;
mod text;
mod transcript;
mod verify;
mod words;

pub use adapter::Recognised;
pub use assemble::{Normalized, normalize, normalize_parts};
pub use error::{Fault, NormalizeError};
pub use limits::{ANNOTATIONS_MAX, CUES_MAX, UNANCHORED_PERCENT_MAX};
pub use manifest::{File, Manifest};
pub use role::Role;
pub use verify::{OVERRUN_MS_MAX, Original, verify};

/// Proves that a file is what it was announced to be: its first bytes, then a whole parse, then the media type.
///
/// `media_type` may carry parameters. For renditions the first 4 KiB of the file are enough.
pub fn check_type(role: Role, media_type: &str, bytes: &[u8]) -> Result<Recognised, NormalizeError> {
    let file = candidate::Candidate::new(role, media_type, bytes);
    match role {
        Role::Text => adapter::check(text::ADAPTERS, &file),
        Role::Annotations => adapter::check(annotations::ADAPTERS, &file),
        Role::Transcript | Role::Captions => adapter::check(transcript::ADAPTERS, &file),
        Role::Media => adapter::check(media::ADAPTERS, &file),
        Role::Poster | Role::Rendition => adapter::check(picture::adapters(role), &file),
    }
}

/// Which format a file has, by its content first and its media type second, without reading it whole.
pub fn recognise(role: Role, media_type: &str, bytes: &[u8]) -> Result<Recognised, NormalizeError> {
    let file = candidate::Candidate::new(role, media_type, bytes);
    match role {
        Role::Text => adapter::choose(text::ADAPTERS, &file).map(adapter::describe),
        Role::Annotations => adapter::choose(annotations::ADAPTERS, &file).map(adapter::describe),
        Role::Transcript | Role::Captions => {
            adapter::choose(transcript::ADAPTERS, &file).map(adapter::describe)
        }
        Role::Media => adapter::choose(media::ADAPTERS, &file).map(adapter::describe),
        Role::Poster | Role::Rendition => {
            adapter::choose(picture::adapters(role), &file).map(adapter::describe)
        }
    }
}

/// Reads a file with one adapter, given by its name, whether it recognises the file or not: for fuzzing, where nearly
/// nothing would be recognised. `None` if the role has no such adapter.
pub fn read_as(role: Role, adapter: &str, bytes: &[u8]) -> Option<Result<(), NormalizeError>> {
    let file = candidate::Candidate::new(role, "", bytes);
    match role {
        Role::Text => adapter::read_as(text::ADAPTERS, adapter, &file),
        Role::Annotations => adapter::read_as(annotations::ADAPTERS, adapter, &file),
        Role::Transcript | Role::Captions => adapter::read_as(transcript::ADAPTERS, adapter, &file),
        Role::Media => adapter::read_as(media::ADAPTERS, adapter, &file),
        Role::Poster | Role::Rendition => adapter::read_as(picture::adapters(role), adapter, &file),
    }
}
