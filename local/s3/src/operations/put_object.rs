use super::{Caller, properties::take_properties, refuse_unsupported};
use crate::{
    bucket::Bucket,
    checksum::{Algorithm, Checksum, Claim, Coverage, set_checksum, take_claim},
    conditions::WriteConditions,
    error::Outcome,
    index::{NewVersion, Scope, Version},
    intake::Incoming,
    notification::{Creation, notification},
    store::Store,
};
use s3s::{
    TrailingHeaders,
    dto::{ChecksumAlgorithm, ChecksumType, ETag, PutObjectInput, PutObjectOutput},
    s3_error,
};

impl Store {
    pub(super) async fn put_object(
        &self,
        mut input: PutObjectInput,
        caller: Caller,
        trailing: Option<Algorithm>,
        trailers: Option<TrailingHeaders>,
    ) -> Outcome<PutObjectOutput> {
        refuse_unsupported!(
            input,
            sse_customer_algorithm,
            sse_customer_key,
            tagging,
            object_lock_mode,
            object_lock_retain_until_date,
            object_lock_legal_hold_status,
            website_redirect_location,
            write_offset_bytes
        );
        let bucket = self.bucket(&input.bucket)?;
        check_key(&input.key)?;
        let properties = take_properties!(input)?;
        let conditions = WriteConditions { if_match: input.if_match, if_none_match: input.if_none_match };
        self.check_ahead(&bucket.name, &input.key, &conditions).await?;

        let claim = claim(take_claim!(input)?, trailing, input.checksum_algorithm.as_ref())?;
        let algorithm = claim.algorithm.unwrap_or(Algorithm::Crc64Nvme);
        let incoming = Incoming {
            body: input.body,
            length: input.content_length.and_then(|length| u64::try_from(length).ok()),
            md5: input.content_md5,
            claim,
            trailers,
        };
        let received = self.receive(incoming, algorithm).await?;
        let (contents, drafts) = received.payload.split();
        let checksum = received.digests.checksum(algorithm);
        let etag = hex::encode(received.digests.md5);
        let region = self.config.region.clone();
        let (key, size) = (input.key, received.size);
        let (version, bucket) = self
            .index
            .write(drafts, move |scope| {
                if conditions.any() {
                    conditions.check(scope.current(&bucket.name, &key)?.as_ref())?;
                }
                let new = NewVersion {
                    bucket: &bucket,
                    key: &key,
                    marker: false,
                    size,
                    etag,
                    properties,
                    checksum,
                    contents,
                };
                let version = scope.insert_version(new)?;
                announce(scope, &region, &bucket, &version, Creation::Put, &caller)?;
                Ok((version, bucket))
            })
            .await?;
        Ok(stored(&bucket, version))
    }

    /// Refuses before the body is read what would be refused after it. The check that counts is in the commit.
    async fn check_ahead(&self, bucket: &str, key: &str, conditions: &WriteConditions) -> Outcome<()> {
        if !conditions.any() {
            return Ok(());
        }
        let (bucket, key, conditions) = (bucket.to_owned(), key.to_owned(), conditions.clone());
        self.index.read(move |scope| conditions.check(scope.current(&bucket, &key)?.as_ref())).await
    }
}

fn stored(bucket: &Bucket, version: Version) -> PutObjectOutput {
    let mut output = PutObjectOutput {
        version_id: bucket.shown(&version.id),
        e_tag: Some(ETag::Strong(version.etag)),
        ..Default::default()
    };
    if let Some(Checksum { algorithm, value, .. }) = version.checksum {
        output.checksum_type = Some(ChecksumType::from_static(Coverage::FullObject.name()));
        set_checksum!(output, algorithm, value);
    }
    output
}

/// S3 refuses a key that is empty; one that is too long never comes here.
pub(super) fn check_key(key: &str) -> Outcome<()> {
    if key.is_empty() {
        return Err(s3_error!(InvalidArgument, "The object key must not be empty").into());
    }
    Ok(())
}

/// Writes the event of a new version with it, if anybody listens.
pub(super) fn announce(
    scope: &mut Scope<'_>,
    region: &str,
    bucket: &Bucket,
    version: &Version,
    creation: Creation,
    caller: &Caller,
) -> Outcome<()> {
    if !bucket.notifications {
        return Ok(());
    }
    let body = notification(region, bucket, version, creation, caller);
    scope.announce(version.sequence, &bucket.name, &body)
}

/// Which checksum a body is held against: one ahead of it, else one behind it, else the one that is only named.
pub(super) fn claim(
    ahead: Claim,
    trailing: Option<Algorithm>,
    named: Option<&ChecksumAlgorithm>,
) -> Outcome<Claim> {
    if ahead.algorithm.is_some() {
        return Ok(ahead);
    }
    let named = named.map(algorithm).transpose()?;
    Ok(Claim { algorithm: trailing.or(named), value: None })
}

/// Reads an algorithm's name.
pub(super) fn algorithm(name: &ChecksumAlgorithm) -> Outcome<Algorithm> {
    Algorithm::named(name.as_str()).ok_or_else(|| {
        s3_error!(InvalidRequest, "Checksum algorithm provided is unsupported: {}", name.as_str()).into()
    })
}
