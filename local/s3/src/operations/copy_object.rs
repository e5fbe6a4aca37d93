use super::{
    Caller,
    get_object::find_version,
    properties::take_properties,
    put_object::{announce, check_key},
    refuse_unsupported,
};
use crate::{
    bounds::BODY_BYTES_MAX,
    checksum::{Checksum, set_checksum},
    conditions::ReadConditions,
    encoding::wire_time,
    error::Outcome,
    index::{Contents, NewVersion, Version},
    notification::Creation,
    store::Store,
};
use s3s::{
    dto::{
        ChecksumType, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, ETag,
        MetadataDirective,
    },
    s3_error,
};

/// Where a copy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) version_id: Option<String>,
}

impl Origin {
    pub(super) fn of(source: CopySource) -> Outcome<Self> {
        match source {
            CopySource::Bucket { bucket, key, version_id } => {
                Ok(Self { bucket: bucket.into(), key: key.into(), version_id: version_id.map(Into::into) })
            }
            _ => Err(s3_error!(NotImplemented, "Only a bucket can be copied from").into()),
        }
    }
}

impl Store {
    /// Copies by naming the same blobs again: no byte moves. Unlike on AWS, the copy of an object made of parts
    /// keeps its entity tag.
    pub(super) async fn copy_object(
        &self,
        mut input: CopyObjectInput,
        caller: Caller,
    ) -> Outcome<CopyObjectOutput> {
        refuse_unsupported!(
            input,
            sse_customer_algorithm,
            copy_source_sse_customer_key,
            tagging,
            object_lock_mode,
            object_lock_retain_until_date,
            object_lock_legal_hold_status,
            website_redirect_location
        );
        check_key(&input.key)?;
        let replace =
            input.metadata_directive.as_ref().is_some_and(|it| it.as_str() == MetadataDirective::REPLACE);
        let replacement = take_properties!(input)?;
        let conditions = ReadConditions {
            matches: input.copy_source_if_match,
            matches_not: input.copy_source_if_none_match,
            modified_since: input.copy_source_if_modified_since,
            unmodified_since: input.copy_source_if_unmodified_since,
        };
        let origin = Origin::of(input.copy_source)?;
        let (source, bucket) = (self.bucket(&origin.bucket)?, self.bucket(&input.bucket)?);
        let same = origin.bucket == input.bucket && origin.key == input.key;
        if same && origin.version_id.is_none() && !replace {
            return Err(s3_error!(
                InvalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing it."
            )
            .into());
        }
        let region = self.config.region.clone();
        self.index
            .write(Vec::new(), move |scope| {
                let copied = find_version(scope, &source.name, &origin.key, origin.version_id.as_deref())?;
                conditions.check(&copied)?;
                if copied.size > BODY_BYTES_MAX {
                    return Err(s3_error!(
                        InvalidRequest,
                        "The copy source is larger than 5 GiB: copy it in parts"
                    )
                    .into());
                }
                let source_id = source.shown(&copied.id);
                let version = scope.insert_version(NewVersion {
                    bucket: &bucket,
                    key: &input.key,
                    marker: false,
                    size: copied.size,
                    etag: copied.etag,
                    properties: if replace { replacement } else { copied.properties },
                    checksum: copied.checksum,
                    contents: Contents::Version(copied.sequence),
                })?;
                announce(scope, &region, &bucket, &version, Creation::Copy, &caller)?;
                let version_id = bucket.shown(&version.id);
                Ok(CopyObjectOutput {
                    copy_object_result: Some(result(version)),
                    copy_source_version_id: source_id,
                    version_id,
                    ..Default::default()
                })
            })
            .await
    }
}

fn result(version: Version) -> CopyObjectResult {
    let mut result = CopyObjectResult {
        e_tag: Some(ETag::Strong(version.etag)),
        last_modified: Some(wire_time(version.modified)),
        ..Default::default()
    };
    if let Some(Checksum { algorithm, value, coverage }) = version.checksum {
        result.checksum_type = Some(ChecksumType::from_static(coverage.name()));
        set_checksum!(result, algorithm, value);
    }
    result
}
