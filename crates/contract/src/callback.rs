//! What the processor calls back with (Standard Webhooks; the signature covers the raw body).

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest callback body taken, in bytes: a list of files, never the files.
pub const CALLBACK_BYTES_MAX: usize = 256 * 1024;
/// Most files that one callback may announce.
pub const CALLBACK_FILES_MAX: usize = 32;

/// The body of a callback. `job.failed` says why; fields that are not named here are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(extend(
        "if" = {"properties": {"type": {"const": "job.failed"}}},
        "then" = {"properties": {"data": {"required": ["error"]}}}
    ))
)]
pub struct Callback {
    #[serde(rename = "type")]
    pub kind: CallbackType,
    /// When it was sent, RFC 3339.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub timestamp: String,
    pub data: Data,
}

/// Why a body is no callback. The sender is at fault, and sending the same again does not help.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotACallback {
    #[error("the body is not UTF-8")]
    Encoding,
    #[error("the body is not the JSON of a job.finished or job.failed callback")]
    Shape,
    #[error("the callback announces more than {CALLBACK_FILES_MAX} files")]
    TooManyFiles,
    #[error("the callback is job.failed and carries no error")]
    NoError,
}

impl Callback {
    /// Reads the raw body of a callback. Whether the files are right is decided elsewhere: wrong ones are asked for again.
    pub fn read(body: &[u8]) -> Result<Self, NotACallback> {
        let text = std::str::from_utf8(body).map_err(|_| NotACallback::Encoding)?;
        let callback: Self = serde_json::from_str(text).map_err(|_| NotACallback::Shape)?;
        if callback.data.files.len() > CALLBACK_FILES_MAX {
            return Err(NotACallback::TooManyFiles);
        }
        if callback.kind == CallbackType::Failed && callback.data.error.is_none() {
            return Err(NotACallback::NoError);
        }
        Ok(callback)
    }
}

/// What happened to the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum CallbackType {
    #[serde(rename = "job.finished")]
    Finished,
    #[serde(rename = "job.failed")]
    Failed,
}

/// What the callback is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Data {
    pub reference: String,
    pub job_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = CALLBACK_FILES_MAX)))]
    pub files: Vec<File>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<JobError>,
}

/// One returned file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct File {
    /// `text`, `annotations`, `transcript`, `media`, `captions`, `poster` or `rendition`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["text", "annotations", "transcript", "captions", "media", "poster", "rendition"])))]
    pub role: String,
    pub name: String,
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hexadecimal.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub sha256: String,
    #[cfg_attr(feature = "schema", schemars(url))]
    pub url: String,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JobError {
    pub code: String,
    pub message: String,
    /// Whether the same file may be sent again.
    pub retryable: bool,
}

/// Where a callback's body is kept: `results/<document>/<attempt>/callback/<sha256>.json`.
pub fn callback_key(document_id: document::DocumentId, attempt: u32, sha256: &str) -> String {
    format!("results/{document_id}/{attempt}/callback/{sha256}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_round_trips_in_its_documented_shape() {
        let body = r#"{"type":"job.finished","timestamp":"2026-01-02T03:04:05Z","data":{"reference":"r","job_id":"j","files":[{"role":"text","name":"plan.md","media_type":"text/markdown","size":123,"sha256":"00","url":"https://files.example/1"}],"error":{"code":"c","message":"m","retryable":false}}}"#;
        let callback: Callback = serde_json::from_str(body).unwrap();
        assert_eq!(serde_json::to_string(&callback).unwrap(), body);
    }

    #[test]
    fn bodies_that_are_no_callbacks_say_why() {
        let file = r#"{"role":"r","name":"n","media_type":"m","size":1,"sha256":"s","url":"u"}"#;
        let finished = |files: usize| {
            let files = vec![file; files].join(",");
            format!(
                r#"{{"type":"job.finished","timestamp":"t","data":{{"reference":"r","job_id":"j","files":[{files}]}}}}"#
            )
        };
        let read = |body: &[u8]| Callback::read(body).map(|callback| callback.data.files.len());
        assert_eq!(read(finished(CALLBACK_FILES_MAX - 1).as_bytes()), Ok(CALLBACK_FILES_MAX - 1));
        assert_eq!(read(finished(CALLBACK_FILES_MAX).as_bytes()), Ok(CALLBACK_FILES_MAX));
        assert_eq!(read(finished(CALLBACK_FILES_MAX + 1).as_bytes()), Err(NotACallback::TooManyFiles));
        let failed = finished(0).replace("finished", "failed");
        assert_eq!(read(failed.as_bytes()), Err(NotACallback::NoError));
        assert_eq!(read(b"\xFF"), Err(NotACallback::Encoding));
        for other in ["", "null", "[]", "{}", r#"{"type":"job.started"}"#, &"[".repeat(200_000)] {
            assert_eq!(read(other.as_bytes()), Err(NotACallback::Shape), "{other:.40}");
        }
    }
}
