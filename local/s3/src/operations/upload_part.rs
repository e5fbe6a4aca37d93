use super::{copy_object::Origin, get_object::Wanted, put_object::claim, refuse_unsupported};
use crate::{
    bounds::PART_NUMBER_MAX,
    checksum::{Algorithm, Digests, set_checksum, take_claim},
    conditions::ReadConditions,
    encoding::wire_time,
    error::{Outcome, StoreError},
    index::{Contents, Part, Scope, Summing, Upload},
    intake::Incoming,
    store::Store,
};
use s3s::{
    TrailingHeaders,
    dto::{
        CopyPartResult, ETag, Range, UploadPartCopyInput, UploadPartCopyOutput, UploadPartInput,
        UploadPartOutput,
    },
    s3_error,
};

/// Which part of which upload.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    bucket: String,
    key: String,
    upload: String,
    number: i32,
}

impl Store {
    pub(super) async fn upload_part(
        &self,
        mut input: UploadPartInput,
        trailing: Option<Algorithm>,
        trailers: Option<TrailingHeaders>,
    ) -> Outcome<UploadPartOutput> {
        refuse_unsupported!(input, sse_customer_algorithm, sse_customer_key);
        let claim = claim(take_claim!(input)?, trailing, input.checksum_algorithm.as_ref())?;
        let claimed = claim.algorithm;
        let incoming = Incoming {
            body: input.body,
            length: input.content_length.and_then(|length| u64::try_from(length).ok()),
            md5: input.content_md5,
            claim,
            trailers,
        };
        let place = Place {
            bucket: input.bucket,
            key: input.key,
            upload: input.upload_id,
            number: input.part_number,
        };
        let (part, digests, summing) = self.store_part(place, incoming).await?;
        let mut output = UploadPartOutput { e_tag: Some(ETag::Strong(part.etag)), ..Default::default() };
        let echoed = claimed.or_else(|| summing.named.then_some(summing.algorithm));
        if let Some((algorithm, value)) = echoed.and_then(|it| Some((it, digests.get(it)?.to_owned()))) {
            set_checksum!(output, algorithm, value);
        }
        Ok(output)
    }

    /// Copies a stretch of an object into a part. The bytes pass through once more, because a part's entity tag is
    /// their MD5.
    pub(super) async fn upload_part_copy(&self, input: UploadPartCopyInput) -> Outcome<UploadPartCopyOutput> {
        refuse_unsupported!(input, sse_customer_algorithm, copy_source_sse_customer_key);
        let origin = Origin::of(input.copy_source)?;
        let source = self.bucket(&origin.bucket)?;
        let range = input.copy_source_range.as_deref().map(Range::parse).transpose();
        let range = range.map_err(|_| {
            StoreError::from(s3_error!(
                InvalidArgument,
                "The x-amz-copy-source-range value must be of the form bytes=first-last"
            ))
        })?;
        let wanted = Wanted {
            bucket: origin.bucket,
            key: origin.key,
            version_id: origin.version_id,
            range,
            part: None,
            conditions: ReadConditions {
                matches: input.copy_source_if_match,
                matches_not: input.copy_source_if_none_match,
                modified_since: input.copy_source_if_modified_since,
                unmodified_since: input.copy_source_if_unmodified_since,
            },
        };
        let (found, body) = self.open_body(wanted).await?;
        let incoming = Incoming {
            body: Some(body),
            length: Some(found.range.end - found.range.start),
            ..Default::default()
        };
        let place = Place {
            bucket: input.bucket,
            key: input.key,
            upload: input.upload_id,
            number: input.part_number,
        };
        let (part, digests, summing) = self.store_part(place, incoming).await?;
        let mut result = CopyPartResult {
            e_tag: Some(ETag::Strong(part.etag)),
            last_modified: Some(wire_time(part.modified)),
            ..Default::default()
        };
        if let Some(value) = digests.get(summing.algorithm).filter(|_| summing.named) {
            set_checksum!(result, summing.algorithm, value.to_owned());
        }
        Ok(UploadPartCopyOutput {
            copy_part_result: Some(result),
            copy_source_version_id: source.shown(&found.version.id),
            ..Default::default()
        })
    }

    /// Receives a part and puts it into the place of an earlier one of the same number.
    async fn store_part(&self, place: Place, incoming: Incoming) -> Outcome<(Part, Digests, Summing)> {
        self.bucket(&place.bucket)?;
        if !(1..=PART_NUMBER_MAX).contains(&place.number) {
            return Err(s3_error!(
                InvalidArgument,
                "Part number must be an integer between 1 and {PART_NUMBER_MAX}, inclusive"
            )
            .into());
        }
        let asked = place.clone();
        let upload = self
            .index
            .read(move |scope| open_upload(scope, &asked.bucket, &asked.key, &asked.upload))
            .await?;
        let summing = upload.summing;
        let received = self.receive(incoming, summing.algorithm).await?;
        let part = Part {
            number: place.number,
            size: received.size,
            etag: hex::encode(received.digests.md5),
            checksum: received.digests.get(summing.algorithm).unwrap_or_default().to_owned(),
            modified: self.config.clock.now(),
        };
        let (contents, drafts) = received.payload.split();
        let stored = part.clone();
        self.index
            .write(drafts, move |scope| {
                // The upload may have been completed or aborted while the bytes came in.
                open_upload(scope, &place.bucket, &place.key, &place.upload)?;
                let (blob, data) = match &contents {
                    Contents::Blob(blob) => (Some(blob.0.as_str()), None),
                    Contents::Inline(bytes) => (None, Some(bytes)),
                    _ => (None, None),
                };
                scope.put_part(&place.upload, &stored, blob, data)
            })
            .await?;
        Ok((part, received.digests, summing))
    }
}

/// An upload that still takes parts.
pub(super) fn open_upload(scope: &Scope<'_>, bucket: &str, key: &str, id: &str) -> Outcome<Upload> {
    let upload = scope.upload(bucket, key, id)?.filter(|upload| upload.completed.is_none());
    upload.ok_or_else(no_such_upload)
}

pub(super) fn no_such_upload() -> StoreError {
    s3_error!(
        NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
    )
    .into()
}
