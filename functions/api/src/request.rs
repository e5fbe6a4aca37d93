//! Reading a request: queries and JSON bodies whose mistakes are told, not guessed at.

use crate::{Code, Problem};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use bytes::Bytes;
use http::{StatusCode, request::Parts};
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
