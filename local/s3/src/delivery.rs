//! Sends the bytes of a version, chunk by chunk, reading ahead by one.

use crate::{
    blobs::{Blobs, Source},
    bounds::READ_BYTES,
    index::{Held, Piece},
    intake::blocking,
};
use bytes::Bytes;
use futures::Stream;
use s3s::{
    StdError,
    dto::StreamingBlob,
    stream::{ByteStream, RemainingLength},
};
use std::{
    collections::VecDeque,
    io,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::task::JoinHandle;

/// A stretch of one piece.
#[derive(Debug)]
struct Slice {
    held: Held,
    offset: u64,
    length: u64,
}

/// Cuts `range` out of the pieces.
fn slices(pieces: Vec<Piece>, range: &Range<u64>) -> VecDeque<Slice> {
    let mut start = 0;
    let mut slices = VecDeque::new();
    for piece in pieces {
        let end = start + piece.size;
        let (from, to) = (range.start.max(start), range.end.min(end));
        if from < to {
            slices.push_back(Slice { held: piece.held, offset: from - start, length: to - from });
        }
        start = end;
    }
    slices
}

#[derive(Debug)]
struct Reader {
    blobs: Arc<Blobs>,
    slices: VecDeque<Slice>,
    open: Option<Source>,
}

impl Reader {
    /// The next chunk, or none at the end.
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        let Some(slice) = self.slices.front_mut() else { return Ok(None) };
        let chunk = match &slice.held {
            Held::Inline(bytes) => {
                let start = usize::try_from(slice.offset).map_err(io::Error::other)?;
                let length = usize::try_from(slice.length).map_err(io::Error::other)?;
                bytes.slice(start..start + length)
            }
            Held::Blob(blob) => {
                if self.open.is_none() {
                    self.open = Some(self.blobs.open(blob, slice.offset)?);
                }
                let limit = usize::try_from(slice.length).unwrap_or(usize::MAX).min(READ_BYTES);
                self.open.as_mut().map_or(Ok(Bytes::new()), |source| source.read(limit))?
            }
        };
        if chunk.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a blob is shorter than its row says"));
        }
        slice.length -= chunk.len() as u64;
        if slice.length == 0 {
            self.slices.pop_front();
            self.open = None;
        }
        Ok(Some(chunk))
    }
}

type Reading = JoinHandle<io::Result<(Box<Reader>, Option<Bytes>)>>;

#[derive(Debug)]
enum State {
    /// The first chunk, read before the answer began, so that a missing blob is an error and not a broken body.
    First(Box<Reader>, Bytes),
    /// In memory nothing has to be waited for.
    Direct(Box<Reader>),
    Ahead(Reading),
    Done,
}

#[derive(Debug)]
struct Delivery {
    state: State,
    remaining: u64,
}

/// Begins to send `range` of the pieces of a version.
pub(crate) async fn deliver(
    blobs: &Arc<Blobs>,
    pieces: Vec<Piece>,
    range: Range<u64>,
) -> io::Result<StreamingBlob> {
    let remaining = range.end - range.start;
    let mut slices = slices(pieces, &range);
    if remaining == 0 {
        return Ok(s3s::Body::empty().into());
    }
    if let (1, Some(Slice { held: Held::Inline(bytes), offset, length })) = (slices.len(), slices.front_mut())
    {
        let start = usize::try_from(*offset).map_err(io::Error::other)?;
        let length = usize::try_from(*length).map_err(io::Error::other)?;
        return Ok(s3s::Body::from(bytes.slice(start..start + length)).into());
    }
    let mut reader = Box::new(Reader { blobs: Arc::clone(blobs), slices, open: None });
    let (reader, first) = blocking(blobs, move || reader.next().map(|first| (reader, first))).await?;
    let state = first.map_or(State::Done, |first| State::First(reader, first));
    Ok(StreamingBlob::new(Delivery { state, remaining }))
}

impl Delivery {
    /// Begins to read what comes next.
    fn go_on(&mut self, mut reader: Box<Reader>, length: usize) {
        self.remaining -= (length as u64).min(self.remaining);
        self.state = if self.remaining == 0 {
            State::Done
        } else if reader.blobs.blocking() {
            State::Ahead(tokio::task::spawn_blocking(move || reader.next().map(|chunk| (reader, chunk))))
        } else {
            State::Direct(reader)
        };
    }
}

impl Stream for Delivery {
    type Item = Result<Bytes, StdError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let read = match std::mem::replace(&mut this.state, State::Done) {
            State::Done => return Poll::Ready(None),
            State::First(reader, first) => Ok((reader, Some(first))),
            State::Direct(mut reader) => reader.next().map(|chunk| (reader, chunk)),
            State::Ahead(mut reading) => match Pin::new(&mut reading).poll(context) {
                Poll::Ready(read) => read.map_err(io::Error::other).and_then(|read| read),
                Poll::Pending => {
                    this.state = State::Ahead(reading);
                    return Poll::Pending;
                }
            },
        };
        Poll::Ready(match read {
            Ok((reader, Some(chunk))) => {
                this.go_on(reader, chunk.len());
                Some(Ok(chunk))
            }
            Ok((_, None)) => None,
            Err(error) => {
                tracing::error!(%error, "a body broke off: its blob cannot be read");
                Some(Err(error.into()))
            }
        })
    }
}

impl ByteStream for Delivery {
    fn remaining_length(&self) -> RemainingLength {
        usize::try_from(self.remaining)
            .map_or_else(|_| RemainingLength::unknown(), RemainingLength::new_exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_range_of_pieces_is_the_range_of_the_whole(
            parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 1..6),
            from in 0_usize..200,
            length in 0_usize..200,
        ) {
            let whole = parts.concat();
            let from = from.min(whole.len());
            let to = (from + length).min(whole.len());
            let pieces = parts
                .into_iter()
                .map(|part| Piece { size: part.len() as u64, held: Held::Inline(part.into()) })
                .collect();
            let slices = slices(pieces, &(from as u64..to as u64));
            let mut reader = Reader { blobs: Arc::new(Blobs::in_memory()), slices, open: None };
            let mut read = Vec::new();
            while let Some(chunk) = reader.next().unwrap() {
                read.extend_from_slice(&chunk);
            }
            prop_assert_eq!(&read[..], &whole[from..to]);
        }
    }
}
