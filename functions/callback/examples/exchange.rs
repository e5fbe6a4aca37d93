//! The function's side of an exchange with foreign implementations of Standard Webhooks, for `tests/webhooks/run`.
//!
//! `exchange judge` reads signed messages, one JSON object a line, and hands each to the function as an HTTP request, then
//! once more with one bit changed; it fails unless the first is believed and the second is not. `exchange sign COUNT`
//! writes messages of its own for others to judge.

use anyhow::{Context, ensure};
use async_trait::async_trait;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use callback::{Desk, PATH};
use clock::{Clock as _, SystemClock, SystemRandom};
use contract::{callback::Callback, queue::ResultsMessage};
use edge::Trouble;
use serde::{Deserialize, Serialize};
use std::{
    io::{BufRead as _, Write as _},
    sync::Arc,
};
use tower::ServiceExt as _;
use webhook::{Receiver, Secret};

/// Longest random body, in characters.
const BODY_CHARS_MAX: usize = 2000;
/// Each kind of body must come at least this often, or the exchange proves little.
const EACH_KIND_MIN: usize = 100;

/// A message on its way, with the secrets that its receiver holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Message {
    secrets: Vec<String>,
    id: String,
    timestamp: i64,
    signature: String,
    /// Base64.
    body: String,
}

/// A desk that knows every reference and keeps nothing.
#[derive(Debug)]
struct Open;

#[async_trait]
impl Desk for Open {
    async fn has_issued(&self, _: &str) -> Result<bool, Trouble> {
        Ok(true)
    }

    async fn hand_on(&self, _: &ResultsMessage) -> Result<(), Trouble> {
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["judge"] => judge().await,
        ["sign", count] => sign(count.parse()?),
        _ => anyhow::bail!("either `judge` or `sign COUNT`"),
    }
}

/// Judges what comes on standard input.
async fn judge() -> anyhow::Result<()> {
    let (mut taken, mut believed, mut empty) = (0, 0, 0);
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let message: Message = serde_json::from_str(&line).context("a message")?;
        let body = STANDARD.decode(&message.body)?;
        let is_callback = Callback::read(&body).is_ok();
        let expect = if is_callback { StatusCode::ACCEPTED } else { StatusCode::BAD_REQUEST };
        let status = knock(&message, &message.id, body.clone()).await?;
        ensure!(status == expect, "{status} for {line}");
        let (id, body) = changed(&message.id, body);
        empty += usize::from(body.is_empty());
        let status = knock(&message, &id, body).await?;
        ensure!(status == StatusCode::UNAUTHORIZED, "{status} for what was changed of {line}");
        *if is_callback { &mut taken } else { &mut believed } += 1;
    }
    ensure!(taken.min(believed) >= EACH_KIND_MIN && empty > 0, "{taken}, {believed} and {empty} are too few");
    let total = taken + believed;
    writeln!(
        std::io::stdout(),
        "{total} believed ({taken} callbacks, {believed} other bodies, {empty} empty), {total} changed ones refused"
    )?;
    Ok(())
}

async fn knock(message: &Message, id: &str, body: Vec<u8>) -> anyhow::Result<StatusCode> {
    let secrets: Result<Vec<_>, _> = message.secrets.iter().map(|secret| Secret::parse(secret)).collect();
    let traces = edge::Traces::new(Arc::new(SystemRandom), Arc::new(SystemClock), edge::Spans::default());
    let keys = Arc::new(Receiver::new(secrets?));
    let router = callback::router(Arc::new(Open), keys, Arc::new(SystemClock), traces);
    let request = Request::post(PATH)
        .header(webhook::ID, id)
        .header(webhook::TIMESTAMP, message.timestamp)
        .header(webhook::SIGNATURE, &message.signature)
        .body(Body::from(body))?;
    Ok(router.oneshot(request).await?.status())
}

/// The same message with one bit flipped: of its body, or of its id if the body is empty.
fn changed(id: &str, mut body: Vec<u8>) -> (String, Vec<u8>) {
    let middle = body.len() / 2;
    match body.get_mut(middle) {
        Some(byte) => {
            *byte ^= 1;
            (id.to_owned(), body)
        }
        None => (format!("{id}_"), body),
    }
}

/// Writes random messages to standard output: text of any script and length, some of them signed during a rotation.
fn sign(count: usize) -> anyhow::Result<()> {
    let mut random = fastrand::Rng::with_seed(7);
    let now = SystemClock.now().as_second();
    let mut out = std::io::stdout().lock();
    for number in 0..count {
        let keys: Vec<Vec<u8>> = (0..random.usize(1..=3))
            .map(|_| (0..random.usize(24..=64)).map(|_| random.u8(..)).collect())
            .collect();
        let chars = if random.u8(..8) == 0 { 0 } else { random.usize(..BODY_CHARS_MAX) };
        let body: String = (0..chars).map(|_| random.char(..)).collect();
        let (id, timestamp) = (format!("msg_{number}"), now + random.i64(-200..200));
        let signatures: Result<Vec<_>, _> = keys
            .iter()
            .map(|key| Secret::from_bytes(key).map(|secret| secret.sign(&id, timestamp, body.as_bytes())))
            .collect();
        let message = Message {
            secrets: keys.iter().map(|key| format!("whsec_{}", STANDARD.encode(key))).collect(),
            id,
            timestamp,
            signature: signatures?.join(" "),
            body: STANDARD.encode(&body),
        };
        writeln!(out, "{}", serde_json::to_string(&message)?)?;
    }
    Ok(())
}
