//! The front door: where a distribution with a firewall stands before the API, whoever comes around it finds nothing.
//!
//! An HTTP API's own address stays public, and no firewall can be attached to it. So the distribution adds a header that
//! nobody else knows (`infra/edge.yaml`), and this function knows the SHA-256 of its value, which is no secret.

use crate::{Code, Problem};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use edge::{Misconfigured, Variables};
use sha2::{Digest as _, Sha256};

/// The header that the distribution adds.
const HEADER: &str = "x-lectern-edge";

/// What the header's value must have as its SHA-256; nothing is asked where none is configured.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FrontDoor(Option<[u8; 32]>);

impl FrontDoor {
    /// As `EDGE_KEY_SHA256` says, in hexadecimal digits.
    pub(crate) fn new(variables: &Variables) -> Result<Self, Misconfigured> {
        const NAME: &str = "EDGE_KEY_SHA256";
        let Some(value) = variables.optional(NAME) else { return Ok(Self(None)) };
        let mut digest = [0; 32];
        hex::decode_to_slice(value, &mut digest).map_err(|_| Misconfigured::Malformed {
            name: NAME.to_owned(),
            value: value.to_owned(),
            expected: "64 hexadecimal digits",
        })?;
        Ok(Self(Some(digest)))
    }

    fn lets_in(self, request: &Request) -> bool {
        let Some(expected) = self.0 else { return true };
        let shown = request.headers().get(HEADER);
        // Digests are compared, so the time that it takes tells nothing of the key.
        shown.is_some_and(|shown| Sha256::digest(shown.as_bytes())[..] == expected)
    }
}

/// Answers whoever came around the distribution as if nothing were here.
pub(crate) async fn pass(
    State(door): State<FrontDoor>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if door.lets_in(&request) { Ok(next.run(request).await) } else { Err(Code::NotFound.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    const KEY: &str = "a-key-that-only-the-distribution-knows";

    fn door(digest: &str) -> Result<FrontDoor, Misconfigured> {
        FrontDoor::new(&Variables::new([("EDGE_KEY_SHA256".to_owned(), digest.to_owned())]))
    }

    #[test]
    fn only_who_knows_the_key_comes_in() {
        let door = door(&hex::encode(Sha256::digest(KEY))).unwrap();
        let with = |key: Option<&str>| {
            let request = key.into_iter().fold(Request::get("/"), |request, key| request.header(HEADER, key));
            door.lets_in(&request.body(Body::empty()).unwrap())
        };
        assert!(with(Some(KEY)));
        assert!(!with(Some("another")) && !with(Some("")) && !with(None));
    }

    #[test]
    fn without_a_distribution_everybody_comes_in() {
        let request = Request::get("/").body(Body::empty()).unwrap();
        assert!(door("").unwrap().lets_in(&request) && FrontDoor::default().lets_in(&request));
    }

    #[test]
    fn a_digest_of_another_kind_is_refused() {
        for wrong in ["key", "00", &"g".repeat(64), &"0".repeat(65)] {
            assert!(door(wrong).is_err(), "{wrong}");
        }
    }
}
