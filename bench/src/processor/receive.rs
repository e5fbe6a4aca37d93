//! Reads `POST /jobs` (`multipart/form-data`; RFC 7578) without searching the file for its end: the job says how long it is.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use contract::processor::Job;
use http_body_util::BodyExt as _;
use std::fmt;
use tokio::time::Instant;

/// Longest that comes before the file's first byte, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Files up to this many bytes are kept and worked on; larger ones are counted as they pass.
const KEPT_BYTES_MAX: u64 = 1024 * 1024;

/// A submission.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) job: Job,
    /// The file, if it is small.
    pub(super) file: Option<Bytes>,
    /// Bytes of the whole body.
    pub(super) size: u64,
    /// From the body's first bytes to its last.
    pub(super) seconds: f64,
}

/// Why a submission cannot be read.
#[derive(Debug)]
pub(super) enum Broken {
    Head,
    Short,
    Connection,
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Head => "the part `job` is not where it belongs",
            Self::Short => "the file is shorter than the job says",
            Self::Connection => "the body broke off",
        })
    }
}

pub(super) async fn receive(mut body: Body) -> Result<Received, Broken> {
    let mut held = BytesMut::new();
    let mut begun = None;
    let (job, file_start) = loop {
        let more = more(&mut body).await?.ok_or(Broken::Head)?;
        begun.get_or_insert_with(Instant::now);
        held.extend_from_slice(&more);
        match head(&held) {
            Some(found) => break found,
            None if held.len() > HEAD_BYTES_MAX => return Err(Broken::Head),
            None => {}
        }
    };
    let small = job.size <= KEPT_BYTES_MAX;
    let mut size = held.len() as u64;
    while let Some(more) = more(&mut body).await? {
        size += more.len() as u64;
        if small {
            held.extend_from_slice(&more);
        }
    }
    let seconds = begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
    if size < file_start as u64 + job.size {
        return Err(Broken::Short);
    }
    let file = small.then(|| {
        let end = file_start + usize::try_from(job.size).unwrap_or(usize::MAX);
        held.freeze().slice(file_start..end)
    });
    Ok(Received { job, file, size, seconds })
}

async fn more(body: &mut Body) -> Result<Option<Bytes>, Broken> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Err(_)) => return Err(Broken::Connection),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) if !data.is_empty() => return Ok(Some(data)),
                _ => {}
            },
        }
    }
}

/// The job, and where the file begins, once both are there.
fn head(held: &[u8]) -> Option<(Job, usize)> {
    let json = after(held, 0, *b"\r\n\r\n")?;
    let json_end = after(held, json, *b"\r\n--")? - b"\r\n--".len();
    let file = after(held, json_end, *b"\r\n\r\n")?;
    Some((serde_json::from_slice(&held[json..json_end]).ok()?, file))
}

/// The place behind the first `mark` from `start` on.
fn after(held: &[u8], start: usize, mark: [u8; 4]) -> Option<usize> {
    held[start..].windows(4).position(|window| window == mark).map(|at| start + at + mark.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use serde_json::json;

    fn submission(size: usize) -> Vec<u8> {
        let job = json!({ "reference": "r", "kind": "lesson_plan", "file_name": "p.md", "media_type": "text/markdown",
            "size": size, "callback_url": "http://127.0.0.1/callbacks/processor" });
        let mut body = format!("--b\r\nContent-Disposition: form-data; name=\"job\"\r\n\r\n{job}\r\n--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n").into_bytes();
        body.extend(std::iter::repeat_n(b'x', size));
        body.extend(b"\r\n--b--\r\n");
        body
    }

    async fn received(body: &[u8], piece: usize) -> Result<Received, Broken> {
        let pieces: Vec<_> =
            body.chunks(piece).map(Bytes::copy_from_slice).map(Ok::<_, std::io::Error>).collect();
        receive(Body::from_stream(stream::iter(pieces))).await
    }

    #[tokio::test]
    async fn a_file_is_found_however_the_body_is_cut() {
        let body = submission(300);
        for piece in [1, 7, 100, 10_000] {
            let received = received(&body, piece).await.unwrap();
            assert_eq!(received.file.unwrap(), vec![b'x'; 300], "{piece}");
            assert_eq!(received.size, body.len() as u64);
        }
    }

    #[tokio::test]
    async fn a_large_file_is_counted_and_a_short_one_refused() {
        let body = submission(2 << 20);
        let received_all = received(&body, 1 << 18).await.unwrap();
        assert!(received_all.file.is_none() && received_all.size == body.len() as u64);
        assert!(matches!(received(&body[..body.len() / 2], 1 << 18).await, Err(Broken::Short)));
        assert!(matches!(received(b"nothing", 7).await, Err(Broken::Head)));
    }
}
