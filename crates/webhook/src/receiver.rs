use crate::{Secret, header, secret::MAC_BYTES};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

/// How far the sender's clock may be from ours, either way (Standard Webhooks: five minutes).
pub const TOLERANCE_SECONDS: i64 = 300;
/// A rotation needs two active secrets; each costs an HMAC over the whole body for every stranger's request.
pub const SECRETS_MAX: usize = 4;

/// The three headers as they came, `None` where one is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    /// `webhook-id`.
    pub id: Option<&'a [u8]>,
    /// `webhook-timestamp`.
    pub timestamp: Option<&'a [u8]>,
    /// `webhook-signature`.
    pub signature: Option<&'a [u8]>,
}

/// A message that was sent, lately, by somebody who holds one of the secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The message's id.
    pub id: String,
    /// When it was sent, in seconds since 1970.
    pub timestamp_seconds: i64,
    /// Which of the receiver's secrets matched, from 0: tells an operator when a rotation is complete.
    pub secret: usize,
}

/// Why a message is not believed. All of these are final for this request: a sender that repeats signs anew.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Rejection {
    /// One of the three headers is not there.
    #[error("the header {header} is missing")]
    Missing { header: &'static str },
    /// Empty, too long, or with bytes that do not belong into an id; a `.` would make the signed bytes ambiguous.
    #[error("the webhook id of {bytes} bytes is malformed")]
    MalformedId { bytes: usize },
    /// Not a whole number of seconds in its shortest form.
    #[error("the webhook timestamp is malformed")]
    MalformedTimestamp,
    /// Sent too long ago: perhaps a replay.
    #[error("the webhook timestamp is {age_seconds} s old, more than {TOLERANCE_SECONDS} s")]
    Stale { age_seconds: i64 },
    /// Sent later than now: one of the two clocks is wrong.
    #[error("the webhook timestamp is {ahead_seconds} s ahead, more than {TOLERANCE_SECONDS} s")]
    Future { ahead_seconds: i64 },
    /// More signatures than a sender has reason to send.
    #[error("the webhook carries too many signatures")]
    TooManySignatures,
    /// None of the signatures was made with one of our secrets.
    #[error("no webhook signature matches")]
    NoMatch,
}

/// Believes messages that were signed with one of its secrets.
#[derive(Clone, Debug)]
pub struct Receiver {
    secrets: Vec<Secret>,
}

impl Receiver {
    /// A receiver with the active secrets, newest first. Only the first [`SECRETS_MAX`] count; with none, nothing is
    /// believed.
    pub fn new(mut secrets: Vec<Secret>) -> Self {
        secrets.truncate(SECRETS_MAX);
        Self { secrets }
    }

    /// Reads the headers of a message at `now_seconds` (since 1970), before any of its body: most of what strangers send
    /// ends here, and costs next to nothing.
    pub fn examine<'a>(&'a self, headers: Headers<'a>, now_seconds: i64) -> Result<Claim<'a>, Rejection> {
        let id = header::id(headers.id)?;
        let timestamp_seconds = header::timestamp(headers.timestamp, now_seconds)?;
        let candidates = header::signatures(headers.signature)?;
        if candidates.is_empty() {
            return Err(Rejection::NoMatch);
        }
        Ok(Claim { secrets: &self.secrets, id, timestamp_seconds, candidates })
    }

    /// Whether the raw `body` was sent by a holder of a secret within five minutes of `now_seconds` (since 1970).
    pub fn verify(&self, headers: Headers<'_>, body: &[u8], now_seconds: i64) -> Result<Verified, Rejection> {
        self.examine(headers, now_seconds)?.prove(body)
    }
}

/// What the headers of a message say, not yet believed.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    secrets: &'a [Secret],
    id: &'a str,
    timestamp_seconds: i64,
    candidates: Vec<[u8; MAC_BYTES]>,
}

impl Claim<'_> {
    /// Believes the claim if one of its signatures covers the raw `body`.
    ///
    /// The work is bounded: at most [`SECRETS_MAX`] HMACs over the body and [`crate::SIGNATURES_MAX`] comparisons for
    /// each, whatever a stranger sends. How long it takes says nothing about a secret: every signature is compared
    /// whole, with every secret.
    pub fn prove(&self, body: &[u8]) -> Result<Verified, Rejection> {
        let timestamp = self.timestamp_seconds.to_string();
        let mut matched = None;
        for (index, secret) in self.secrets.iter().enumerate() {
            let expected = secret.mac(self.id.as_bytes(), timestamp.as_bytes(), body);
            let mut any = subtle::Choice::from(0);
            for candidate in &self.candidates {
                any |= candidate.ct_eq(&expected);
            }
            if bool::from(any) && matched.is_none() {
                matched = Some(index);
            }
        }
        let secret = matched.ok_or(Rejection::NoMatch)?;
        Ok(Verified { id: self.id.to_owned(), timestamp_seconds: self.timestamp_seconds, secret })
    }
}
