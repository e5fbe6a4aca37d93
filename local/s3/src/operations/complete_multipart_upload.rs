use super::{Caller, put_object::announce, refuse_unsupported, upload_part::no_such_upload};
use crate::{
    bounds::{PART_BYTES_MIN, PART_NUMBER_MAX},
    checksum::{Algorithm, Checksum, Claim, Coverage, etag_of_parts, of_parts, set_checksum, take_claim},
    conditions::WriteConditions,
    encoding::form_encode,
    error::{Outcome, StoreError},
    index::{Completion, Contents, NewVersion, Part, Scope, Upload},
    notification::Creation,
    store::Store,
};
use s3s::{
    dto::{ChecksumType, CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart, ETag},
    s3_error,
};
use std::fmt::Write as _;

/// A part that the client wants to be in the object.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Requested {
    number: i32,
    /// Without quotes.
    etag: String,
    claim: Claim,
}

/// What the client says of the whole.
#[derive(Clone, Debug)]
struct Whole {
    claim: Claim,
    coverage: Option<String>,
    size: Option<u64>,
}

impl Store {
    /// Makes an object of parts. Asked again with the same parts, it answers the same again.
    pub(super) async fn complete_multipart_upload(
        &self,
        mut input: CompleteMultipartUploadInput,
        caller: Caller,
    ) -> Outcome<CompleteMultipartUploadOutput> {
        refuse_unsupported!(input, sse_customer_algorithm, sse_customer_key);
        let bucket = self.bucket(&input.bucket)?;
        let whole = Whole {
            claim: take_claim!(input)?,
            coverage: input.checksum_type.map(|coverage| coverage.as_str().to_owned()),
            size: input.mpu_object_size.and_then(|size| u64::try_from(size).ok()),
        };
        let conditions = WriteConditions { if_match: input.if_match, if_none_match: input.if_none_match };
        let requested =
            requested(input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default())?;
        let (region, key, id) = (self.config.region.clone(), input.key.clone(), input.upload_id);
        let (completion, bucket) = self
            .index
            .write(Vec::new(), move |scope| {
                let upload = scope.upload(&bucket.name, &key, &id)?.ok_or_else(no_such_upload)?;
                let fingerprint = fingerprint(&requested);
                if let Some((parts, completion)) = upload.completed {
                    let same = parts == fingerprint;
                    return if same { Ok((completion, bucket)) } else { Err(no_such_upload()) };
                }
                conditions.check(scope.current(&bucket.name, &key)?.as_ref())?;
                let parts = chosen_parts(scope, &upload, &requested)?;
                let (size, checksum) = sum_up(&upload, &parts, &whole)?;
                let version = scope.insert_version(NewVersion {
                    bucket: &bucket,
                    key: &key,
                    marker: false,
                    size,
                    etag: etag_of_parts(parts.iter().map(|part| part.etag.as_str()))?,
                    properties: upload.properties,
                    checksum,
                    contents: Contents::Parts(id.clone()),
                })?;
                announce(scope, &region, &bucket, &version, Creation::CompleteMultipartUpload, &caller)?;
                let completion = Completion {
                    etag: version.etag,
                    version_id: version.id,
                    checksum: version.checksum.filter(|_| upload.summing.named),
                };
                scope.close_upload(&id, &fingerprint, &completion)?;
                Ok((completion, bucket))
            })
            .await?;
        let version_id = bucket.shown(&completion.version_id);
        Ok(answer(input.bucket, input.key, completion, version_id))
    }
}

fn answer(
    bucket: String,
    key: String,
    completion: Completion,
    version_id: Option<String>,
) -> CompleteMultipartUploadOutput {
    let mut output = CompleteMultipartUploadOutput {
        location: Some(format!("/{bucket}/{}", form_encode(&key))),
        bucket: Some(bucket),
        key: Some(key),
        e_tag: Some(ETag::Strong(completion.etag)),
        version_id,
        ..Default::default()
    };
    if let Some(Checksum { algorithm, value, coverage }) = completion.checksum {
        output.checksum_type = Some(ChecksumType::from_static(coverage.name()));
        set_checksum!(output, algorithm, value);
    }
    output
}

/// Reads the list of parts: not empty, numbers ascending.
fn requested(parts: Vec<CompletedPart>) -> Outcome<Vec<Requested>> {
    if parts.is_empty() {
        return Err(s3_error!(MalformedXML, "You must specify at least one part").into());
    }
    let mut requested: Vec<Requested> = Vec::with_capacity(parts.len());
    for mut part in parts {
        let number = part.part_number.filter(|number| (1..=PART_NUMBER_MAX).contains(number));
        let (Some(number), Some(etag)) = (number, part.e_tag.take()) else {
            return Err(s3_error!(MalformedXML, "Every part needs a number and an ETag").into());
        };
        if requested.last().is_some_and(|last| last.number >= number) {
            return Err(s3_error!(
                InvalidPartOrder,
                "The list of parts was not in ascending order. Parts must be ordered by part number."
            )
            .into());
        }
        requested.push(Requested { number, etag: etag.into_value(), claim: take_claim!(part)? });
    }
    Ok(requested)
}

/// Tells one list of parts from another.
fn fingerprint(requested: &[Requested]) -> String {
    let mut list = String::new();
    for part in requested {
        write!(list, "{}:{};", part.number, part.etag).expect("a string takes any text");
    }
    s3s_sha256(list.as_bytes())
}

fn s3s_sha256(bytes: &[u8]) -> String {
    use s3s::crypto::{Checksum as _, Sha256};
    hex::encode(Sha256::checksum(bytes))
}

fn invalid_part() -> StoreError {
    s3_error!(
        InvalidPart,
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
    )
    .into()
}

/// The parts that were asked for, each as the client knows it and large enough. The others cease to be.
fn chosen_parts(scope: &mut Scope<'_>, upload: &Upload, requested: &[Requested]) -> Outcome<Vec<Part>> {
    let stored = scope.parts(&upload.id, 0, usize::try_from(PART_NUMBER_MAX).unwrap_or(usize::MAX))?;
    let mut chosen = Vec::with_capacity(requested.len());
    let mut wanted = requested.iter().peekable();
    for part in stored {
        match wanted.next_if(|wanted| wanted.number == part.number) {
            None => scope.remove_part(&upload.id, part.number)?,
            Some(wanted) => {
                let same_sum = wanted.claim.value.as_ref().is_none_or(|value| *value == part.checksum);
                let comparable = wanted.claim.algorithm == Some(upload.summing.algorithm);
                if wanted.etag != part.etag || (comparable && !same_sum) {
                    return Err(invalid_part());
                }
                chosen.push(part);
            }
        }
    }
    if wanted.peek().is_some() {
        return Err(invalid_part());
    }
    let all_but_last = chosen.len().saturating_sub(1);
    if chosen.iter().take(all_but_last).any(|part| part.size < PART_BYTES_MIN) {
        return Err(s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size: every part but the last has at least 5 MiB"
        )
        .into());
    }
    Ok(chosen)
}

/// Size and checksum of the whole, held against what the client says of it.
fn sum_up(upload: &Upload, parts: &[Part], whole: &Whole) -> Outcome<(u64, Option<Checksum>)> {
    let size = parts.iter().map(|part| part.size).sum();
    if whole.size.is_some_and(|expected| expected != size) {
        return Err(s3_error!(
            InvalidRequest,
            "The parts have {size} bytes, not what x-amz-mp-object-size says"
        )
        .into());
    }
    let summing = upload.summing;
    if whole.coverage.as_deref().is_some_and(|coverage| summing.named && coverage != summing.coverage.name())
    {
        return Err(s3_error!(
            InvalidRequest,
            "The upload was created using the {} checksum type",
            summing.coverage.name()
        )
        .into());
    }
    let sums: Vec<_> = parts.iter().map(|part| (part.checksum.clone(), part.size)).collect();
    let checksum = of_parts(summing.algorithm, summing.coverage, &sums);
    if let (Some(algorithm), Some(claimed)) = (whole.claim.algorithm, &whole.claim.value) {
        check_whole(algorithm, claimed, checksum.as_ref())?;
    }
    Ok((size, checksum))
}

fn check_whole(algorithm: Algorithm, claimed: &str, actual: Option<&Checksum>) -> Outcome<()> {
    let Some(actual) = actual.filter(|actual| actual.algorithm == algorithm) else {
        return Err(s3_error!(InvalidRequest, "The upload was not created with {}", algorithm.name()).into());
    };
    // A composite checksum may be given without the number of parts.
    let bare = actual.value.split_once('-').map_or(actual.value.as_str(), |(bare, _)| bare);
    let same = claimed == actual.value || (actual.coverage == Coverage::Composite && claimed == bare);
    if same {
        return Ok(());
    }
    Err(s3_error!(BadDigest, "The {} you specified did not match the calculated checksum.", algorithm.name())
        .into())
}
