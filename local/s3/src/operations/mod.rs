//! The operations of the S3 API. What is not here answers `NotImplemented`, as the trait's defaults do.

mod abort_multipart_upload;
mod complete_multipart_upload;
mod copy_object;
mod create_multipart_upload;
mod delete_object;
mod get_object;
mod list_buckets;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_parts;
mod properties;
mod put_object;
mod upload_part;

use crate::{checksum::Algorithm, service::RequestId, store::Store};
use http::HeaderMap;
use s3s::{
    S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
        CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CreateMultipartUploadInput,
        CreateMultipartUploadOutput, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput,
        DeleteObjectsOutput, GetBucketLocationInput, GetBucketLocationOutput, GetBucketVersioningInput,
        GetBucketVersioningOutput, GetObjectInput, GetObjectOutput, HeadBucketInput, HeadBucketOutput,
        HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput, ListMultipartUploadsInput,
        ListMultipartUploadsOutput, ListObjectVersionsInput, ListObjectVersionsOutput, ListObjectsInput,
        ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, ListPartsInput, ListPartsOutput,
        PostObjectInput, PostObjectOutput, PutObjectInput, PutObjectOutput, UploadPartCopyInput,
        UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
    },
};
use std::sync::Arc;

/// Who asks, and under which name the request is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    pub(crate) request_id: String,
    /// The access key that signed.
    pub(crate) principal: String,
}

impl Caller {
    fn of<T>(request: &S3Request<T>) -> Self {
        Self {
            request_id: request.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            principal: request.credentials.as_ref().map(|pair| pair.access_key.clone()).unwrap_or_default(),
        }
    }
}

/// The algorithm whose value follows the body, if a trailer announces one.
fn trailing_algorithm(headers: &HeaderMap) -> Option<Algorithm> {
    headers.get("x-amz-trailer").and_then(|value| value.to_str().ok()).and_then(Algorithm::announced)
}

/// Refuses what would otherwise be dropped without a word.
macro_rules! refuse_unsupported {
    ($input:expr, $($field:ident),+ $(,)?) => {
        $(if $input.$field.is_some() {
            return Err(s3s::s3_error!(
                NotImplemented,
                "A header you provided implies functionality that is not implemented: {}",
                stringify!($field)
            ).into());
        })+
    };
}
use refuse_unsupported;

/// The protocol crate's view of a store.
#[derive(Clone, Debug)]
pub(crate) struct Operations(pub(crate) Arc<Store>);

#[async_trait::async_trait]
impl S3 for Operations {
    async fn list_buckets(
        &self,
        _request: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        Ok(S3Response::new(self.0.list_buckets()))
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        Ok(S3Response::new(self.0.head_bucket(&request.input)?))
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        Ok(S3Response::new(self.0.get_bucket_location(&request.input)?))
    }

    async fn get_bucket_versioning(
        &self,
        request: S3Request<GetBucketVersioningInput>,
    ) -> S3Result<S3Response<GetBucketVersioningOutput>> {
        Ok(S3Response::new(self.0.get_bucket_versioning(&request.input)?))
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let (caller, algorithm) = (Caller::of(&request), trailing_algorithm(&request.headers));
        Ok(S3Response::new(
            self.0.put_object(request.input, caller, algorithm, request.trailing_headers).await?,
        ))
    }

    /// Browser forms are no part of the pipeline; the default would pass them on to `PutObject`.
    async fn post_object(
        &self,
        _request: S3Request<PostObjectInput>,
    ) -> S3Result<S3Response<PostObjectOutput>> {
        Err(S3Error::with_message(S3ErrorCode::NotImplemented, "PostObject is not implemented"))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        Ok(S3Response::new(self.0.get_object(request.input).await?))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        Ok(S3Response::new(self.0.head_object(request.input).await?))
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        Ok(S3Response::new(self.0.delete_object(request.input).await?))
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        Ok(S3Response::new(self.0.delete_objects(request.input).await?))
    }

    async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        let caller = Caller::of(&request);
        Ok(S3Response::new(self.0.copy_object(request.input, caller).await?))
    }

    async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> S3Result<S3Response<ListObjectsOutput>> {
        Ok(S3Response::new(self.0.list_objects(request.input).await?))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        Ok(S3Response::new(self.0.list_objects_v2(request.input).await?))
    }

    async fn list_object_versions(
        &self,
        request: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        Ok(S3Response::new(self.0.list_object_versions(request.input).await?))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        Ok(S3Response::new(self.0.create_multipart_upload(request.input).await?))
    }

    async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let algorithm = trailing_algorithm(&request.headers);
        Ok(S3Response::new(self.0.upload_part(request.input, algorithm, request.trailing_headers).await?))
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        Ok(S3Response::new(self.0.upload_part_copy(request.input).await?))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let caller = Caller::of(&request);
        Ok(S3Response::new(self.0.complete_multipart_upload(request.input, caller).await?))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        Ok(S3Response::new(self.0.abort_multipart_upload(request.input).await?))
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        Ok(S3Response::new(self.0.list_parts(request.input).await?))
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        Ok(S3Response::new(self.0.list_multipart_uploads(request.input).await?))
    }
}
