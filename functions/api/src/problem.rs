use axum::{
    Json,
    response::{IntoResponse, Response},
};
use document::Failure;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// What can be wrong with a request, or with us: the stable word that programs match on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    SignInRequired,
    TokenInvalid,
    TokenExpired,
    SignInUnavailable,
    AccountIncomplete,
    RoleRequired,
    NotFound,
    MethodNotAllowed,
    BodyTooLarge,
    BodyMalformed,
    ParameterWrong,
    CursorMalformed,
    FileNameWrong,
    FieldWrong,
    UploadComplete,
    UploadGone,
    PartsWrong,
    DocumentNotReady,
    DocumentDeleted,
    NoCaptions,
    CaptionsTooLarge,
    StoredFileDamaged,
    PassageWrong,
    MomentWrong,
    NoteChanged,
    NoteIdTaken,
    NoteOfSomebodyElse,
    NotesFull,
    TooManyRequests,
    Unavailable,
}

/// What goes with a code: the status, the word, the title and what to do next.
struct Facts(StatusCode, &'static str, &'static str, &'static str);

impl Code {
    /// Every code.
    pub const ALL: [Self; 30] = [
        Self::SignInRequired,
        Self::TokenInvalid,
        Self::TokenExpired,
        Self::SignInUnavailable,
        Self::AccountIncomplete,
        Self::RoleRequired,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::BodyTooLarge,
        Self::BodyMalformed,
        Self::ParameterWrong,
        Self::CursorMalformed,
        Self::FileNameWrong,
        Self::FieldWrong,
        Self::UploadComplete,
        Self::UploadGone,
        Self::PartsWrong,
        Self::DocumentNotReady,
        Self::DocumentDeleted,
        Self::NoCaptions,
        Self::CaptionsTooLarge,
        Self::StoredFileDamaged,
        Self::PassageWrong,
        Self::MomentWrong,
        Self::NoteChanged,
        Self::NoteIdTaken,
        Self::NoteOfSomebodyElse,
        Self::NotesFull,
        Self::TooManyRequests,
        Self::Unavailable,
    ];

    /// The word that answers carry.
    pub const fn as_str(self) -> &'static str {
        self.facts().1
    }

    const fn facts(self) -> Facts {
        match self {
            Self::SignInRequired
            | Self::TokenInvalid
            | Self::TokenExpired
            | Self::SignInUnavailable
            | Self::AccountIncomplete
            | Self::RoleRequired => self.facts_of_persons(),
            Self::NotFound
            | Self::MethodNotAllowed
            | Self::BodyTooLarge
            | Self::BodyMalformed
            | Self::ParameterWrong
            | Self::CursorMalformed
            | Self::FileNameWrong
            | Self::FieldWrong
            | Self::TooManyRequests => self.facts_of_requests(),
            Self::PassageWrong
            | Self::MomentWrong
            | Self::NoteChanged
            | Self::NoteIdTaken
            | Self::NoteOfSomebodyElse
            | Self::NotesFull => self.facts_of_notes(),
            _ => self.facts_of_documents(),
        }
    }

    const fn facts_of_persons(self) -> Facts {
        match self {
            Self::TokenExpired => {
                Facts(StatusCode::UNAUTHORIZED, "token-expired", "Your sign-in has expired", "Sign in again.")
            }
            Self::TokenInvalid => Facts(
                StatusCode::UNAUTHORIZED,
                "token-invalid",
                "This sign-in is not valid here",
                "Sign in again.",
            ),
            Self::SignInUnavailable => Facts(
                StatusCode::SERVICE_UNAVAILABLE,
                "sign-in-unavailable",
                "Sign-ins cannot be checked just now",
                "Try again in a few seconds.",
            ),
            Self::AccountIncomplete => Facts(
                StatusCode::FORBIDDEN,
                "account-incomplete",
                "Your account lacks a role or a school",
                "Ask whoever manages the accounts to give you a role and exactly one school.",
            ),
            Self::RoleRequired => Facts(
                StatusCode::FORBIDDEN,
                "role-required",
                "Your role does not allow this",
                "Ask somebody who has the role.",
            ),
            _ => Facts(
                StatusCode::UNAUTHORIZED,
                "sign-in-required",
                "You are not signed in",
                "Sign in and send the access token as Authorization: Bearer.",
            ),
        }
    }

    const fn facts_of_requests(self) -> Facts {
        match self {
            Self::MethodNotAllowed => Facts(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This address does not take this method",
                "Use one of the methods that the Allow header names.",
            ),
            Self::BodyTooLarge => Facts(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body-too-large",
                "The request is too large",
                "Send a smaller request; files go to the part addresses, not here.",
            ),
            Self::BodyMalformed => Facts(
                StatusCode::BAD_REQUEST,
                "body-malformed",
                "The request's JSON is not as expected",
                "Correct the request as the detail says.",
            ),
            Self::ParameterWrong => Facts(
                StatusCode::BAD_REQUEST,
                "parameter-wrong",
                "A parameter is unknown or has a wrong value",
                "Correct the parameter that the detail names.",
            ),
            Self::CursorMalformed => Facts(
                StatusCode::BAD_REQUEST,
                "cursor-malformed",
                "This cursor was not given out for this list",
                "Begin again without a cursor.",
            ),
            Self::FileNameWrong => Facts(
                StatusCode::UNPROCESSABLE_ENTITY,
                "file-name-wrong",
                "This file name cannot be used",
                "Rename the file as the detail says and hand it in again.",
            ),
            Self::TooManyRequests => Facts(
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-requests",
                "Too many requests come at once",
                "Try again after the time in Retry-After.",
            ),
            Self::FieldWrong => Facts(
                StatusCode::UNPROCESSABLE_ENTITY,
                "field-wrong",
                "A field has a wrong value",
                "Correct the field that the detail names.",
            ),
            _ => Facts(
                StatusCode::NOT_FOUND,
                "not-found",
                "There is nothing here that you may see",
                "Check the address, and that you are signed in as the right person.",
            ),
        }
    }

    const fn facts_of_notes(self) -> Facts {
        match self {
            Self::PassageWrong => Facts(
                StatusCode::UNPROCESSABLE_ENTITY,
                "passage-wrong",
                "The document does not have this passage",
                "Read the document again and mark the passage anew.",
            ),
            Self::MomentWrong => Facts(
                StatusCode::UNPROCESSABLE_ENTITY,
                "moment-wrong",
                "The document does not have this moment",
                "Correct the moment as the detail says.",
            ),
            Self::NoteChanged => Facts(
                StatusCode::CONFLICT,
                "note-changed",
                "The note was changed in the meantime",
                "Read the notes again and decide which text should stay.",
            ),
            Self::NoteIdTaken => Facts(
                StatusCode::CONFLICT,
                "note-id-taken",
                "Another note has this id",
                "Send the note with another id, or without one.",
            ),
            Self::NotesFull => Facts(
                StatusCode::CONFLICT,
                "notes-full",
                "This document has as many notes as it can hold",
                "Delete a note, or put what you want to say into one of yours.",
            ),
            _ => Facts(
                StatusCode::FORBIDDEN,
                "note-of-somebody-else",
                "Only who wrote a note changes or deletes it",
                "Write a note of your own.",
            ),
        }
    }

    const fn facts_of_documents(self) -> Facts {
        match self {
            Self::UploadComplete => Facts(
                StatusCode::CONFLICT,
                "upload-complete",
                "The upload is complete already",
                "Delete the document instead, if it should not be there.",
            ),
            Self::UploadGone => Facts(
                StatusCode::GONE,
                "upload-gone",
                "This upload is not under way any more",
                "Begin a new upload of the same file.",
            ),
            Self::PartsWrong => Facts(
                StatusCode::CONFLICT,
                "parts-wrong",
                "The parts that were named are not the parts that arrived",
                "Ask for the upload's state, send what is missing and complete it again.",
            ),
            Self::DocumentNotReady => Facts(
                StatusCode::CONFLICT,
                "document-not-ready",
                "This document has nothing to show yet",
                "Look at its status, and ask again when it is ready.",
            ),
            Self::DocumentDeleted => Facts(
                StatusCode::GONE,
                "document-deleted",
                "This document was deleted",
                "Hand the file in again if it is still needed.",
            ),
            Self::NoCaptions => Facts(
                StatusCode::NOT_FOUND,
                "no-captions",
                "This document has no captions",
                "Read the document itself instead.",
            ),
            Self::CaptionsTooLarge => Facts(
                StatusCode::UNPROCESSABLE_ENTITY,
                "captions-too-large",
                "The captions are too long to be sent in one answer",
                "Read the transcript in the normalized document.",
            ),
            Self::StoredFileDamaged => Facts(
                StatusCode::INTERNAL_SERVER_ERROR,
                "stored-file-damaged",
                "A stored file is not what it was when it was written",
                "Tell the operator; the original can be processed again.",
            ),
            _ => Facts(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Something that we need does not answer",
                "Try again in a few seconds.",
            ),
        }
    }
}

/// Seconds after which to try again what is passing.
const RETRY_AFTER_SECONDS: u32 = 5;

/// An error as RFC 9457 wants it told, with a stable `code` and a `next_action` beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: Cow<'static, str>,
    title: Cow<'static, str>,
    detail: Option<String>,
    next_action: Cow<'static, str>,
    /// In seconds; there is a default for what passes.
    retry_after: Option<u32>,
}

/// `application/problem+json`: an error as RFC 9457 has it, with what to match on and what to do next.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Told<'a> {
    /// `urn:lectern:problem:<code>`.
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// The stable word.
    code: &'a str,
    next_action: &'a str,
}

impl Problem {
    /// The problem that `code` stands for.
    pub fn new(code: Code) -> Self {
        let Facts(status, code, title, next_action) = code.facts();
        Self {
            status,
            code: code.into(),
            title: title.into(),
            detail: None,
            next_action: next_action.into(),
            retry_after: None,
        }
    }

    /// A failure of a document, told with its own words and next action.
    pub fn of_failure(status: StatusCode, failure: Failure) -> Self {
        Self {
            status,
            code: failure.code.into(),
            title: failure.message.into(),
            detail: None,
            next_action: failure.next_action.into(),
            retry_after: None,
        }
    }

    /// Adds what is known of this case.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Says after how many seconds to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable word.
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<edge::Trouble> for Problem {
    /// What exactly does not answer is for the log, not for whoever asked.
    fn from(trouble: edge::Trouble) -> Self {
        tracing::warn!(%trouble, retryable = trouble.is_retryable(), "a request could not be served");
        Self::new(Code::Unavailable)
    }
}

/// The same for an error of an AWS client.
pub(crate) fn unavailable(what: &str) -> impl Fn(&dyn std::error::Error) -> Problem + '_ {
    move |error| {
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            reason = format!("{reason}: {cause}");
            source = cause.source();
        }
        tracing::warn!(what, reason, "a request could not be served");
        Problem::new(Code::Unavailable)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Told {
            kind: format!("urn:lectern:problem:{}", self.code),
            title: &self.title,
            status: self.status.as_u16(),
            detail: self.detail.as_deref(),
            code: &self.code,
            next_action: &self.next_action,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        let passes = matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
        let retry_after = self.retry_after.or_else(|| passes.then_some(RETRY_AFTER_SECONDS));
        headers.extend(retry_after.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;
    use std::collections::BTreeSet;

    #[tokio::test]
    async fn every_code_is_told_as_a_problem_document() {
        let mut words = BTreeSet::new();
        for code in Code::ALL {
            assert!(words.insert(code.as_str()), "{} stands for two things", code.as_str());
            let problem = Problem::new(code).because("what is known");
            let status = problem.status();
            assert!(status.is_client_error() || status.is_server_error());
            let response = problem.into_response();
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["status"], status.as_u16());
            assert_eq!(body["code"], code.as_str());
            assert_eq!(body["type"], format!("urn:lectern:problem:{}", code.as_str()));
            assert_eq!(body["detail"], "what is known");
            assert!(body["next_action"].as_str().unwrap().ends_with('.'), "{body}");
            assert!(!body["title"].as_str().unwrap().ends_with('.'), "{body}");
        }
    }

    #[test]
    fn a_refused_sign_in_names_the_scheme_and_a_passing_problem_the_time() {
        let refused = Problem::new(Code::TokenExpired).into_response();
        assert_eq!(refused.headers()[header::WWW_AUTHENTICATE], "Bearer");
        let passing = Problem::new(Code::Unavailable).into_response();
        assert_eq!(passing.headers()[header::RETRY_AFTER], "5");
    }
}
