//! Who asks: an access token is verified here, in the function, and becomes a [`Person`].
//!
//! The token must be signed with a key of the configured issuer, be an access token (`token_use`), be made for this
//! client (`client_id`) and not have expired. Role and school come from the groups alone, which only whoever manages the
//! accounts can write: `teacher`, `evaluator`, `operator` and exactly one `school:<name>`.

mod keys;
mod person;
mod token;

pub(crate) use keys::Keys;
pub use person::{Person, Role};
pub(crate) use token::Expected;
#[cfg(test)]
pub(crate) use token::tests as test_tokens;

use crate::{Code, Problem, app::Api};
use axum::extract::FromRequestParts;
use http::{header, request::Parts};
use std::sync::Arc;

impl FromRequestParts<Arc<Api>> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let header = parts.headers.get(header::AUTHORIZATION).ok_or(Code::SignInRequired)?;
        let bearer = header.to_str().ok().and_then(bearer).ok_or(Code::SignInRequired)?;
        let claims = verify(api, bearer).await?;
        // Only whoever is who they say they are has an allowance that could be used up.
        let spent = api.allowances.spend(&claims.sub, api.clock.now().into());
        spent.map_err(|seconds| Problem::new(Code::TooManyRequests).retry_after(seconds))?;
        Self::of(&claims).ok_or_else(|| Problem::new(Code::AccountIncomplete))
    }
}

/// The token of `Bearer <token>`; the scheme's case does not matter (RFC 9110).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

async fn verify(api: &Api, bearer: &str) -> Result<token::Claims, Problem> {
    let refused = |refusal: token::Refusal| {
        tracing::info!(%refusal, "a token was refused");
        let expired = matches!(refusal, token::Refusal::Expired);
        Problem::new(if expired { Code::TokenExpired } else { Code::TokenInvalid })
    };
    let key_id = token::key_id(bearer).map_err(refused)?;
    let key = api.keys.find(&key_id).await.map_err(|error| {
        tracing::warn!(%error, "the issuer's keys cannot be read");
        Problem::new(Code::SignInUnavailable)
    })?;
    let key = key.ok_or_else(|| refused(token::Refusal::UnknownKey))?;
    token::claims(bearer, &key, &api.expected, api.clock.now().into()).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::bearer;

    #[test]
    fn only_a_bearer_token_counts() {
        assert_eq!(bearer("Bearer a.b.c"), Some("a.b.c"));
        assert_eq!(bearer("bearer  a.b.c "), Some("a.b.c"));
        for other in ["", "Bearer", "Bearer ", "Basic YTpi", "a.b.c"] {
            assert_eq!(bearer(other), None, "{other}");
        }
    }
}
