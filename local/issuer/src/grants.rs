use crate::Account;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clock::Random;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use subtle::ConstantTimeEq as _;

/// How long a code lives: the way from the page of accounts back to the application.
const CODE_LIFE: Duration = Duration::from_mins(5);
/// How long a refresh token lives.
const REFRESH_LIFE: Duration = Duration::from_hours(24 * 30);
/// Codes and refresh tokens remembered; the oldest make room.
const GRANTS_MAX: usize = 1000;

/// What a code or a refresh token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) account: Account,
    pub(crate) client_id: String,
    /// What a code is bound to; a refresh token is bound to nothing further.
    pub(crate) binding: Option<Binding>,
    pub(crate) nonce: Option<String>,
}

/// The request that a code answers (RFC 6749, 4.1.3, and RFC 7636).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    pub(crate) redirect_uri: String,
    /// SHA-256 of the verifier, base64url.
    pub(crate) code_challenge: String,
}

impl Binding {
    /// Whether a token request comes from whoever asked for the code.
    pub(crate) fn is_met_by(&self, redirect_uri: &str, verifier: &str) -> bool {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let same = challenge.as_bytes().ct_eq(self.code_challenge.as_bytes());
        self.redirect_uri == redirect_uri && bool::from(same)
    }
}

/// Codes and refresh tokens given out and not used. They are forgotten with the process; people sign in again.
#[derive(Debug, Default)]
pub(crate) struct Grants(Mutex<VecDeque<Given>>);

#[derive(Debug)]
struct Given {
    /// SHA-256 of the word: what is kept cannot be used.
    hash: [u8; 32],
    until: Timestamp,
    grant: Grant,
}

impl Grants {
    /// An unguessable word that stands for the grant, once.
    pub(crate) fn give(&self, grant: Grant, now: Timestamp, random: &dyn Random) -> String {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        let word = URL_SAFE_NO_PAD.encode(bytes);
        let life = if grant.binding.is_some() { CODE_LIFE } else { REFRESH_LIFE };
        let until = now.saturating_add(life).unwrap_or(Timestamp::MAX);
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        given.retain(|given| given.until > now);
        if given.len() >= GRANTS_MAX {
            given.pop_front();
        }
        given.push_back(Given { hash: Sha256::digest(word.as_bytes()).into(), until, grant });
        word
    }

    /// Forgets the word, known or not.
    pub(crate) fn revoke(&self, word: &str, now: Timestamp) {
        drop(self.redeem(word, now));
    }

    /// What the word stands for. It stands for nothing afterwards, whatever comes of it.
    pub(crate) fn redeem(&self, word: &str, now: Timestamp) -> Option<Grant> {
        let hash: [u8; 32] = Sha256::digest(word.as_bytes()).into();
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = given.iter().position(|given| bool::from(given.hash.ct_eq(&hash)))?;
        let given = given.remove(place)?;
        (given.until > now).then_some(given.grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ACCOUNTS;
    use clock::SeededRandom;

    fn grant(code: bool) -> Grant {
        let binding = Binding { redirect_uri: "r".to_owned(), code_challenge: "c".to_owned() };
        Grant {
            account: ACCOUNTS[0],
            client_id: "c".to_owned(),
            binding: code.then_some(binding),
            nonce: None,
        }
    }

    #[test]
    fn a_code_is_good_once_and_for_a_while() {
        let (grants, random, now) = (Grants::default(), SeededRandom::new(1), Timestamp::UNIX_EPOCH);
        let code = grants.give(grant(true), now, &random);
        assert_eq!(grants.redeem("another", now), None);
        assert_eq!(grants.redeem(&code, now), Some(grant(true)));
        assert_eq!(grants.redeem(&code, now), None);
        let code = grants.give(grant(true), now, &random);
        assert_eq!(grants.redeem(&code, now + CODE_LIFE), None);
        let refresh = grants.give(grant(false), now, &random);
        assert_eq!(grants.redeem(&refresh, now + CODE_LIFE), Some(grant(false)));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (grants, random, now) = (Grants::default(), SeededRandom::new(1), Timestamp::UNIX_EPOCH);
        let first = grants.give(grant(false), now, &random);
        for _ in 0..GRANTS_MAX {
            grants.give(grant(false), now, &random);
        }
        assert_eq!(grants.0.lock().unwrap().len(), GRANTS_MAX);
        assert_eq!(grants.redeem(&first, now), None);
    }

    #[test]
    fn a_binding_is_met_by_its_verifier_only() {
        // The example of RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned();
        let binding = Binding { redirect_uri: "http://127.0.0.1:8080/".to_owned(), code_challenge };
        assert!(binding.is_met_by("http://127.0.0.1:8080/", verifier));
        assert!(!binding.is_met_by("http://127.0.0.1:8081/", verifier));
        assert!(!binding.is_met_by("http://127.0.0.1:8080/", "another"));
    }
}
