use crate::{
    fault::Fault,
    mischief::{Answer, Word},
    wire::{Reason, Refusal},
};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse as _, Response},
};

/// Marks a response that is never sent: the connection is closed instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoAnswer;

/// A refusal: a stable word and a plain sentence.
pub(super) fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let reason = Reason { code: code.to_owned(), message: message.to_owned() };
    (status, Json(Refusal { error: reason })).into_response()
}

/// A refusal because of the file, or of the processor's own trouble.
pub(super) fn of_fault(fault: &Fault) -> Response {
    let status = match fault {
        Fault::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Fault::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Fault::Internal(_) | Fault::Source(_) => StatusCode::SERVICE_UNAVAILABLE,
        Fault::Empty
        | Fault::NoText
        | Fault::Encrypted
        | Fault::Truncated(_)
        | Fault::Malformed(_)
        | Fault::Digest => StatusCode::UNPROCESSABLE_ENTITY,
    };
    refusal(status, fault.code(), &fault.to_string())
}

/// Asks to come back later.
pub(super) fn with_retry_after(mut response: Response, seconds: Option<u64>) -> Response {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// No answer at all.
pub(super) fn none() -> Response {
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    response.extensions_mut().insert(NoAnswer);
    response
}

/// An answer from a script; `None` where the truth is to be said.
pub(super) fn scripted(answer: Answer) -> Option<Response> {
    match answer {
        Answer::Status(code) => {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Some(refusal(status, "scripted-answer", "This answer comes from a script"))
        }
        Answer::Word(Word::Drop | Word::Lost) => Some(none()),
        Answer::Word(Word::Accept | Word::Unknown) => None,
    }
}
