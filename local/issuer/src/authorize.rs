//! The page of accounts, and the way back to the application (RFC 6749, 4.1, with RFC 7636).

use crate::{
    ACCOUNTS, Account,
    grants::{Binding, Grant},
    issuer::Inner,
};
use axum::{
    Form,
    extract::{Query, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use http::StatusCode;
use serde::Deserialize;
use std::{fmt::Write as _, sync::Arc};
use url::{Host, Url};

/// A challenge is a SHA-256 in base64url.
const CHALLENGE_CHARS: usize = 43;

/// What an application asks for. `account` is there when somebody chose on the page.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    response_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    code_challenge: String,
    #[serde(default)]
    code_challenge_method: String,
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
        Ok(_) => Html(accounts_page(&wish)).into_response(),
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
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sign-in refused</title>\
         <h1>This sign-in cannot go on</h1><p>{wrong}.</p>\
         <p>Go back to the application and begin again; if it happens again, its settings are wrong.</p></html>"
    );
    (StatusCode::BAD_REQUEST, Html(page)).into_response()
}

fn accounts_page(wish: &Wish) -> String {
    let fields = [
        ("response_type", &wish.response_type),
        ("client_id", &wish.client_id),
        ("redirect_uri", &wish.redirect_uri),
        ("state", &wish.state),
        ("nonce", &wish.nonce),
        ("code_challenge", &wish.code_challenge),
        ("code_challenge_method", &wish.code_challenge_method),
    ];
    let mut form = String::new();
    // Writing to a string does not fail.
    for (name, value) in fields {
        let _ = write!(form, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value));
    }
    for Account { username, role, school } in ACCOUNTS {
        let _ = write!(
            form,
            "<p><button name=\"account\" value=\"{username}\"><b>{username}</b><br>{role} of {school}</button></p>"
        );
    }
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Development sign-in</title>\
         <style>body{{font:1rem/1.5 system-ui;max-width:24rem;margin:2rem auto;padding:0 1rem}}\
         button{{font:inherit;width:100%;padding:.5rem;text-align:left}}</style>\
         <h1>Who are you?</h1><p>This is a development sign-in: it asks for no password and works on this machine only.</p>\
         <form method=\"post\">{form}</form></html>"
    )
}

fn escaped(text: &str) -> String {
    let escape = |c| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        c => String::from(c),
    };
    text.chars().map(escape).collect()
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
