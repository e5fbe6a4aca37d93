//! Takes the processor's callbacks: believes only signed ones about references that were given out, and answers 202 only
//! once the callback lies on the results queue.
//!
//! Cheap checks come first, so that strangers cost little: the headers and the announced size before any of the body, then
//! the signature over the raw bytes, then shape, then the reference. Bodies are read in a bounded number of places, each
//! for a bounded time. Answers are final for the sender (4xx) or ask it to come again (408, 429, 503); never a redirect,
//! and never 410, which would end the subscription.

mod answer;
mod desk;
mod keys;

pub use answer::Answer;
pub use desk::Desk;
pub use keys::{Active, Keys};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header::CONTENT_LENGTH},
    routing::post,
};
use contract::{
    callback::{CALLBACK_BYTES_MAX, Callback, NotACallback},
    queue::ResultsMessage,
};
use document::Reference;
use edge::{Clock, Misconfigured, Runtime, Traces, Trouble, measure};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use webhook::{Headers, Rejection, Verified};

/// Where the processor sends its callbacks.
pub const PATH: &str = "/callbacks/processor";
/// Callbacks read and kept at once; who comes beyond is asked to come again. Each holds a body of up to 256 KiB, twice
/// that on its way to the queue, so all of them hold less than 64 MiB.
pub const CALLBACKS_AT_ONCE_MAX: usize = 64;
/// How long one body may take to come: half of the function's time, so that keeping it has the other half.
pub const BODY_TIME: Duration = Duration::from_secs(5);

/// Builds the function from its settings.
#[expect(clippy::unused_async, reason = "every function is built alike, and some wait for what they need")]
pub async fn build(runtime: Runtime) -> Result<Router, Misconfigured> {
    let keys = keys::Kept::new(&runtime)?;
    let desk = desk::Aws::new(&runtime)?;
    let traces = runtime.traces();
    Ok(router(Arc::new(desk), Arc::new(keys), runtime.clock, traces))
}

/// The function over any desk, believing what is signed with any keys.
pub fn router(desk: Arc<dyn Desk>, keys: Arc<dyn Keys>, clock: Arc<dyn Clock>, traces: Traces) -> Router {
    let places = Semaphore::new(CALLBACKS_AT_ONCE_MAX);
    Router::new().route(PATH, post(receive)).with_state(Arc::new(Callbacks {
        desk,
        keys,
        clock,
        traces,
        places,
    }))
}

#[derive(Debug)]
struct Callbacks {
    desk: Arc<dyn Desk>,
    keys: Arc<dyn Keys>,
    clock: Arc<dyn Clock>,
    traces: Traces,
    places: Semaphore,
}

async fn receive(State(callbacks): State<Arc<Callbacks>>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    match callbacks.take(&parts.headers, body).await {
        Ok(()) => Answer::Taken,
        Err(answer) => answer,
    }
}

impl Callbacks {
    async fn take(&self, headers: &HeaderMap, body: Body) -> Result<(), Answer> {
        if announces_too_much(headers) {
            return Err(Answer::TooLarge);
        }
        let active = self.keys.active().await.map_err(|trouble| again(&trouble))?;
        let signed = signed(headers);
        let claim = active.receiver.examine(signed, self.now_seconds()).map_err(disbelieved)?;
        let Ok(_place) = self.places.try_acquire() else {
            tracing::warn!("a callback must come again: too many come at once");
            return Err(Answer::Busy);
        };
        let reading = tokio::time::timeout(BODY_TIME, whole(body)).await;
        let body = reading.map_err(|_| Answer::TooSlow)??;
        let verified = match claim.prove(&body) {
            Err(Rejection::NoMatch) => self.prove_again(&active, signed, &body).await?,
            verdict => verdict.map_err(disbelieved)?,
        };
        let malformed = |why: NotACallback| {
            tracing::warn!(webhook = %verified.id, %why, "a signed callback is malformed");
            Answer::Malformed(why)
        };
        let reference = Callback::read(&body).map_err(malformed)?.data.reference;
        let body = String::from_utf8(body).map_err(|_| malformed(NotACallback::Encoding))?;
        let message = ResultsMessage::Received { webhook_id: verified.id.clone(), body };
        let keeping = self.keep(&verified, &reference, &message);
        match reference.parse::<Reference>() {
            Ok(named) => self.traces.on(named.document_id, None, keeping).await,
            Err(_) => keeping.await,
        }
    }

    /// Puts a believed callback on the results queue if it is about something that was asked for.
    async fn keep(
        &self,
        verified: &Verified,
        reference: &str,
        message: &ResultsMessage,
    ) -> Result<(), Answer> {
        let webhook = &verified.id;
        if !self.desk.has_issued(reference).await.map_err(|trouble| again(&trouble))? {
            // Signed and yet about something that was never asked for: the alarm counts these.
            tracing::error!(%webhook, reference, "a signed callback names an unknown reference");
            return Err(Answer::UnknownReference);
        }
        self.desk.hand_on(message).await.map_err(|trouble| again(&trouble))?;
        tracing::info!(%webhook, reference, secret = verified.secret, "a callback was taken");
        Ok(())
    }

    /// Holds a callback that none of the `known` secrets signed against those that have become active since.
    async fn prove_again(
        &self,
        known: &Active,
        signed: Headers<'_>,
        body: &[u8],
    ) -> Result<Verified, Answer> {
        let others = self.keys.others(known).await.map_err(|trouble| again(&trouble))?;
        let receiver = others.ok_or_else(|| disbelieved(Rejection::NoMatch))?.receiver;
        receiver.verify(signed, body, self.now_seconds()).map_err(disbelieved)
    }

    fn now_seconds(&self) -> i64 {
        self.clock.now().as_second()
    }
}

/// What the headers say. One that is there twice says nothing: who would know which of the two was signed?
fn signed(headers: &HeaderMap) -> Headers<'_> {
    let single = |name| {
        let mut values = headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none()).map(HeaderValue::as_bytes)
    };
    Headers {
        id: single(webhook::ID),
        timestamp: single(webhook::TIMESTAMP),
        signature: single(webhook::SIGNATURE),
    }
}

fn again(trouble: &Trouble) -> Answer {
    tracing::warn!(%trouble, "a callback must come again");
    Answer::Unavailable
}

fn disbelieved(rejection: Rejection) -> Answer {
    measure::forged_callback();
    tracing::warn!(%rejection, "a callback was not believed");
    Answer::Unsigned
}

/// Whether a callback says of itself that it is larger than callbacks are: it is not even read.
fn announces_too_much(headers: &HeaderMap) -> bool {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    announced.is_some_and(|length| length > CALLBACK_BYTES_MAX as u64)
}

/// The body, if it is not larger than callbacks are.
async fn whole(body: Body) -> Result<Vec<u8>, Answer> {
    match Limited::new(body, CALLBACK_BYTES_MAX).collect().await {
        Ok(body) => Ok(body.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(Answer::TooLarge),
        Err(_) => Err(Answer::BrokenOff),
    }
}
