//! Who signs in, and the way back to the application (RFC 6749, 4.1, with RFC 7636).

use crate::{
    Account,
    grants::{Binding, Grant},
    issuer::Inner,
    page::{accounts, refused},
};
use axum::{
    Form,
    extract::{Query, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use url::{Host, Url};

/// A challenge is a SHA-256 in base64url.
const CHALLENGE_CHARS: usize = 43;

/// What an application asks for. `account` is there when somebody chose on the page.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    pub(crate) response_type: String,
    #[serde(default)]
    pub(crate) client_id: String,
    #[serde(default)]
    pub(crate) redirect_uri: String,
    #[serde(default)]
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) nonce: String,
    #[serde(default)]
    pub(crate) code_challenge: String,
    #[serde(default)]
    pub(crate) code_challenge_method: String,
    #[serde(default)]
    account: String,
}

impl Wish {
    /// Where to go back to, or what is wrong with the request. Nobody is sent anywhere before this is settled.
    fn check(&self, issuer: &Inner) -> Result<Url, &'static str> {
        if !issuer.is_client(&self.client_id) {
            return Err("client_id is not the one that this issuer makes tokens for");
        }
        let back = Url::parse(&self.redirect_uri).ok().filter(is_loopback);
        let back = back.ok_or("redirect_uri is not an http address on this machine")?;
        if self.response_type != "code" {
            return Err("response_type is not code");
        }
        if self.code_challenge_method != "S256" || self.code_challenge.len() != CHALLENGE_CHARS {
            return Err("code_challenge is not there, or code_challenge_method is not S256");
        }
        Ok(back)
    }
}

/// Whether an address is on this machine: 127.0.0.0/8, `::1` or `localhost`, over http(s), without a fragment or a user.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    here && plain && matches!(url.scheme(), "http" | "https")
}

pub(crate) async fn page(State(issuer): State<Arc<Inner>>, Query(wish): Query<Wish>) -> Response {
    match wish.check(&issuer) {
        Ok(_) => Html(accounts(&wish)).into_response(),
        Err(wrong) => refusal(wrong),
    }
}

/// Somebody chose an account: back to the application with a code.
pub(crate) async fn choose(State(issuer): State<Arc<Inner>>, Form(wish): Form<Wish>) -> Response {
    let mut back = match wish.check(&issuer) {
        Ok(back) => back,
        Err(wrong) => return refusal(wrong),
    };
    let Some(account) = Account::named(&wish.account) else {
        return refusal("account is none of those on the page");
    };
    let code = issuer.give(Grant {
        account,
        client_id: wish.client_id,
        binding: Some(Binding { redirect_uri: wish.redirect_uri, code_challenge: wish.code_challenge }),
        nonce: Some(wish.nonce).filter(|nonce| !nonce.is_empty()),
    });
    back.query_pairs_mut().append_pair("code", &code);
    if !wish.state.is_empty() {
        back.query_pairs_mut().append_pair("state", &wish.state);
    }
    Redirect::to(back.as_str()).into_response()
}

fn refusal(wrong: &str) -> Response {
    (StatusCode::BAD_REQUEST, Html(refused(wrong))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_back_to_this_machine_only() {
        let check = |url: &str, expect| {
            assert_eq!(Url::parse(url).is_ok_and(|url| is_loopback(&url)), expect, "{url}");
        };
        check("http://127.0.0.1:8080/", true);
        check("http://127.8.8.8/x?y=z", true);
        check("http://[::1]:3000/callback", true);
        check("http://localhost:8080/", true);
        check("http://localhost.example.org/", false);
        check("http://127.0.0.1.example.org/", false);
        check("http://127.0.0.1@example.org/", false);
        check("http://example.org@127.0.0.1/", false);
        check("http://[::ffff:127.0.0.1]/", false);
        check("https://example.org/", false);
        check("javascript:alert(1)", false);
        check("http://127.0.0.1/#x", false);
        check("", false);
    }
}
