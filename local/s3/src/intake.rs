//! Receives a body: sums it up while it passes, keeps it in memory while it is small and in a blob once it is not,
//! and lets nothing through that is not what the client announced.

use crate::{
    blobs::{Blobs, Draft},
    bounds::{BODY_BYTES_MAX, CHUNK_BYTES, INLINE_BYTES_MAX, PLACE_WAIT_MAX},
    checksum::{Algorithm, Claim, Digests, Hasher, content_md5},
    error::{Outcome, StoreError, write_failed},
    index::Contents,
    store::Store,
};
use bytes::Bytes;
use clock::Random;
use futures::StreamExt as _;
use s3s::{S3Error, S3ErrorCode, TrailingHeaders, dto::StreamingBlob, s3_error};
use std::{io, sync::Arc};
use tokio::{sync::OwnedSemaphorePermit, task::JoinHandle, time::timeout};

/// A body and all that its client announced about it.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    pub(crate) body: Option<StreamingBlob>,
    /// `Content-Length`, of the bytes themselves.
    pub(crate) length: Option<u64>,
    /// `Content-MD5`.
    pub(crate) md5: Option<String>,
    pub(crate) claim: Claim,
    /// Where a claim arrives that comes behind the body.
    pub(crate) trailers: Option<TrailingHeaders>,
}

/// A body that is what it was announced to be, durable.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) size: u64,
    pub(crate) digests: Digests,
    pub(crate) payload: Payload,
}

/// Where the bytes are.
#[derive(Debug)]
pub(crate) enum Payload {
    Inline(Bytes),
    Blob(Draft),
}

impl Payload {
    /// What a row holds, and the draft that the row's commit has to own.
    pub(crate) fn split(self) -> (Contents, Vec<Draft>) {
        match self {
            Self::Inline(bytes) => (Contents::Inline(bytes), Vec::new()),
            Self::Blob(draft) => (Contents::Blob(draft.id().clone()), vec![draft]),
        }
    }
}

impl Store {
    /// Receives a body and sums it up by every algorithm of `wanted` and by the one that was claimed.
    pub(crate) async fn receive(&self, incoming: Incoming, wanted: Algorithm) -> Outcome<Received> {
        self.health.check()?;
        let Incoming { body, length, md5, mut claim, trailers } = incoming;
        if length.is_some_and(|length| length > BODY_BYTES_MAX) {
            return Err(too_large());
        }
        let announced = md5.as_deref().map(content_md5).transpose()?;
        let mut algorithms = vec![wanted];
        algorithms.extend(claim.algorithm.filter(|claimed| *claimed != wanted));

        let mut intake = Intake::new(self, &algorithms);
        if let Some(mut body) = body {
            while let Some(chunk) = body.next().await {
                intake.push(&chunk.map_err(|error| body_failed(&*error))?).await?;
            }
        }
        let size = intake.size;
        if length.is_some_and(|length| length != size) {
            return Err(incomplete());
        }
        let (digests, rest) = intake.sum_up().await?;
        if announced.is_some_and(|announced| announced != digests.md5) {
            return Err(s3_error!(
                BadDigest,
                "The Content-MD5 you specified did not match what we received."
            )
            .into());
        }
        if let (Some(algorithm), None) = (claim.algorithm, &claim.value) {
            claim.value = trailing(trailers.as_ref(), algorithm);
        }
        claim.check(&digests)?;
        let payload = self.make_durable(rest).await?;
        Ok(Received { size, digests, payload })
    }

    async fn make_durable(&self, rest: Rest) -> Outcome<Payload> {
        let mut draft = match rest {
            Rest::Small(bytes) => return Ok(Payload::Inline(bytes)),
            Rest::Large(draft) => draft,
        };
        let sealed = blocking(&self.blobs, move || draft.seal().map(|()| draft)).await;
        match sealed {
            Ok(draft) => Ok(Payload::Blob(draft)),
            // Whatever the kind: after a failed sync nobody knows what the disk holds.
            Err(error) => {
                self.health.fail(&error.to_string());
                Err(StoreError::Blob(error))
            }
        }
    }
}

fn trailing(trailers: Option<&TrailingHeaders>, algorithm: Algorithm) -> Option<String> {
    trailers?.read(|headers| headers.get(algorithm.header())?.to_str().ok().map(str::to_owned))?
}

fn too_large() -> StoreError {
    s3_error!(EntityTooLarge, "Your proposed upload exceeds the maximum allowed size").into()
}

fn incomplete() -> StoreError {
    let message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
    S3Error::with_message(S3ErrorCode::IncompleteBody, message).into()
}

/// What went wrong with a body in transit. The protocol crate tells it only as text.
fn body_failed(error: &(dyn std::error::Error + Send + Sync)) -> StoreError {
    let text = error.to_string();
    if text.contains("Sha256Mismatch") {
        let code = S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into());
        let mut answer = S3Error::with_message(
            code,
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        );
        answer.set_status_code(http::StatusCode::BAD_REQUEST);
        return answer.into();
    }
    if text.contains("SignatureMismatch") {
        return S3ErrorCode::SignatureDoesNotMatch.into();
    }
    tracing::debug!(%error, "a body broke off");
    if text.contains("timed out") {
        let message =
            "Your socket connection to the server was not read from or written to within the timeout period.";
        return s3_error!(RequestTimeout, "{message}").into();
    }
    incomplete()
}

/// Runs work on blobs where it may block.
pub(crate) async fn blocking<T: Send + 'static>(
    blobs: &Blobs,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    if blobs.blocking() { tokio::task::spawn_blocking(work).await.map_err(io::Error::other)? } else { work() }
}

/// A blob being written, and the sums so far.
struct Sink {
    draft: Option<Draft>,
    hasher: Hasher,
    /// An empty buffer, to be filled while the other is written.
    spare: Vec<u8>,
}

enum Stage {
    Idle(Box<Sink>),
    Writing(JoinHandle<io::Result<Box<Sink>>>),
    Broken,
}

/// What is left when all bytes have passed.
enum Rest {
    Small(Bytes),
    Large(Draft),
}

struct Intake<'s> {
    store: &'s Store,
    buffer: Vec<u8>,
    stage: Stage,
    size: u64,
    permit: Option<OwnedSemaphorePermit>,
}

impl<'s> Intake<'s> {
    fn new(store: &'s Store, algorithms: &[Algorithm]) -> Self {
        let sink = Sink { draft: None, hasher: Hasher::of(algorithms), spare: Vec::new() };
        Self { store, buffer: Vec::new(), stage: Stage::Idle(Box::new(sink)), size: 0, permit: None }
    }

    async fn push(&mut self, mut chunk: &[u8]) -> Outcome<()> {
        self.size += chunk.len() as u64;
        if self.size > BODY_BYTES_MAX {
            return Err(too_large());
        }
        while !chunk.is_empty() {
            let (now, later) = chunk.split_at(chunk.len().min(CHUNK_BYTES - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            chunk = later;
            if self.buffer.len() == CHUNK_BYTES {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Hands the buffer to the disk and goes on with the other one.
    async fn flush(&mut self) -> Outcome<()> {
        if self.permit.is_none() {
            let turn = Arc::clone(&self.store.streams).acquire_owned();
            let turn = timeout(PLACE_WAIT_MAX, turn).await.map_err(|_| StoreError::Busy)?;
            self.permit = Some(turn.map_err(|_| StoreError::Closed)?);
        }
        let mut sink = self.idle().await?;
        let full = std::mem::replace(&mut self.buffer, std::mem::take(&mut sink.spare));
        let (blobs, random) = (Arc::clone(&self.store.blobs), Arc::clone(&self.store.config.random));
        if self.store.blobs.blocking() {
            self.stage =
                Stage::Writing(tokio::task::spawn_blocking(move || sink.take_in(full, &blobs, &*random)));
        } else {
            let sink = sink.take_in(full, &blobs, &*random);
            self.stage = Stage::Idle(sink.map_err(write_failed)?);
        }
        Ok(())
    }

    async fn idle(&mut self) -> Outcome<Box<Sink>> {
        match std::mem::replace(&mut self.stage, Stage::Broken) {
            Stage::Idle(sink) => Ok(sink),
            Stage::Writing(writing) => {
                let sink = writing.await.map_err(io::Error::other).and_then(|written| written);
                sink.map_err(write_failed)
            }
            Stage::Broken => Err(StoreError::Closed),
        }
    }

    async fn sum_up(mut self) -> Outcome<(Digests, Rest)> {
        if self.size < INLINE_BYTES_MAX as u64 {
            let mut sink = self.idle().await?;
            sink.hasher.update(&self.buffer);
            return Ok((sink.hasher.finish(), Rest::Small(self.buffer.into())));
        }
        if !self.buffer.is_empty() {
            self.flush().await?;
        }
        let sink = self.idle().await?;
        let draft = sink.draft.ok_or(StoreError::Closed)?;
        Ok((sink.hasher.finish(), Rest::Large(draft)))
    }
}

impl Sink {
    fn take_in(
        mut self: Box<Self>,
        mut full: Vec<u8>,
        blobs: &Arc<Blobs>,
        random: &dyn Random,
    ) -> io::Result<Box<Self>> {
        self.hasher.update(&full);
        let mut draft = match self.draft.take() {
            Some(draft) => draft,
            None => blobs.begin(random)?,
        };
        draft.write(&full)?;
        self.draft = Some(draft);
        full.clear();
        self.spare = full;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bounds::STREAMS_AT_ONCE_MAX, config::Config};
    use clock::{SeededRandom, SystemClock};

    async fn receive(store: &Store, bytes: usize) -> Outcome<Received> {
        let body = Some(s3s::Body::from(vec![0; bytes]).into());
        store.receive(Incoming { body, ..Incoming::default() }, Algorithm::Crc32).await
    }

    #[tokio::test(start_paused = true)]
    async fn large_bodies_take_turns_and_small_ones_need_none() {
        let random = Arc::new(SeededRandom::new(1));
        let config = Config { region: String::new(), clock: Arc::new(SystemClock), random };
        let store = Store::in_memory(config).unwrap();
        let all = u32::try_from(STREAMS_AT_ONCE_MAX).unwrap();
        let others = store.streams.acquire_many(all - 1).await.unwrap();
        receive(&store, INLINE_BYTES_MAX).await.expect("there is one turn left");
        let last = store.streams.acquire().await.unwrap();
        assert!(matches!(receive(&store, INLINE_BYTES_MAX).await, Err(StoreError::Busy)));
        assert!(matches!(receive(&store, INLINE_BYTES_MAX + 1).await, Err(StoreError::Busy)));
        receive(&store, INLINE_BYTES_MAX - 1).await.expect("it is kept in the index");
        drop((others, last));
        receive(&store, INLINE_BYTES_MAX).await.expect("the turns are free again");
    }
}
