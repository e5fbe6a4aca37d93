use super::upload_part::open_upload;
use crate::{error::Outcome, store::Store};
use s3s::dto::{AbortMultipartUploadInput, AbortMultipartUploadOutput};

impl Store {
    pub(super) async fn abort_multipart_upload(
        &self,
        input: AbortMultipartUploadInput,
    ) -> Outcome<AbortMultipartUploadOutput> {
        self.bucket(&input.bucket)?;
        self.index
            .write(Vec::new(), move |scope| {
                let upload = open_upload(scope, &input.bucket, &input.key, &input.upload_id)?;
                scope.remove_upload(&upload.id)
            })
            .await?;
        Ok(AbortMultipartUploadOutput::default())
    }
}
