use super::{Body, BoxError};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep};

/// The sender of a body paused for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body timed out: nothing came for {} seconds", pause_max.as_secs())]
struct Stalled {
    /// The longest pause that is allowed.
    pause_max: Duration,
}

/// A body that fails when nothing comes for too long. A sender that goes on, however slowly, is waited for.
struct Patient<B> {
    body: B,
    pause_max: Duration,
    pause: Pin<Box<Sleep>>,
}

/// Gives up on `body` when it pauses for longer than `pause_max`.
pub(super) fn patient<B>(body: B, pause_max: Duration) -> Body
where
    B: HttpBody<Data = Bytes> + Send + Sync + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    Patient { body, pause_max, pause: Box::pin(sleep(pause_max)) }.boxed()
}

impl<B> HttpBody for Patient<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let next = Instant::now() + self.pause_max;
            self.pause.as_mut().reset(next);
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        match self.pause.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Err(Stalled { pause_max: self.pause_max }.into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
