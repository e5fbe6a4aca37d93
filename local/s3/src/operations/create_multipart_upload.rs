use super::{
    properties::take_properties,
    put_object::{algorithm, check_key},
    refuse_unsupported,
};
use crate::{
    checksum::{Algorithm, Coverage},
    error::Outcome,
    index::Summing,
    store::Store,
};
use s3s::dto::{ChecksumAlgorithm, ChecksumType, CreateMultipartUploadInput, CreateMultipartUploadOutput};

impl Store {
    pub(super) async fn create_multipart_upload(
        &self,
        mut input: CreateMultipartUploadInput,
    ) -> Outcome<CreateMultipartUploadOutput> {
        refuse_unsupported!(
            input,
            sse_customer_algorithm,
            sse_customer_key,
            tagging,
            object_lock_mode,
            object_lock_retain_until_date,
            object_lock_legal_hold_status,
            website_redirect_location
        );
        self.bucket(&input.bucket)?;
        check_key(&input.key)?;
        let properties = take_properties!(input)?;
        let named = input.checksum_algorithm.as_ref().map(algorithm).transpose()?;
        let algorithm = named.unwrap_or(Algorithm::Crc64Nvme);
        let coverage = Coverage::chosen(algorithm, input.checksum_type.as_ref().map(ChecksumType::as_str))?;
        let summing = Summing { algorithm, coverage, named: named.is_some() };
        let (bucket, key) = (input.bucket.clone(), input.key.clone());
        let id = self
            .index
            .write(Vec::new(), move |scope| scope.insert_upload(&bucket, &key, &properties, summing))
            .await?;
        Ok(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            checksum_algorithm: named.map(|it| ChecksumAlgorithm::from_static(it.name())),
            checksum_type: named.map(|_| ChecksumType::from_static(coverage.name())),
            ..Default::default()
        })
    }
}
