use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use contract::callback::NotACallback;
use serde::Serialize;
use std::borrow::Cow;

/// How long a sender is asked to wait before it comes again, in seconds: a throttled queue or table has recovered by then.
const RETRY_AFTER_SECONDS: u64 = 10;
/// The same where only too many came at once, in seconds: slow senders have lost their places by then ([`crate::BODY_TIME`]).
const BUSY_RETRY_AFTER_SECONDS: u64 = 6;

/// What a sender is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Kept: it need not be sent again.
    Taken,
    /// Believed, and not understood.
    Malformed(NotACallback),
    /// The body broke off.
    BrokenOff,
    /// The body took too long.
    TooSlow,
    /// Not believed. Why is for our logs: a forger learns nothing.
    Unsigned,
    /// About something that the sender was never asked.
    UnknownReference,
    /// Larger than callbacks are.
    TooLarge,
    /// Too many are being read at once.
    Busy,
    /// Could not be kept now.
    Unavailable,
}

/// Problem details (RFC 9457).
#[derive(Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: Cow<'static, str>,
}

impl Answer {
    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Taken => StatusCode::ACCEPTED,
            Self::Malformed(_) | Self::BrokenOff => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Unsigned => StatusCode::UNAUTHORIZED,
            Self::UnknownReference => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Seconds after which the sender is asked to come again.
    const fn retry_after_seconds(self) -> Option<u64> {
        match self {
            Self::Busy => Some(BUSY_RETRY_AFTER_SECONDS),
            Self::Unavailable => Some(RETRY_AFTER_SECONDS),
            _ => None,
        }
    }

    fn problem(self) -> Option<Problem> {
        let (code, title, detail) = match self {
            Self::Taken => return None,
            Self::Malformed(why) => {
                let detail = Cow::Owned(format!("Correct the callback: {why}."));
                return Some(self.told("callback-malformed", "The callback is malformed", detail));
            }
            Self::BrokenOff => ("callback-broke-off", "The callback broke off", "Send it again, whole."),
            Self::TooSlow => (
                "callback-too-slow",
                "The callback took too long",
                "Send it again, signed anew, with the same id, and all of it within five seconds.",
            ),
            Self::Unsigned => (
                "callback-not-signed",
                "The callback is not signed",
                "Sign id.timestamp.body with an active secret, as Standard Webhooks says, and send it within five minutes.",
            ),
            Self::UnknownReference => (
                "reference-unknown",
                "The reference is unknown",
                "Echo the reference that came with the job, unchanged.",
            ),
            Self::TooLarge => (
                "callback-too-large",
                "The callback is too large",
                "Send at most 256 KiB: a list of files, never the files.",
            ),
            Self::Busy => (
                "too-many-callbacks",
                "Too many callbacks come at once",
                "Send it again after the time in Retry-After, signed anew, with the same id.",
            ),
            Self::Unavailable => (
                "callback-not-kept",
                "The callback could not be kept",
                "Send it again later, signed anew, with the same id.",
            ),
        };
        Some(self.told(code, title, Cow::Borrowed(detail)))
    }

    const fn told(self, code: &'static str, title: &'static str, detail: Cow<'static, str>) -> Problem {
        Problem { title, status: self.status().as_u16(), code, detail }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let Some(problem) = self.problem() else { return self.status().into_response() };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
