//! Reading a request: queries and JSON bodies whose mistakes are told, not guessed at.

use crate::{Code, Problem};
use axum::{
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use serde::de::DeserializeOwned;

/// The query of a request. A parameter that is not known is refused: a filter with a typing mistake must not show everything.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = Query::<T>::try_from_uri(&parts.uri);
        read.map(|Query(value)| Self(value))
            .map_err(|rejection| Problem::new(Code::ParameterWrong).because(rejection.body_text()))
    }
}

/// The parts of a request's path that vary. Bytes that are no text name nothing that there is.
pub(crate) struct Named<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(value)| Self(value)).map_err(|_| Code::NotFound.into())
    }
}

/// A JSON body, whatever content type it was sent with.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::new(Code::BodyTooLarge)
            } else {
                Problem::new(Code::BodyMalformed).because(rejection.body_text())
            }
        })?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Problem::new(Code::BodyMalformed).because(error.to_string()))
    }
}

/// Whether `If-None-Match` names this entity tag, quotes included; weak and strong ones are compared alike (RFC 9110, 13.1.2).
pub(crate) fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|known| known.trim() == "*" || opaque(known) == opaque(tag))
}

/// What is between the quotes of `If-None-Match`, if it names one tag.
pub(crate) fn known_tag(headers: &HeaderMap) -> Option<&str> {
    let tag = headers.get(header::IF_NONE_MATCH)?.to_str().ok()?.trim();
    let tag = tag.trim_start_matches("W/").strip_prefix('"')?.strip_suffix('"')?;
    (!tag.contains('"')).then_some(tag)
}

/// An answer with this entity tag; 304 to whoever has it.
pub(crate) fn tagged(headers: &HeaderMap, tag: &str, answer: impl IntoResponse) -> Response {
    let tag = format!("\"{tag}\"");
    let mut response =
        if knows(headers, &tag) { StatusCode::NOT_MODIFIED.into_response() } else { answer.into_response() };
    response.headers_mut().extend(HeaderValue::try_from(tag).ok().map(|tag| (header::ETAG, tag)));
    response
}

/// A parameter that is absent or empty is not there.
pub(crate) fn given(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}

/// Reads a parameter that is one of a few words.
pub(crate) fn word<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Problem> {
    value.parse().map_err(|_| {
        let shown: String = value.chars().take(40).collect();
        Problem::new(Code::ParameterWrong).because(format!("{name}={shown:?} is not known"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_without_their_weakness() {
        let check = |line: &'static str, expect: (bool, Option<&str>)| {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(line))]);
            assert_eq!((knows(&headers, "\"a\""), known_tag(&headers)), expect, "{line}");
        };
        check("\"a\"", (true, Some("a")));
        check("W/\"a\"", (true, Some("a")));
        check("\"b\", W/\"a\"", (true, None));
        check("*", (true, None));
        check("\"b\"", (false, Some("b")));
        check("a", (false, None));
        check("", (false, None));
        assert!(!knows(&HeaderMap::new(), "\"a\""));
    }
}
