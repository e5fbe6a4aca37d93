//! A development OIDC issuer: signs people in on one machine with the claims that Amazon Cognito would send.
//!
//! Everybody who reaches it can be anybody: there is no password. So it must be reachable on loopback only, and it sends
//! people back to loopback only.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /.well-known/openid-configuration` | the discovery document |
//! | `GET /jwks.json` | the public key |
//! | `GET /authorize?response_type=code&client_id=&redirect_uri=&state=&code_challenge=&code_challenge_method=S256` | a page of accounts; each leads back with `code` and `state` |
//! | `GET` or `POST /end-session?client_id=&post_logout_redirect_uri=&state=` | back to where the application wants (RP-Initiated Logout 1.0) |
//! | `POST /token` (`grant_type=authorization_code`, `refresh_token` or, for command lines and tests, `password`) | `{access_token, id_token, refresh_token, token_type, expires_in}` |
//! | `POST /revoke` (`token`) | nothing; a refresh token is worth nothing any more (RFC 7009) |
//!
//! The router is mounted where `issuer_url` points to, for example `http://127.0.0.1:8080/issuer`.

mod account;
mod authorize;
mod end_session;
mod grants;
mod issuer;
mod key;
mod page;
mod revoke;
mod token;

#[cfg(test)]
mod tests;

pub use account::{ACCOUNTS, Account};
pub use issuer::{Issuer, Place};
pub use key::KeyError;
