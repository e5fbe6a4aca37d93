use super::{
    list_buckets::{OWNER_ID, owner},
    list_objects::{Shown, page_limit},
    refuse_unsupported,
};
use crate::{
    encoding::{after, after_prefix, wire_time},
    error::Outcome,
    index::Upload,
    store::Store,
};
use s3s::dto::{
    ChecksumAlgorithm, ChecksumType, Initiator, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    MultipartUpload, StorageClass,
};

impl Store {
    pub(super) async fn list_multipart_uploads(
        &self,
        input: ListMultipartUploadsInput,
    ) -> Outcome<ListMultipartUploadsOutput> {
        refuse_unsupported!(input, delimiter);
        self.bucket(&input.bucket)?;
        let shown = Shown::of(input.encoding_type.as_ref());
        let limit = page_limit(input.max_uploads)?;
        let prefix = input.prefix.clone().unwrap_or_default();
        let end = after_prefix(&prefix);
        let start =
            match (input.key_marker.as_deref().filter(|key| !key.is_empty()), &input.upload_id_marker) {
                (Some(key), Some(id)) => (key.to_owned(), id.clone()),
                (Some(key), None) => (after(key), String::new()),
                (None, _) => (String::new(), String::new()),
            }
            .max((prefix, String::new()));
        let bucket = input.bucket.clone();
        let mut uploads = self
            .index
            .read(move |scope| scope.open_uploads(&bucket, (&start.0, &start.1), end.as_deref(), limit + 1))
            .await?;
        let truncated = uploads.len() > limit;
        uploads.truncate(limit);
        let last = uploads.last().filter(|_| truncated);
        Ok(ListMultipartUploadsOutput {
            is_truncated: Some(truncated),
            next_key_marker: last.map(|upload| shown.text(&upload.key)),
            next_upload_id_marker: last.map(|upload| upload.id.clone()),
            uploads: Some(uploads.into_iter().map(|upload| shown_upload(shown, upload)).collect()),
            bucket: Some(input.bucket),
            prefix: Some(shown.text(input.prefix.as_deref().unwrap_or_default())),
            key_marker: Some(shown.text(input.key_marker.as_deref().unwrap_or_default())),
            upload_id_marker: Some(input.upload_id_marker.unwrap_or_default()),
            encoding_type: input.encoding_type,
            max_uploads: i32::try_from(limit).ok(),
            ..Default::default()
        })
    }
}

fn shown_upload(shown: Shown, upload: Upload) -> MultipartUpload {
    let summing = upload.summing;
    MultipartUpload {
        checksum_algorithm: summing.named.then(|| ChecksumAlgorithm::from_static(summing.algorithm.name())),
        checksum_type: summing.named.then(|| ChecksumType::from_static(summing.coverage.name())),
        initiated: Some(wire_time(upload.initiated)),
        initiator: Some(Initiator { display_name: None, id: Some(OWNER_ID.to_owned()) }),
        key: Some(shown.text(&upload.key)),
        owner: Some(owner()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        upload_id: Some(upload.id),
    }
}
