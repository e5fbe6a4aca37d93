use super::{
    list_buckets::{OWNER_ID, owner},
    list_objects::page_limit,
    upload_part::open_upload,
};
use crate::{
    checksum::set_checksum,
    encoding::wire_time,
    error::Outcome,
    index::{Part, Summing},
    store::Store,
};
use s3s::dto::{
    self, ChecksumAlgorithm, ChecksumType, ETag, Initiator, ListPartsInput, ListPartsOutput, StorageClass,
};

impl Store {
    pub(super) async fn list_parts(&self, input: ListPartsInput) -> Outcome<ListPartsOutput> {
        self.bucket(&input.bucket)?;
        let limit = page_limit(input.max_parts)?;
        let after = input.part_number_marker.unwrap_or(0);
        let (bucket, key, id) = (input.bucket.clone(), input.key.clone(), input.upload_id.clone());
        let (upload, mut parts) = self
            .index
            .read(move |scope| {
                let upload = open_upload(scope, &bucket, &key, &id)?;
                // One more than is shown tells whether more follow.
                let parts = scope.parts(&id, after, limit + 1)?;
                Ok((upload, parts))
            })
            .await?;
        let truncated = parts.len() > limit;
        parts.truncate(limit);
        let summing = upload.summing;
        Ok(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            checksum_algorithm: summing
                .named
                .then(|| ChecksumAlgorithm::from_static(summing.algorithm.name())),
            checksum_type: summing.named.then(|| ChecksumType::from_static(summing.coverage.name())),
            initiator: Some(Initiator { display_name: None, id: Some(OWNER_ID.to_owned()) }),
            owner: Some(owner()),
            is_truncated: Some(truncated),
            max_parts: i32::try_from(limit).ok(),
            part_number_marker: Some(after),
            next_part_number_marker: parts.last().map(|part| part.number).filter(|_| truncated),
            parts: Some(parts.into_iter().map(|part| shown(part, summing)).collect()),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            ..Default::default()
        })
    }
}

fn shown(part: Part, summing: Summing) -> dto::Part {
    let mut shown = dto::Part {
        e_tag: Some(ETag::Strong(part.etag)),
        last_modified: Some(wire_time(part.modified)),
        part_number: Some(part.number),
        size: i64::try_from(part.size).ok(),
        ..Default::default()
    };
    if summing.named {
        set_checksum!(shown, summing.algorithm, part.checksum);
    }
    shown
}
