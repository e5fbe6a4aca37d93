//! What the processor calls back with (Standard Webhooks; the signature covers the raw body).

use serde::{Deserialize, Serialize};

/// Longest callback body taken, in bytes: a list of files, never the files.
pub const CALLBACK_BYTES_MAX: usize = 256 * 1024;
/// Most files that one callback may announce.
pub const CALLBACK_FILES_MAX: usize = 32;

/// The body of a callback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    #[serde(rename = "type")]
    pub kind: CallbackType,
    /// When it was sent, RFC 3339.
    pub timestamp: String,
    pub data: Data,
}

/// What happened to the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallbackType {
    #[serde(rename = "job.finished")]
    Finished,
    #[serde(rename = "job.failed")]
    Failed,
}

/// What the callback is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    pub reference: String,
    pub job_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<JobError>,
}

/// One returned file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// `text`, `annotations`, `transcript`, `media`, `captions`, `poster` or `rendition`.
    pub role: String,
    pub name: String,
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    pub url: String,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}
