use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// How long a sender is asked to wait before it comes again, in seconds.
const RETRY_AFTER_SECONDS: u64 = 10;

/// What a sender is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Kept: it need not be sent again.
    Taken,
    /// Believed, and not understood.
    Malformed(&'static str),
    /// Not believed. Why is for our logs: a forger learns nothing.
    Unsigned,
    /// About something that the sender was never asked.
    UnknownReference,
    /// Larger than callbacks are.
    TooLarge,
    /// Could not be kept now.
    Unavailable,
}

/// Problem details (RFC 9457).
#[derive(Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: &'static str,
}

impl Answer {
    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Taken => StatusCode::ACCEPTED,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Unsigned => StatusCode::UNAUTHORIZED,
            Self::UnknownReference => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn problem(self) -> Option<Problem> {
        let (code, title, detail) = match self {
            Self::Taken => return None,
            Self::Malformed(detail) => ("callback-malformed", "The callback is malformed", detail),
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
            Self::Unavailable => (
                "callback-not-kept",
                "The callback could not be kept",
                "Send it again later, signed anew, with the same id.",
            ),
        };
        Some(Problem { title, status: self.status().as_u16(), code, detail })
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let Some(problem) = self.problem() else { return self.status().into_response() };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self == Self::Unavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        response
    }
}
