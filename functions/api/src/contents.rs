//! What a document holds: the normalized document, the original, the media, captions.
//!
//! Whatever may be large is answered as a [`Link`], an address with a short life that a page renews: a function's answer
//! ends at 6 MB, and a video element sends no token.

use crate::{
    Code, Problem,
    app::Api,
    auth::Person,
    download::{self, Save},
    openapi::{Asked, Checked, Conflicting, Damaged, Found, Gone, Readable, Unchanged},
    problem::unavailable,
    request::{Named, knows, tagged},
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use document::{Document, DocumentId, FileType, Moment, ResultFile, Status};
use http::{HeaderMap, header};
use normalizer::schema::Transcript;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use utoipa::ToSchema;

/// Longest normalized document answered in place, in bytes.
pub(crate) const INLINE_BYTES_MAX: u64 = 1024 * 1024;
/// Longest normalized document that is read here, for its captions or its text, in bytes: hours of speech stay below; memory
/// is bounded.
pub(crate) const PARSED_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Longest captions answered, in bytes: a function's answer ends at 6 MB.
pub(crate) const CAPTIONS_BYTES_MAX: usize = 5 * 1024 * 1024;

/// Where to read something, for a short while.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Link {
    pub url: String,
    pub expires_at: Moment,
}

impl Link {
    fn new(api: &Api, url: String) -> Json<Self> {
        Json(Self { url, expires_at: download::read_until(api.clock.now().into()) })
    }
}

/// The normalized document itself up to 1 MB, else a link to it. Its SHA-256 is the `ETag`.
#[utoipa::path(
    get, path = "/api/documents/{id}/normalized", operation_id = "normalizedDocument", tag = "contents",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
    (status = 200, body = Readable, description = "The normalized document, or where to read it"),
    Unchanged, Asked, Found, Gone, Conflicting, Damaged,
    )
)]
pub(crate) async fn normalized(
    State(api): State<Arc<Api>>,
    person: Person,
    Named(id): Named<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let document = existing(&api, &person, &id).await?;
    let normalized = document.normalized.as_ref().ok_or_else(|| not_ready(&document))?;
    if normalized.size > INLINE_BYTES_MAX {
        return Ok(Link::new(&api, api.buckets.normalized(&normalized.key).await?).into_response());
    }
    let hash = hash_of(&normalized.key);
    if knows(&headers, &format!("\"{hash}\"")) {
        return Ok(tagged(&headers, hash, ()));
    }
    let bytes = stored(&api, &api.buckets.normalized, &normalized.key, normalized.size).await?;
    Ok(tagged(&headers, hash, ([(header::CONTENT_TYPE, "application/json")], bytes)))
}

/// The original, exactly as it was handed in. What was rejected is not given out: nobody has vouched for it.
#[utoipa::path(
    get, path = "/api/documents/{id}/original", operation_id = "originalFile", tag = "contents",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses((status = 200, body = Link, description = "Where to read it"), Asked, Found, Gone, Conflicting)
)]
pub(crate) async fn original(
    State(api): State<Arc<Api>>,
    person: Person,
    Named(id): Named<String>,
) -> Result<Json<Link>, Problem> {
    let document = existing(&api, &person, &id).await?;
    let taken = document.status != Status::Rejected;
    let revision = document.revision.as_ref().filter(|_| taken).ok_or_else(|| not_ready(&document))?;
    // The type is the one that the bytes were checked against, not what somebody called it.
    let media_type =
        FileType::of_name(&document.file_name).map_or("application/octet-stream", FileType::media_type);
    let save = Save { name: &document.file_name, media_type };
    Ok(Link::new(&api, api.buckets.original(&document.key, &revision.id, save).await?))
}

/// The video as the processor returned it (role `rendition`), else the original.
#[utoipa::path(
    get, path = "/api/documents/{id}/media", operation_id = "media", tag = "contents",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses((status = 200, body = Link, description = "Where to read it"), Asked, Found, Gone, Conflicting)
)]
pub(crate) async fn media(
    state: State<Arc<Api>>,
    person: Person,
    path: Named<String>,
) -> Result<Json<Link>, Problem> {
    let document = existing(&state.0, &person, &path.0).await?;
    match file(&document, "rendition") {
        Some(rendition) => Ok(Link::new(&state.0, state.0.buckets.result(rendition).await?)),
        None => original(state, person, path).await,
    }
}

/// Captions in WebVTT: from the normalized transcript, else as they came back.
#[utoipa::path(
    get, path = "/api/documents/{id}/captions.vtt", operation_id = "captions", tag = "contents",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
    (status = 200, body = String, content_type = "text/vtt", description = "The captions"),
    Asked, Found, Gone, Conflicting, Checked, Damaged,
    )
)]
pub(crate) async fn captions(
    State(api): State<Arc<Api>>,
    person: Person,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    let document = existing(&api, &person, &id).await?;
    let normalized = document.normalized.as_ref().ok_or_else(|| not_ready(&document))?;
    if normalized.size > PARSED_BYTES_MAX {
        return Err(Code::CaptionsTooLarge.into());
    }
    let bytes = stored(&api, &api.buckets.normalized, &normalized.key, normalized.size).await?;
    let written = captions_of(&bytes).map_err(|error| misshapen(&document, &error))?;
    let captions = match (written, file(&document, "captions").filter(|file| file.media_type == "text/vtt")) {
        (Some(written), _) => Bytes::from(written),
        (None, Some(file)) if file.size <= CAPTIONS_BYTES_MAX as u64 => {
            stored(&api, &api.buckets.results, &file.key, file.size).await?
        }
        (None, _) => return Err(Code::NoCaptions.into()),
    };
    if captions.len() > CAPTIONS_BYTES_MAX {
        return Err(Code::CaptionsTooLarge.into());
    }
    Ok(([(header::CONTENT_TYPE, "text/vtt; charset=utf-8")], captions).into_response())
}

/// The text of the normalized document.
pub(crate) async fn normalized_text(api: &Api, document: &Document) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct Written {
        text: String,
    }
    let normalized = document.normalized.as_ref().ok_or_else(|| not_ready(document))?;
    if normalized.size > PARSED_BYTES_MAX {
        return Err(
            Problem::new(Code::PassageWrong).because("the document is too long for notes on a passage")
        );
    }
    let bytes = stored(api, &api.buckets.normalized, &normalized.key, normalized.size).await?;
    let written: Written = serde_json::from_slice(&bytes).map_err(|error| misshapen(document, &error))?;
    Ok(written.text)
}

/// What captions are made from.
#[derive(Deserialize)]
struct Spoken {
    #[serde(default)]
    transcript: Option<Transcript>,
}

/// The captions of a normalized document; `None` if nothing is said in it.
fn captions_of(normalized: &[u8]) -> Result<Option<String>, serde_json::Error> {
    let Spoken { transcript } = serde_json::from_slice(normalized)?;
    let spoken = transcript.filter(|transcript| !transcript.segments.is_empty());
    Ok(spoken.map(|transcript| normalizer::captions::web_vtt(&transcript)))
}

fn misshapen(document: &Document, error: &serde_json::Error) -> Problem {
    tracing::error!(document_id = %document.document_id, %error, "a normalized document has another shape");
    Problem::new(Code::StoredFileDamaged)
}

/// The document, if it was not deleted.
pub(crate) async fn existing(api: &Api, person: &Person, id: &str) -> Result<Document, Problem> {
    let document = api.find(person, id).await?;
    if document.status == Status::Deleted {
        return Err(Code::DocumentDeleted.into());
    }
    Ok(document)
}

fn not_ready(document: &Document) -> Problem {
    Problem::new(Code::DocumentNotReady).because(format!("its status is {}", document.status))
}

fn file<'a>(document: &'a Document, role: &str) -> Option<&'a ResultFile> {
    document.result.as_ref()?.files.iter().find(|file| file.role == role)
}

/// The SHA-256 that a key ends in.
fn hash_of(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or_default().trim_end_matches(".json")
}

/// Reads a file whose key ends in the SHA-256 of its bytes, and proves that it still is what was written.
async fn stored(api: &Api, bucket: &str, key: &str, size: u64) -> Result<Bytes, Problem> {
    let answer = api.buckets.s3.get_object().bucket(bucket).key(key).send().await;
    let answer = answer.map_err(|error| unavailable("reading a stored file")(&error))?;
    let damaged = |found: &str| {
        tracing::error!(key, found, "a stored file is damaged");
        Problem::new(Code::StoredFileDamaged)
    };
    if answer.content_length().and_then(|length| u64::try_from(length).ok()) != Some(size) {
        return Err(damaged("another length"));
    }
    let bytes = answer.body.collect().await.map_err(|error| unavailable("reading a stored file")(&error))?;
    let bytes = bytes.into_bytes();
    if hash_of(key) != hex::encode(Sha256::digest(&bytes)) {
        return Err(damaged("another hash"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_are_made_where_something_is_said() {
        let said = br#"{"text":"","transcript":{"segments":[{"id":"s1","start_ms":0,"end_ms":1500,"speaker":"A","text":"Hi."}]}}"#;
        let expect = "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v A>Hi.\n";
        assert_eq!(captions_of(said).unwrap().as_deref(), Some(expect));
        for silent in [r#"{"transcript":{"segments":[]}}"#, r#"{"text":"plan"}"#, r#"{"transcript":null}"#] {
            assert_eq!(captions_of(silent.as_bytes()).unwrap(), None, "{silent}");
        }
        assert!(captions_of(br#"{"transcript":{"segments":[{}]}}"#).is_err());
    }
}
