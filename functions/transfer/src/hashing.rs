//! The SHA-256 of bytes that are on their way, which does not hold them up.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::task::{JoinError, JoinHandle};

/// From this size on, in bytes, a piece is hashed beside its sending, which takes about as long. For a smaller one that
/// costs more than it gains.
const BESIDE_BYTES_MIN: usize = 256 * 1024;

/// A hash that takes one piece after the other.
#[derive(Debug)]
pub(crate) enum Hashing {
    /// It has taken every piece so far.
    Ready(Sha256),
    /// It takes the last one, in a thread for such work.
    Busy(JoinHandle<Sha256>),
}

impl Hashing {
    pub(crate) fn new() -> Self {
        Self::Ready(Sha256::new())
    }

    /// Waits until the pieces so far are taken: only then is there a place for the next, so that no more than one is held.
    pub(crate) fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<&mut Sha256, JoinError>> {
        if let Self::Busy(work) = self {
            *self = Self::Ready(ready!(Pin::new(work).poll(context))?);
        }
        match self {
            Self::Ready(hash) => Poll::Ready(Ok(hash)),
            Self::Busy(_) => Poll::Pending,
        }
    }

    /// Takes the next piece.
    pub(crate) fn poll_take(
        &mut self,
        context: &mut Context<'_>,
        piece: &Bytes,
    ) -> Poll<Result<(), JoinError>> {
        let hash = ready!(self.poll_ready(context))?;
        if piece.len() < BESIDE_BYTES_MIN {
            hash.update(piece);
        } else {
            let (mut hash, piece) = (std::mem::take(hash), piece.clone());
            *self = Self::Busy(tokio::task::spawn_blocking(move || {
                hash.update(&piece);
                hash
            }));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    #[tokio::test]
    async fn pieces_of_every_size_are_taken_in_order() {
        let pieces: Vec<_> =
            [0, 1, BESIDE_BYTES_MIN - 1, BESIDE_BYTES_MIN, BESIDE_BYTES_MIN + 1, 3, 1 << 20, 1 << 20]
                .iter()
                .zip(1_u8..)
                .map(|(size, fill)| Bytes::from(vec![fill; *size]))
                .collect();
        let mut hashing = Hashing::new();
        for piece in &pieces {
            poll_fn(|context| hashing.poll_take(context, piece)).await.unwrap();
        }
        let all =
            poll_fn(|context| hashing.poll_ready(context).map_ok(Digest::finalize_reset)).await.unwrap();
        assert_eq!(all, Sha256::digest(pieces.concat()));
    }
}
