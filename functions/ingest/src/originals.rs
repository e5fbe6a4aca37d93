//! The uploads bucket, as far as ingest needs it.

use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{ChecksumMode, ChecksumType},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use edge::{Misconfigured, Runtime, Trouble};
use std::collections::HashMap;

/// The uploads bucket.
#[derive(Clone, Debug)]
pub(crate) struct Originals {
    client: Client,
    bucket: String,
}

/// What S3 knows of one version without reading it.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) version: String,
    /// Bytes.
    pub(crate) size: u64,
    pub(crate) metadata: HashMap<String, String>,
    /// Lower-case hexadecimal, where S3 keeps it of the whole object.
    pub(crate) sha256: Option<String>,
}

/// One version, read piece by piece.
#[derive(Clone, Debug)]
pub(crate) struct Version<'a> {
    originals: &'a Originals,
    key: &'a str,
    id: &'a str,
}

impl Originals {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        Ok(Self { client: runtime.s3(), bucket: runtime.variables.required("UPLOADS_BUCKET")?.to_owned() })
    }

    pub(crate) fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The facts of a version, or of the latest; `None` if it is not there (any more).
    pub(crate) async fn facts(&self, key: &str, version: Option<&str>) -> Result<Option<Facts>, Trouble> {
        let head = self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .set_version_id(version.map(str::to_owned));
        let head = match head.checksum_mode(ChecksumMode::Enabled).send().await {
            Ok(head) => head,
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(Trouble::passing("the uploads bucket did not answer", error)),
        };
        let whole = head.checksum_type() == Some(&ChecksumType::FullObject);
        let sha256 = head.checksum_sha256().filter(|_| whole).and_then(|sum| STANDARD.decode(sum).ok());
        Ok(Some(Facts {
            version: head.version_id().or(version).unwrap_or("null").to_owned(),
            size: head.content_length().and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
            sha256: sha256.map(hex::encode),
            metadata: head.metadata.unwrap_or_default(),
        }))
    }

    /// Exactly one version, for reading.
    pub(crate) fn version<'a>(&'a self, key: &'a str, version: &'a str) -> Version<'a> {
        Version { originals: self, key, id: version }
    }

    /// Aborts an upload; one that is completed, aborted or unknown is no error.
    pub(crate) async fn abort(&self, key: &str, upload: &str) -> Result<(), Trouble> {
        let abort = self.client.abort_multipart_upload().bucket(&self.bucket).key(key).upload_id(upload);
        match abort.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("NoSuchUpload") || is_gone(&error) => Ok(()),
            Err(error) => Err(Trouble::passing("the upload could not be aborted", error)),
        }
    }
}

impl crate::inspection::Source for Version<'_> {
    async fn read(&self, from: u64, length: u64) -> Result<Vec<u8>, Trouble> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let range = format!("bytes={from}-{}", from + length - 1);
        let get = self.originals.client.get_object().bucket(&self.originals.bucket).key(self.key);
        let answer = get.version_id(self.id).range(range).send().await;
        let answer = answer.map_err(|error| Trouble::passing("the file could not be read", error))?;
        let bytes = answer.body.collect().await;
        Ok(bytes.map_err(|error| Trouble::passing("the file could not be read", error))?.to_vec())
    }
}

/// A version that is not there answers 404, a deletion that stands in its place 405. HEAD has no body to say more.
fn is_gone<E>(error: &SdkError<E>) -> bool {
    error.raw_response().is_some_and(|response| matches!(response.status().as_u16(), 404 | 405))
}
