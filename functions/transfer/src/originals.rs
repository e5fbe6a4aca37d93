//! The uploads bucket, as far as transfer needs it.

use aws_sdk_s3::{Client, error::SdkError, presigning::PresigningConfig};
use aws_smithy_types::body::SdkBody;
use document::Document;
use edge::{Misconfigured, Runtime, Trouble};
use std::time::Duration;

/// How long the processor may take before it fetches a file that is too large to be streamed.
const SOURCE_URL_TIME: Duration = Duration::from_hours(6);

/// The uploads bucket.
#[derive(Clone, Debug)]
pub(crate) struct Originals {
    client: Client,
    bucket: String,
}

/// One version, about to be read.
#[derive(Debug)]
pub(crate) struct Original {
    /// Bytes.
    pub(crate) size: u64,
    pub(crate) body: SdkBody,
}

impl Originals {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        Ok(Self { client: runtime.s3(), bucket: runtime.variables.required("UPLOADS_BUCKET")?.to_owned() })
    }

    /// Opens exactly the version that the document names; `None` if it is gone.
    pub(crate) async fn open(&self, document: &Document) -> Result<Option<Original>, Trouble> {
        let get = self.client.get_object().bucket(&self.bucket).key(&document.key);
        match get.version_id(document.revision_id()).send().await {
            Ok(object) => {
                let size = object.content_length().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
                Ok(Some(Original { size, body: object.body.into_inner() }))
            }
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(Trouble::passing("the file could not be opened", error)),
        }
    }

    /// An address under which the processor fetches exactly this version itself; `None` if it is gone.
    pub(crate) async fn source_url(&self, document: &Document) -> Result<Option<String>, Trouble> {
        let head = self.client.head_object().bucket(&self.bucket).key(&document.key);
        match head.version_id(document.revision_id()).send().await {
            Ok(_) => {}
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(Trouble::passing("the file could not be found", error)),
        }
        let get = self.client.get_object().bucket(&self.bucket).key(&document.key);
        let signed = match PresigningConfig::expires_in(SOURCE_URL_TIME) {
            Ok(config) => get.version_id(document.revision_id()).presigned(config).await,
            Err(error) => return Err(Trouble::passing("the file's address could not be signed", error)),
        };
        let signed =
            signed.map_err(|error| Trouble::passing("the file's address could not be signed", error))?;
        Ok(Some(signed.uri().to_owned()))
    }
}

/// A version that is not there answers 404, a deletion that stands in its place 405.
fn is_gone<E>(error: &SdkError<E>) -> bool {
    error.raw_response().is_some_and(|response| matches!(response.status().as_u16(), 404 | 405))
}
