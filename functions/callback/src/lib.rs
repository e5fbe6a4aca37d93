//! Takes the processor's callbacks: believes only signed ones about references that were given out, and answers 202 only
//! once the callback lies on the results queue.
//!
//! Cheap checks come first, so that strangers cost little: size, then signature over the raw bytes, then shape, then the
//! reference. Answers are final for the sender (4xx) or ask it to come again (503); never a redirect, and never 410,
//! which would end the subscription.

mod answer;
mod desk;

pub use answer::Answer;
pub use desk::Desk;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header::CONTENT_LENGTH},
    routing::post,
};
use contract::{
    callback::{CALLBACK_BYTES_MAX, CALLBACK_FILES_MAX, Callback, CallbackType},
    queue::ResultsMessage,
};
use edge::{Clock, Misconfigured, Runtime};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::sync::Arc;
use webhook::{Headers, Receiver, Secret};

/// Where the processor sends its callbacks.
pub const PATH: &str = "/callbacks/processor";
/// The setting with the active secrets, separated by commas, the newest first.
const SECRETS: &str = "CALLBACK_SECRETS";

/// Builds the function from its settings.
#[expect(clippy::unused_async, reason = "every function is built alike, and some wait for what they need")]
pub async fn build(runtime: Runtime) -> Result<Router, Misconfigured> {
    let receiver = Receiver::new(secrets(&runtime)?);
    let desk = desk::Aws::new(&runtime)?;
    Ok(router(Arc::new(desk), receiver, runtime.clock))
}

/// The function over any desk.
pub fn router(desk: Arc<dyn Desk>, receiver: Receiver, clock: Arc<dyn Clock>) -> Router {
    Router::new().route(PATH, post(receive)).with_state(Arc::new(Callbacks { desk, receiver, clock }))
}

fn secrets(runtime: &Runtime) -> Result<Vec<Secret>, Misconfigured> {
    let written = runtime.variables.list(SECRETS);
    if written.is_empty() {
        return Err(Misconfigured::Missing(SECRETS.to_owned()));
    }
    // The value stays out of the error: errors are logged.
    let malformed = |_| Misconfigured::Malformed {
        name: SECRETS.to_owned(),
        value: "(not shown)".to_owned(),
        expected: "a list of secrets, each `whsec_` and the base64 of 24 to 64 bytes",
    };
    written.iter().map(|secret| Secret::parse(secret).map_err(malformed)).collect()
}

#[derive(Debug)]
struct Callbacks {
    desk: Arc<dyn Desk>,
    receiver: Receiver,
    clock: Arc<dyn Clock>,
}

async fn receive(State(callbacks): State<Arc<Callbacks>>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    match whole(&parts.headers, body).await {
        Ok(body) => callbacks.take(&parts.headers, body).await,
        Err(answer) => answer,
    }
}

/// The body, if it is not larger than callbacks are. What says that it is larger is not even read.
async fn whole(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Answer> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > CALLBACK_BYTES_MAX as u64) {
        return Err(Answer::TooLarge);
    }
    match Limited::new(body, CALLBACK_BYTES_MAX).collect().await {
        Ok(body) => Ok(body.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(Answer::TooLarge),
        Err(_) => Err(Answer::Malformed("The body broke off.")),
    }
}

impl Callbacks {
    async fn take(&self, headers: &HeaderMap, body: Vec<u8>) -> Answer {
        let header = |name| headers.get(name).map(HeaderValue::as_bytes);
        let signed = Headers {
            id: header(webhook::ID),
            timestamp: header(webhook::TIMESTAMP),
            signature: header(webhook::SIGNATURE),
        };
        let verified = match self.receiver.verify(signed, &body, self.clock.now().as_second()) {
            Ok(verified) => verified,
            Err(rejection) => {
                tracing::warn!(%rejection, "a callback was not believed");
                return Answer::Unsigned;
            }
        };
        let (reference, body) = match read(body) {
            Ok(read) => read,
            Err(why) => {
                tracing::warn!(webhook = %verified.id, why, "a signed callback is malformed");
                return Answer::Malformed(why);
            }
        };
        let webhook_id = verified.id;
        match self.desk.has_issued(&reference).await {
            Ok(true) => {}
            Ok(false) => {
                // Signed and yet about something that was never asked for: the alarm counts these.
                tracing::error!(webhook = %webhook_id, reference, "a signed callback names an unknown reference");
                return Answer::UnknownReference;
            }
            Err(trouble) => {
                tracing::warn!(webhook = %webhook_id, %trouble, "a callback must come again");
                return Answer::Unavailable;
            }
        }
        let message = ResultsMessage::Received { webhook_id: webhook_id.clone(), body };
        match self.desk.hand_on(&message).await {
            Ok(()) => {
                tracing::info!(webhook = %webhook_id, reference, secret = verified.secret, "a callback was taken");
                Answer::Taken
            }
            Err(trouble) => {
                tracing::warn!(webhook = %webhook_id, %trouble, "a callback must come again");
                Answer::Unavailable
            }
        }
    }
}

/// The reference that a callback is about, and the body as text. Whether the files are right is not decided here: wrong
/// ones are asked for again, malformed callbacks are not.
fn read(body: Vec<u8>) -> Result<(String, String), &'static str> {
    let body = String::from_utf8(body).map_err(|_| "The body is not UTF-8.")?;
    let callback: Callback =
        serde_json::from_str(&body).map_err(|_| "The body is not a job.finished or job.failed callback.")?;
    if callback.data.files.len() > CALLBACK_FILES_MAX {
        return Err("The callback announces too many files.");
    }
    if callback.kind == CallbackType::Failed && callback.data.error.is_none() {
        return Err("A job.failed callback carries an error.");
    }
    Ok((callback.data.reference, body))
}
