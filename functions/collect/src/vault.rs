//! The results bucket. What is in it under its SHA-256 was proved to have it.

use aws_sdk_s3::{Client, error::SdkError, primitives::ByteStream};
use bytes::Bytes;
use contract::callback::CALLBACK_BYTES_MAX;
use edge::{Misconfigured, Runtime, Trouble};

/// What a stored file is served as: nothing that a browser would run.
pub(crate) const INERT_MEDIA_TYPE: &str = "application/octet-stream";

/// The results bucket.
#[derive(Clone, Debug)]
pub(crate) struct Vault {
    pub(crate) client: Client,
    pub(crate) bucket: String,
}

impl Vault {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        Ok(Self { client: runtime.s3(), bucket: runtime.variables.required("RESULTS_BUCKET")?.to_owned() })
    }

    /// Stores bytes under a key that ends in their SHA-256; storing them again changes nothing.
    pub(crate) async fn put(
        &self,
        key: &str,
        media_type: &str,
        bytes: impl Into<Bytes>,
    ) -> Result<(), Trouble> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type(media_type);
        let stored = put.body(ByteStream::from(bytes.into())).send().await;
        stored.map(drop).map_err(|error| Trouble::passing("a result could not be stored", error))
    }

    /// A callback's body. One that is not there, or was never a callback, is poison.
    pub(crate) async fn callback(&self, key: &str) -> Result<String, Trouble> {
        let object = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(object) => object,
            Err(error) if is_gone(&error) => {
                return Err(Trouble::poison(format!("there is no callback under {key}")));
            }
            Err(error) => return Err(Trouble::passing("a callback could not be read", error)),
        };
        let length = object.content_length().and_then(|length| usize::try_from(length).ok());
        if length.is_none_or(|length| length > CALLBACK_BYTES_MAX) {
            return Err(Trouble::poison(format!("what lies under {key} is too long for a callback")));
        }
        let bytes = object.body.collect().await;
        let bytes = bytes.map_err(|error| Trouble::passing("a callback could not be read", error))?;
        String::from_utf8(bytes.to_vec()).map_err(|_| Trouble::poison(format!("{key} is not UTF-8")))
    }

    /// Removes a result that lost; what is not there is no error.
    pub(crate) async fn delete(&self, key: &str) -> Result<(), Trouble> {
        let deleted = self.client.delete_object().bucket(&self.bucket).key(key).send().await;
        deleted.map(drop).map_err(|error| Trouble::passing("a result could not be removed", error))
    }
}

/// How a stored file is served: pictures and films as what they were proved to be, everything else as mere bytes.
pub(crate) fn served_as(role: normalizer::Role, media_type: &str) -> &str {
    if role.is_read() { INERT_MEDIA_TYPE } else { media_type }
}

fn is_gone<E>(error: &SdkError<E>) -> bool {
    error.raw_response().is_some_and(|response| response.status().as_u16() == 404)
}
