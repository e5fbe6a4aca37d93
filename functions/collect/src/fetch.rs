//! One announced file, fetched through the guard and compared with its announcement on the way.

use crate::{
    announced::Announced,
    fault::{out_of_time, unreachable, wrong},
    guard::{Guard, GuardError},
};
use document::Unusable;
use reqwest::Response;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a host may send nothing in the middle of a file.
pub(crate) const IDLE_TIME: Duration = Duration::from_secs(30);

/// A file on its way. It gives no byte more than was announced, and says at the end whether it was the announced one.
#[derive(Debug)]
pub(crate) struct Fetch<'a> {
    file: &'a Announced,
    response: Response,
    hash: Sha256,
    read: u64,
    end: Instant,
}

impl<'a> Fetch<'a> {
    /// Asks for the file; everything must be over by `end`.
    pub(crate) async fn begin(guard: &Guard, file: &'a Announced, end: Instant) -> Result<Self, Unusable> {
        let response = match timeout_at(end, guard.get(&file.url)).await {
            Err(_) => return Err(out_of_time()),
            Ok(Err(error)) => return Err(guarded(file, &error)),
            Ok(Ok(response)) => response,
        };
        match response.status().as_u16() {
            200 => {}
            // Signed addresses that have expired answer 403; 404 and 410 may be repaired by fresh ones.
            status @ (400..=599) => {
                let detail = format!("For the {} we were answered {status}.", file.role);
                return Err(unreachable(&format!("http-{status}"), &detail));
            }
            status => {
                let detail = format!("For the {} we were answered {status}, which is no file.", file.role);
                return Err(wrong(&format!("http-{status}"), &detail));
            }
        }
        if response.content_length().is_some_and(|length| length != file.size) {
            return Err(length(file));
        }
        Ok(Self { file, response, hash: Sha256::new(), read: 0, end })
    }

    /// The next piece; `None` once the file is here whole and is the announced one.
    pub(crate) async fn next(&mut self) -> Result<Option<bytes::Bytes>, Unusable> {
        let chunk = match timeout_at(self.end, timeout(IDLE_TIME, self.response.chunk())).await {
            Err(_) => return Err(out_of_time()),
            Ok(Err(_)) => {
                return Err(unreachable("slow", &format!("The {} stopped coming.", self.file.role)));
            }
            Ok(Ok(Err(error))) => {
                tracing::info!(error = %error.without_url(), "a file broke off");
                return Err(unreachable("broke-off", &format!("The {} broke off.", self.file.role)));
            }
            Ok(Ok(Ok(chunk))) => chunk,
        };
        let Some(chunk) = chunk else {
            return self.compare().map(|()| None);
        };
        self.read += chunk.len() as u64;
        if self.read > self.file.size {
            return Err(length(self.file));
        }
        self.hash.update(&chunk);
        Ok(Some(chunk))
    }

    /// The whole file in memory.
    pub(crate) async fn whole(mut self) -> Result<Vec<u8>, Unusable> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.next().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn compare(&mut self) -> Result<(), Unusable> {
        if self.read != self.file.size {
            return Err(length(self.file));
        }
        if hex::encode(self.hash.finalize_reset()) != self.file.sha256 {
            let detail = format!("The {} is not the one that was announced.", self.file.role);
            return Err(wrong("checksum", &detail));
        }
        Ok(())
    }
}

fn length(file: &Announced) -> Unusable {
    wrong("length", &format!("The {} is longer or shorter than announced.", file.role))
}

fn guarded(file: &Announced, error: &GuardError) -> Unusable {
    tracing::warn!(role = %file.role, %error, source = ?std::error::Error::source(error), "a file was not fetched");
    let detail = format!("The {} could not be fetched: {error}.", file.role);
    if error.is_passing() { unreachable(error.word(), &detail) } else { wrong(error.word(), &detail) }
}
