use super::{properties::DEFAULT_CONTENT_TYPE, refuse_unsupported};
use crate::{
    bucket::Bucket,
    checksum::{Checksum, set_checksum},
    conditions::ReadConditions,
    delivery::deliver,
    encoding::wire_time,
    error::{Outcome, StoreError},
    index::{Piece, Scope, Version},
    store::Store,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use s3s::{
    S3Error, S3ErrorCode,
    dto::{
        ChecksumMode, ChecksumType, ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput,
        Range, StreamingBlob,
    },
    s3_error,
};
use std::{ops, sync::Arc};

/// Which bytes of which version.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) version_id: Option<String>,
    pub(super) range: Option<Range>,
    pub(super) part: Option<i32>,
    pub(super) conditions: ReadConditions,
}

/// A version that was found, and the stretch of it that was asked for.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) version: Version,
    pub(super) pieces: Vec<Piece>,
    pub(super) range: ops::Range<u64>,
    partial: bool,
    parts: Option<i32>,
}

impl Store {
    pub(super) async fn get_object(&self, input: GetObjectInput) -> Outcome<GetObjectOutput> {
        refuse_unsupported!(input, sse_customer_algorithm, sse_customer_key);
        let bucket = self.bucket(&input.bucket)?;
        let checksums = input.checksum_mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED);
        let wanted = Wanted {
            bucket: input.bucket,
            key: input.key,
            version_id: input.version_id,
            range: input.range,
            part: input.part_number,
            conditions: ReadConditions {
                matches: input.if_match,
                matches_not: input.if_none_match,
                modified_since: input.if_modified_since,
                unmodified_since: input.if_unmodified_since,
            },
        };
        let (found, body) = self.open_body(wanted).await?;
        let mut output = describe(&bucket, found, checksums);
        output.body = Some(body);
        Ok(output)
    }

    pub(super) async fn head_object(&self, input: HeadObjectInput) -> Outcome<HeadObjectOutput> {
        refuse_unsupported!(input, sse_customer_algorithm, sse_customer_key);
        let bucket = self.bucket(&input.bucket)?;
        let checksums = input.checksum_mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED);
        let overrides = (
            input.response_content_type,
            input.response_content_disposition,
            input.response_content_encoding,
            input.response_content_language,
            input.response_cache_control,
            input.response_expires,
        );
        let wanted = Wanted {
            bucket: input.bucket,
            key: input.key,
            version_id: input.version_id,
            range: input.range,
            part: input.part_number,
            conditions: ReadConditions {
                matches: input.if_match,
                matches_not: input.if_none_match,
                modified_since: input.if_modified_since,
                unmodified_since: input.if_unmodified_since,
            },
        };
        let found = self.index.read(move |scope| find(scope, &wanted, false)).await?;
        let got = describe(&bucket, found, checksums);
        Ok(HeadObjectOutput {
            accept_ranges: got.accept_ranges,
            cache_control: overrides.4.or(got.cache_control),
            checksum_crc32: got.checksum_crc32,
            checksum_crc32c: got.checksum_crc32c,
            checksum_crc64nvme: got.checksum_crc64nvme,
            checksum_sha1: got.checksum_sha1,
            checksum_sha256: got.checksum_sha256,
            checksum_type: got.checksum_type,
            content_disposition: overrides.1.or(got.content_disposition),
            content_encoding: overrides.2.or(got.content_encoding),
            content_language: overrides.3.or(got.content_language),
            content_length: got.content_length,
            content_range: got.content_range,
            content_type: overrides.0.or(got.content_type),
            e_tag: got.e_tag,
            expires: overrides.5.or(got.expires),
            last_modified: got.last_modified,
            metadata: got.metadata,
            parts_count: got.parts_count,
            version_id: got.version_id,
            ..Default::default()
        })
    }

    /// Finds a version and begins to read it. A blob that is gone because its version was deleted a moment ago
    /// answers what the next request will be answered.
    pub(super) async fn open_body(&self, wanted: Wanted) -> Outcome<(Found, StreamingBlob)> {
        let wanted = Arc::new(wanted);
        let find_again = Arc::clone(&wanted);
        let mut found = self.index.read(move |scope| find(scope, &wanted, true)).await?;
        let pieces = std::mem::take(&mut found.pieces);
        match deliver(&self.blobs, pieces, found.range.clone()).await {
            Ok(body) => Ok((found, body)),
            Err(error) => {
                let sequence = found.version.sequence;
                let now = self.index.read(move |scope| find(scope, &find_again, false)).await?;
                if now.version.sequence != sequence {
                    return Err(s3_error!(
                        SlowDown,
                        "The object was replaced while it was read: read it again"
                    )
                    .into());
                }
                tracing::error!(%error, sequence, "the blob of a committed version cannot be read");
                Err(StoreError::Blob(error))
            }
        }
    }
}

/// Finds what is wanted, or says as AWS does why it cannot be had.
pub(super) fn find(scope: &mut Scope<'_>, wanted: &Wanted, with_pieces: bool) -> Outcome<Found> {
    let version = find_version(scope, &wanted.bucket, &wanted.key, wanted.version_id.as_deref())?;
    wanted.conditions.check(&version)?;
    let mut pieces = Vec::new();
    if with_pieces || wanted.part.is_some() {
        pieces = scope.pieces(version.sequence)?;
    }
    let whole = 0..version.size;
    let parts = wanted.part.and_then(|_| part_count(&version.etag));
    let range = match (wanted.part, wanted.range) {
        (Some(_), Some(_)) => {
            return Err(s3_error!(
                InvalidRequest,
                "Cannot specify both Range header and partNumber query parameter"
            )
            .into());
        }
        (Some(part), None) => range_of_part(&pieces, part, parts.is_some())?,
        // Of nothing, no stretch can be had, not even the last bytes.
        (None, Some(_)) if version.size == 0 => return Err(S3ErrorCode::InvalidRange.into()),
        (None, Some(range)) => range.check(version.size).map_err(S3Error::from)?,
        (None, None) => whole.clone(),
    };
    let partial = wanted.range.is_some() || parts.is_some();
    Ok(Found { version, pieces, range, partial, parts })
}

/// The current version of a key, or the one with `version_id`.
pub(super) fn find_version(
    scope: &Scope<'_>,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
) -> Outcome<Version> {
    match version_id {
        None => match scope.current(bucket, key)? {
            Some(version) if !version.marker => Ok(version),
            Some(marker) => Err(hidden(S3ErrorCode::NoSuchKey, "The specified key does not exist.", &marker)),
            None => Err(s3_error!(NoSuchKey, "The specified key does not exist.").into()),
        },
        Some(id) => match scope.version(bucket, key, id)? {
            Some(version) if !version.marker => Ok(version),
            Some(marker) => {
                let message = "The specified method is not allowed against this resource.";
                Err(hidden(S3ErrorCode::MethodNotAllowed, message, &marker))
            }
            None => Err(s3_error!(NoSuchVersion, "The specified version does not exist.").into()),
        },
    }
}

fn hidden(code: S3ErrorCode, message: &'static str, marker: &Version) -> StoreError {
    let mut answer = S3Error::with_message(code, message);
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-amz-delete-marker"), HeaderValue::from_static("true"));
    if let Ok(id) = HeaderValue::from_str(&marker.id) {
        headers.insert(HeaderName::from_static("x-amz-version-id"), id);
    }
    answer.set_headers(headers);
    answer.into()
}

/// How many parts an object was made of; its entity tag tells.
fn part_count(etag: &str) -> Option<i32> {
    etag.rsplit_once('-')?.1.parse().ok()
}

fn range_of_part(pieces: &[Piece], part: i32, in_parts: bool) -> Outcome<ops::Range<u64>> {
    let size = |pieces: &[Piece]| pieces.iter().map(|piece| piece.size).sum::<u64>();
    let index = usize::try_from(part).unwrap_or(0);
    let count = if in_parts { pieces.len() } else { 1 };
    if index == 0 || index > count {
        let message = "The requested partnumber is not satisfiable";
        let mut answer = S3Error::with_message(S3ErrorCode::Custom("InvalidPartNumber".into()), message);
        answer.set_status_code(http::StatusCode::RANGE_NOT_SATISFIABLE);
        return Err(answer.into());
    }
    if !in_parts {
        return Ok(0..size(pieces));
    }
    let start = size(&pieces[..index - 1]);
    Ok(start..start + pieces[index - 1].size)
}

fn describe(bucket: &Bucket, found: Found, checksums: bool) -> GetObjectOutput {
    let Found { version, range, partial, parts, .. } = found;
    let properties = version.properties;
    let length = range.end - range.start;
    let mut output = GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: properties.cache_control,
        content_disposition: properties.content_disposition,
        content_encoding: properties.content_encoding,
        content_language: properties.content_language,
        content_length: i64::try_from(length).ok(),
        content_range: (partial && length > 0)
            .then(|| format!("bytes {}-{}/{}", range.start, range.end - 1, version.size)),
        content_type: properties.content_type.or_else(|| Some(DEFAULT_CONTENT_TYPE.to_owned())),
        e_tag: Some(ETag::Strong(version.etag)),
        expires: properties.expires,
        last_modified: Some(wire_time(version.modified)),
        metadata: Some(properties.metadata.into_iter().collect()),
        parts_count: parts,
        version_id: bucket.shown(&version.id),
        ..Default::default()
    };
    // A checksum of the whole says nothing about a stretch of it.
    if let Some(Checksum { algorithm, value, coverage }) = version.checksum.filter(|_| checksums && !partial)
    {
        output.checksum_type = Some(ChecksumType::from_static(coverage.name()));
        set_checksum!(output, algorithm, value);
    }
    output
}
