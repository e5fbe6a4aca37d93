//! What may come instead of what was asked for, by the reason why it may.

use std::collections::BTreeMap;
use utoipa::{
    IntoResponses,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

macro_rules! refusals {
    ($($(#[$about:meta])* $name:ident { $($status:literal $what:literal),+ })+) => {
        $($(#[$about])* pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([$(($status.to_owned(), problem($what))),+])
            }
        })+
    };
}

refusals! {
    /// Of every request with a token.
    Asked {
        "401" "Nobody is signed in, or no longer",
        "403" "The role or the account does not allow it",
        "429" "Too many requests; Retry-After says when to come again",
        "503" "Something that is needed does not answer; Retry-After says when to come again"
    }
    /// Of a request without one that asks the issuer.
    Away { "503" "The issuer does not answer; Retry-After says when to come again" }
    /// Of a request with parameters.
    Parametrised { "400" "A parameter is unknown or wrong" }
    /// Of a request with a body.
    Sent {
        "400" "The body is not as expected",
        "413" "The body, or the file that it announces, is too large"
    }
    /// Of a request whose fields are checked.
    Checked { "422" "A field has a value that cannot be taken" }
    /// Of a file type that is not taken.
    Unsupported { "415" "Files of this type are not taken" }
    /// Of a request about one thing.
    Found { "404" "There is nothing here that this person may see" }
    /// Of a request about one thing that may be over.
    Gone { "410" "It is deleted, or over" }
    /// Of a request that things may stand in the way of.
    Conflicting { "409" "As things stand it cannot be done" }
    /// Of a request that reads a stored file.
    Damaged { "500" "A stored file is damaged" }
}

fn problem(what: &str) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(what).content("application/problem+json", content).build().into()
}

/// To whoever has named the entity tag that still counts.
pub(crate) struct Unchanged;

impl IntoResponses for Unchanged {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let unchanged = ResponseBuilder::new().description("It is still what If-None-Match names").build();
        BTreeMap::from([("304".to_owned(), unchanged.into())])
    }
}
