//! Handing a file in: announced here, sent in parts to presigned addresses, completed here.
//!
//! S3's multipart upload is what counts: whichever of `complete` and `cancel` reaches it first decides, and the register
//! is told afterwards. If the telling is lost, the object's own event or the document's deadline makes up for it.

pub(crate) mod cancel;
pub(crate) mod complete;
pub(crate) mod declare;
mod parts;
pub(crate) mod progress;

pub(crate) use cancel::cancel;
pub(crate) use complete::complete;
pub(crate) use declare::declare;
pub use declare::{Begun, Declare};
pub(crate) use declare::{LESSON_CHARS_MAX, TITLE_CHARS_MAX};
#[cfg(test)]
pub(crate) use parts::ADDRESSES_MAX;
pub use parts::{Part, Received};
pub use progress::Progress;
pub(crate) use progress::progress;

use crate::{Code, Problem, app::Api, auth::Person, problem::unavailable};
use aws_sdk_s3::{error::ProvideErrorMetadata as _, operation::head_object::HeadObjectError};
use document::{Document, DocumentId, Status, Upload};
use edge::{Misconfigured, Variables};
use serde::Serialize;
use utoipa::ToSchema;

/// Longest body of `complete`, in bytes: S3's ten thousand parts, each with an `ETag`.
pub(crate) const COMPLETE_BYTES_MAX: usize = 1024 * 1024;
/// What a teacher may upload if nothing is said, in bytes.
const UPLOAD_BYTES_DEFAULT: u64 = 5 * 1024 * 1024 * 1024;
/// S3's largest object, in bytes.
const OBJECT_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024 * 1024;

/// The largest file that a teacher may hand in (`UPLOAD_BYTES_MAX`), in bytes.
pub(crate) fn upload_bytes_max(variables: &Variables) -> Result<u64, Misconfigured> {
    let max = variables.parsed("UPLOAD_BYTES_MAX", "a number of bytes", UPLOAD_BYTES_DEFAULT)?;
    if (1..=OBJECT_BYTES_MAX).contains(&max) {
        return Ok(max);
    }
    Err(Misconfigured::Malformed {
        name: "UPLOAD_BYTES_MAX".to_owned(),
        value: max.to_string(),
        expected: "between 1 and 5497558138880, the largest object of S3",
    })
}

/// `POST …/complete`, `DELETE …`: where the document stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Standing {
    pub document_id: DocumentId,
    pub status: Status,
}

impl From<&Document> for Standing {
    fn from(document: &Document) -> Self {
        Self { document_id: document.document_id, status: document.status }
    }
}

/// What the register says of an upload.
enum Known<'a> {
    /// Parts may come.
    UnderWay(&'a Upload),
    /// All of it is there, or was.
    Complete,
    /// It was called off, abandoned or deleted.
    Over,
}

impl<'a> Known<'a> {
    fn of(document: &'a Document) -> Self {
        let over = ["upload-cancelled", "upload-abandoned"];
        match (document.status, &document.upload) {
            (Status::Uploading, Some(upload)) if !upload.completed => Self::UnderWay(upload),
            (Status::Deleted, _) => Self::Over,
            (Status::Rejected, _) if document.revision.is_none() => {
                let code = document.failure.as_ref().map_or("", |failure| failure.code.as_str());
                if over.contains(&code) { Self::Over } else { Self::Complete }
            }
            _ => Self::Complete,
        }
    }
}

/// The document of an upload, if it is this teacher's own.
async fn own(api: &Api, person: &Person, id: &str) -> Result<Document, Problem> {
    let document = api.find(person, id).await?;
    if !person.owns(&document) {
        return Err(
            Problem::new(Code::RoleRequired).because("only the teacher who began an upload goes on with it")
        );
    }
    Ok(document)
}

/// Whether an object lies under the document's key.
async fn is_there(api: &Api, document: &Document) -> Result<bool, Problem> {
    let head = api.buckets.s3.head_object().bucket(&api.buckets.uploads).key(&document.key).send().await;
    match head {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(false),
        Err(error) => Err(unavailable("looking for an upload")(&error)),
    }
}

/// Ends a multipart upload; `false` if S3 does not know it (any more).
pub(crate) async fn abort(api: &Api, key: &str, upload_id: &str) -> Result<bool, Problem> {
    let bucket = &api.buckets.uploads;
    let aborted =
        api.buckets.s3.abort_multipart_upload().bucket(bucket).key(key).upload_id(upload_id).send().await;
    match aborted {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("NoSuchUpload") => Ok(false),
        Err(error) => Err(unavailable("ending an upload")(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_upload_is_one_that_s3_can_hold() {
        let read = |value: &str| {
            upload_bytes_max(&Variables::new([("UPLOAD_BYTES_MAX".to_owned(), value.to_owned())]))
        };
        assert_eq!(read(""), Ok(UPLOAD_BYTES_DEFAULT));
        assert_eq!(read("1"), Ok(1));
        assert_eq!(read("5497558138880"), Ok(OBJECT_BYTES_MAX));
        for wrong in ["0", "5497558138881", "-1", "much"] {
            assert!(matches!(read(wrong), Err(Misconfigured::Malformed { .. })), "{wrong}");
        }
    }
}
