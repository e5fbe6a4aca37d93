//! The body of `POST /jobs` (`multipart/form-data`, RFC 7578), made while it is sent.
//!
//! The file passes through in the pieces in which S3 gives it and is hashed on its way, so the part `digest`, which comes
//! last, is known when its turn comes, and the whole length is known beforehand.

use crate::hashing::Hashing;
use aws_smithy_types::body::SdkBody;
use bytes::{Bytes, BytesMut};
use contract::processor::Job;
use hyper::body::{Body, Frame, SizeHint};
use reqwest::header::HeaderValue;
use sha2::Digest;
use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};
use thiserror::Error;

/// Hexadecimal digits of a SHA-256.
const DIGEST_BYTES: u64 = 64;

/// Why a sending was broken off from our side.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum BrokenOff {
    /// S3 gave the file's bytes and then no more.
    #[error("the file could not be read to its end: {0}")]
    Unreadable(String),
    /// S3 gave more or fewer bytes than it had said.
    #[error("the file has {actual} bytes instead of {expected}")]
    Length { expected: u64, actual: u64 },
    /// The file is not the one that was announced.
    #[error("the file's SHA-256 is {actual}, announced was {expected}")]
    Checksum { expected: String, actual: String },
}

/// What is known once the file has passed: its SHA-256, or why it did not pass.
pub(crate) type Passed = Arc<OnceLock<Result<String, BrokenOff>>>;

/// The parts before and after the file.
#[derive(Debug)]
pub(crate) struct Form {
    boundary: String,
    before: Bytes,
}

impl Form {
    /// A form that carries `job`; `boundary` is random, so that no file contains it.
    pub(crate) fn new(job: &Job, boundary: [u8; 16]) -> Result<Self, serde_json::Error> {
        let boundary = format!("lectern-{}", hex::encode(boundary));
        let json = serde_json::to_string(job)?;
        let before = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"job\"\r\nContent-Type: application/json\r\n\r\n{json}\r\n"
        );
        Ok(Self { boundary, before: before.into() })
    }

    pub(crate) fn content_type(&self) -> HeaderValue {
        HeaderValue::try_from(format!("multipart/form-data; boundary={}", self.boundary))
            .expect("a boundary of letters, digits and a hyphen fits into a header")
    }

    /// The form without a file: the processor fetches it itself.
    pub(crate) fn without_file(self) -> reqwest::Body {
        let end = format!("--{}--\r\n", self.boundary);
        [self.before, end.into()].concat().into()
    }

    /// The form with a file of `size` bytes. If the file's SHA-256 was announced and turns out to be another, the
    /// body ends in an error before it is complete, so that no processor takes it for whole.
    pub(crate) fn with_file(self, job: &Job, file: SdkBody, size: u64) -> (Outgoing, Passed) {
        let boundary = &self.boundary;
        let name = quoted(&job.file_name);
        let header = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {}\r\n\r\n",
            job.media_type
        );
        let middle = format!("\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"digest\"\r\n\r\n");
        let end = format!("\r\n--{boundary}--\r\n");
        let before: Bytes = [self.before, header.into()].concat().into();
        let (after, length) = ((middle, end), before.len() as u64 + size);
        let length = length + after.0.len() as u64 + DIGEST_BYTES + after.1.len() as u64;
        let passed = Passed::default();
        let outgoing = Outgoing {
            stage: Stage::Before(before),
            file,
            hash: Hashing::new(),
            next: None,
            size,
            read: 0,
            announced: job.sha256.clone(),
            after,
            left: length,
            passed: Arc::clone(&passed),
        };
        (outgoing, passed)
    }
}

/// A file name inside a quoted parameter: what would end it is escaped as browsers escape it (HTML standard, 4.10.21.8).
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The body on its way.
#[derive(Debug)]
pub(crate) struct Outgoing {
    stage: Stage,
    file: SdkBody,
    hash: Hashing,
    /// A piece of the file that is not in the hash yet.
    next: Option<Bytes>,
    /// Bytes that the file has, as S3 said.
    size: u64,
    /// Bytes of it that have passed.
    read: u64,
    announced: Option<String>,
    /// What stands before and after the digest.
    after: (String, String),
    /// Bytes of the whole body still to come.
    left: u64,
    passed: Passed,
}

#[derive(Debug)]
enum Stage {
    Before(Bytes),
    File,
    /// The file has passed and is not whole in the hash yet.
    Closing,
    Done,
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let this = &mut *self;
        match std::mem::replace(&mut this.stage, Stage::File) {
            Stage::Before(bytes) => return this.give(bytes),
            Stage::File => {}
            Stage::Closing => return this.poll_close(context),
            Stage::Done => {
                this.stage = Stage::Done;
                return Poll::Ready(None);
            }
        }
        loop {
            if let Some(bytes) = &this.next {
                if let Err(error) = ready!(this.hash.poll_take(context, bytes)) {
                    return this.break_off(BrokenOff::Unreadable(error.to_string()));
                }
                let bytes = this.next.take().unwrap_or_default();
                return this.give(bytes);
            }
            let frame = match ready!(Pin::new(&mut this.file).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return this.break_off(BrokenOff::Unreadable(error.to_string())),
                None => return this.poll_close(context),
            };
            let Ok(bytes) = frame.into_data() else { continue };
            this.read += bytes.len() as u64;
            if this.read > this.size {
                let (expected, actual) = (this.size, this.read);
                return this.break_off(BrokenOff::Length { expected, actual });
            }
            this.next = Some(bytes).filter(|bytes| !bytes.is_empty());
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.stage, Stage::Done)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl Outgoing {
    fn give(&mut self, bytes: Bytes) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn break_off(&mut self, why: BrokenOff) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        self.stage = Stage::Done;
        // Nobody else writes it, and the first reason counts.
        let _ = self.passed.set(Err(why.clone()));
        Poll::Ready(Some(Err(why)))
    }

    /// The file has passed: waits for its hash.
    fn poll_close(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        self.stage = Stage::Closing;
        match ready!(self.hash.poll_ready(context)).map(Digest::finalize_reset) {
            Ok(hash) => self.close(&hex::encode(hash)),
            Err(error) => self.break_off(BrokenOff::Unreadable(error.to_string())),
        }
    }

    /// Compares, then gives the digest and the end.
    fn close(&mut self, actual: &str) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if self.read != self.size {
            let (expected, actual) = (self.size, self.read);
            return self.break_off(BrokenOff::Length { expected, actual });
        }
        if let Some(expected) = self.announced.clone().filter(|announced| announced != actual) {
            return self.break_off(BrokenOff::Checksum { expected, actual: actual.to_owned() });
        }
        self.stage = Stage::Done;
        let mut bytes = BytesMut::new();
        for part in [self.after.0.as_str(), actual, &self.after.1] {
            bytes.extend_from_slice(part.as_bytes());
        }
        let _ = self.passed.set(Ok(actual.to_owned()));
        self.give(bytes.freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use document::Kind;
    use http_body_util::BodyExt;
    use sha2::Sha256;

    fn job(sha256: Option<&str>) -> Job {
        Job {
            reference: "r".into(),
            kind: Kind::LessonPlan,
            file_name: "a \"plan\"\r\n.md".into(),
            media_type: "text/markdown".into(),
            size: 6,
            sha256: sha256.map(str::to_owned),
            callback_url: "https://lectern.example/callbacks/processor".into(),
            source_url: None,
        }
    }

    fn outgoing(sha256: Option<&str>, size: u64) -> (Outgoing, Passed) {
        let job = job(sha256);
        Form::new(&job, [0xAB; 16]).unwrap().with_file(&job, SdkBody::from("# Plan"), size)
    }

    #[tokio::test]
    async fn the_body_has_the_announced_length_and_ends_with_the_digest() {
        let (body, passed) = outgoing(None, 6);
        let announced = body.size_hint().exact().unwrap();
        let sent = body.collect().await.unwrap().to_bytes();
        assert_eq!(sent.len() as u64, announced);
        let sum = hex::encode(Sha256::digest(b"# Plan"));
        assert_eq!(passed.get().unwrap().as_ref().unwrap(), &sum);
        let text = String::from_utf8(sent.to_vec()).unwrap();
        let parts: Vec<_> = text.split("--lectern-abababababababababababababababab").collect();
        assert_eq!(parts.len(), 5);
        assert!(parts[1].contains("name=\"job\"") && parts[1].contains("\"reference\":\"r\""));
        assert!(parts[2].contains("name=\"file\"; filename=\"a %22plan%22%0D%0A.md\"\r\n"));
        assert!(parts[2].ends_with("\r\n\r\n# Plan\r\n"));
        assert!(parts[3].ends_with(&format!("name=\"digest\"\r\n\r\n{sum}\r\n")));
        assert_eq!(parts[4], "--\r\n");
    }

    #[tokio::test]
    async fn a_file_that_is_not_the_announced_one_is_broken_off() {
        let (body, passed) = outgoing(Some(&"0".repeat(64)), 6);
        let announced = body.size_hint().exact().unwrap();
        let error = body.collect().await.unwrap_err();
        assert!(matches!(&error, BrokenOff::Checksum { .. }) && announced > 0);
        assert_eq!(passed.get(), Some(&Err(error)));
        for (size, actual) in [(5, 6), (7, 6)] {
            let (body, passed) = outgoing(None, size);
            let error = BrokenOff::Length { expected: size, actual };
            assert_eq!(body.collect().await.unwrap_err(), error);
            assert_eq!(passed.get(), Some(&Err(error)));
        }
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_on_is_broken_off() {
        let pieces = [Ok("# P"), Err(std::io::Error::other("the disk is gone"))];
        let pieces = axum::body::Body::from_stream(futures::stream::iter(pieces));
        let job = job(None);
        let file = SdkBody::from_body_1_x(SyncBody(std::sync::Mutex::new(pieces)));
        let (body, passed) = Form::new(&job, [1; 16]).unwrap().with_file(&job, file, 6);
        let error = body.collect().await.unwrap_err();
        assert!(matches!(&error, BrokenOff::Unreadable(_)));
        assert_eq!(passed.get(), Some(&Err(error)));
    }

    /// SDK bodies have to be `Sync`, and streams of this server's are not.
    struct SyncBody(std::sync::Mutex<axum::body::Body>);

    impl Body for SyncBody {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
            let mut body = self.0.lock().unwrap();
            Pin::new(&mut *body).poll_frame(context)
        }
    }

    #[test]
    fn a_form_without_a_file_has_the_job_alone() {
        let body = Form::new(&job(None), [1; 16]).unwrap().without_file();
        let text = std::str::from_utf8(body.as_bytes().unwrap()).unwrap();
        assert_eq!(text.matches("Content-Disposition").count(), 1);
        assert!(text.ends_with("--\r\n"));
    }
}
