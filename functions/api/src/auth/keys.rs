use super::token::Key;
use edge::{Clock, Moment, Runtime, Transport};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use thiserror::Error;
use tokio::sync::Mutex;

/// How long keys are taken for the issuer's without asking again.
const FRESH: Duration = Duration::from_hours(1);
/// How long keys still count if the issuer cannot be asked: a key withdrawn in that time is taken a little longer.
const STALE_MAX: Duration = Duration::from_hours(24);
/// Least time between two questions to the issuer: tokens with invented key ids must not become its load.
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// Time for one question to the issuer; a person waits for it.
const ASK_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest answer read from the issuer, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Most keys taken: issuers publish two or three.
const KEYS_MAX: usize = 32;

/// Why the issuer's keys cannot be had.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum KeysError {
    #[error("{url} gives no answer that can be used: {reason}")]
    Unanswered { url: String, reason: String },
    #[error("the discovery document of {expected} is of {found:?}")]
    OtherIssuer { expected: String, found: String },
    #[error("{0:?} would be used over an unprotected connection")]
    Unprotected(String),
    #[error("the issuer was asked less than {} seconds ago and did not answer", ASK_AGAIN.as_secs())]
    JustAsked,
}

/// The issuer's keys, found through its discovery document, kept for a while, asked for again if one is unknown.
#[derive(Debug)]
pub(crate) struct Keys {
    issuer: String,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    known: RwLock<Arc<Known>>,
    /// Held while the issuer is asked, so that it is asked once. Says when that was last.
    asked: Mutex<Option<Moment>>,
}

#[derive(Default)]
struct Known {
    keys: BTreeMap<String, Key>,
    endpoints: Endpoints,
    at: Option<Moment>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Known")
            .field("keys", &self.keys.len())
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Known {
    fn is_younger_than(&self, age: Duration, now: Moment) -> bool {
        self.at.is_some_and(|at| at.until(now) < age)
    }
}

/// Where people sign in and out, as the issuer says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Endpoints {
    #[serde(default)]
    pub(crate) authorization_endpoint: Option<String>,
    #[serde(default)]
    pub(crate) token_endpoint: Option<String>,
    #[serde(default)]
    pub(crate) revocation_endpoint: Option<String>,
    #[serde(default)]
    pub(crate) end_session_endpoint: Option<String>,
    /// Whether it is an issuer for development; no other says anything of it.
    #[serde(default)]
    pub(crate) development: bool,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
    #[serde(flatten)]
    endpoints: Endpoints,
}

impl Discovery {
    /// The first address that would be used over an unprotected connection although the issuer is protected.
    fn unprotected(&self) -> Option<&str> {
        let Endpoints {
            authorization_endpoint,
            token_endpoint,
            revocation_endpoint,
            end_session_endpoint,
            development: _,
        } = &self.endpoints;
        let all = [
            Some(&self.jwks_uri),
            authorization_endpoint.as_ref(),
            token_endpoint.as_ref(),
            revocation_endpoint.as_ref(),
            end_session_endpoint.as_ref(),
        ];
        let all = all.into_iter().flatten().map(String::as_str);
        all.filter(|_| self.issuer.starts_with("https://")).find(|url| !url.starts_with("https://"))
    }
}

/// Keys that cannot be read are passed over: an issuer may publish kinds that are not known here.
#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

impl Keys {
    pub(crate) fn new(runtime: &Runtime, issuer: &str) -> Self {
        runtime.transport.prepare();
        Self {
            issuer: issuer.to_owned(),
            transport: Arc::clone(&runtime.transport),
            clock: Arc::clone(&runtime.clock),
            known: RwLock::default(),
            asked: Mutex::new(None),
        }
    }

    /// The key with this id, if the issuer has one.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<Key>, KeysError> {
        let known = self.known_with(|known| known.keys.contains_key(id)).await?;
        Ok(known.keys.get(id).cloned())
    }

    /// Where people sign in and out.
    pub(crate) async fn endpoints(&self) -> Result<Endpoints, KeysError> {
        Ok(self.known_with(|_| true).await?.endpoints.clone())
    }

    /// What is known of the issuer, asked for again if it is old or `suffices` not.
    async fn known_with(&self, suffices: impl Fn(&Known) -> bool) -> Result<Arc<Known>, KeysError> {
        let settled = |known: &Known, now| known.is_younger_than(FRESH, now) && suffices(known);
        let known = self.known();
        if settled(&known, self.now()) {
            return Ok(known);
        }
        let mut asked = self.asked.lock().await;
        let (known, now) = (self.known(), self.now());
        if settled(&known, now) {
            return Ok(known);
        }
        let usable = |known: &Known| known.is_younger_than(STALE_MAX, now);
        if asked.is_some_and(|at| at.until(now) < ASK_AGAIN) {
            return if usable(&known) { Ok(known) } else { Err(KeysError::JustAsked) };
        }
        let answer = self.ask().await;
        // A failure counts too: whatever does not answer is not asked by everybody who waits.
        *asked = Some(self.now());
        match answer {
            Ok((keys, endpoints)) => {
                let fresh = Arc::new(Known { keys, endpoints, at: Some(now) });
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
                Ok(fresh)
            }
            Err(error) if usable(&known) => {
                tracing::warn!(%error, "the issuer's keys could not be renewed; the known ones still count");
                Ok(known)
            }
            Err(error) => Err(error),
        }
    }

    fn now(&self) -> Moment {
        self.clock.now().into()
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn ask(&self) -> Result<(BTreeMap<String, Key>, Endpoints), KeysError> {
        let discovery: Discovery = self
            .get(&format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/')))
            .await?;
        if discovery.issuer != self.issuer {
            return Err(KeysError::OtherIssuer { expected: self.issuer.clone(), found: discovery.issuer });
        }
        if let Some(url) = discovery.unprotected() {
            return Err(KeysError::Unprotected(url.to_owned()));
        }
        let published: Published = self.get(&discovery.jwks_uri).await?;
        let keys = published.keys.into_iter().take(KEYS_MAX).filter_map(usable).collect();
        Ok((keys, discovery.endpoints))
    }

    async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, KeysError> {
        let unanswered = |reason: String| KeysError::Unanswered { url: url.to_owned(), reason };
        let bytes = tokio::time::timeout(ASK_TIMEOUT, self.bytes(url))
            .await
            .map_err(|_| unanswered(format!("nothing came within {} seconds", ASK_TIMEOUT.as_secs())))?
            .map_err(unanswered)?;
        serde_json::from_slice(&bytes).map_err(|error| unanswered(error.to_string()))
    }

    async fn bytes(&self, url: &str) -> Result<Vec<u8>, String> {
        let url = reqwest::Url::parse(url).map_err(|error| error.to_string())?;
        let request = reqwest::Request::new(reqwest::Method::GET, url);
        let mut response = self.transport.send(request).await.map_err(|error| error.to_string())?;
        if !response.status().is_success() {
            return Err(format!("the answer is {}", response.status()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| error.without_url().to_string())? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > ANSWER_BYTES_MAX {
                return Err(format!("the answer is longer than {ANSWER_BYTES_MAX} bytes"));
            }
        }
        Ok(bytes)
    }
}

/// A published key that can verify: RSA, or the curve P-256, meant for signatures.
fn usable(jwk: serde_json::Value) -> Option<(String, Key)> {
    let jwk: Jwk = serde_json::from_value(jwk).ok()?;
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        _ => return None,
    };
    let meant = jwk.common.key_algorithm.is_none_or(|found| found == named)
        && jwk.common.public_key_use.as_ref().is_none_or(|meant| *meant == PublicKeyUse::Signature);
    let id = jwk.common.key_id.clone().filter(|_| meant)?;
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    Some((id, Key { algorithm, key }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        auth::token::tests::{Issuer, NOW},
        tests::FakeIssuer,
    };
    use clock::ManualClock;
    use serde_json::json;

    const ISSUER: &str = "https://issuer.example";
    const MOMENT: Duration = Duration::from_millis(1);

    fn keys(fake: &Arc<FakeIssuer>) -> (Keys, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Moment::from_millis(NOW * 1000).timestamp()));
        let keys = Keys {
            issuer: ISSUER.to_owned(),
            transport: Arc::clone(fake) as Arc<dyn Transport>,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            known: RwLock::default(),
            asked: Mutex::new(None),
        };
        (keys, clock)
    }

    #[tokio::test]
    async fn keys_are_asked_for_once_and_again_when_they_are_old() {
        let fake = Arc::new(FakeIssuer::with(ISSUER, vec![Issuer::new().jwk("k1")]));
        let (keys, clock) = keys(&fake);
        for _ in 0..3 {
            assert!(keys.find("k1").await.unwrap().is_some());
        }
        assert_eq!(fake.asked(), 2, "the discovery document and the keys, once");
        clock.advance(FRESH.saturating_sub(MOMENT));
        assert!(keys.find("k1").await.unwrap().is_some());
        assert_eq!(fake.asked(), 2);
        clock.advance(MOMENT);
        assert!(keys.find("k1").await.unwrap().is_some());
        assert_eq!(fake.asked(), 4);
    }

    #[tokio::test]
    async fn an_unknown_key_asks_again_but_not_for_every_stranger() {
        let fake = Arc::new(FakeIssuer::with(ISSUER, vec![Issuer::new().jwk("k1")]));
        let (keys, clock) = keys(&fake);
        for _ in 0..100 {
            assert!(keys.find("invented").await.unwrap().is_none());
        }
        assert_eq!(fake.asked(), 2);
        fake.publish(vec![Issuer::new().jwk("k1"), Issuer::new().jwk("k2")]);
        assert!(keys.find("k2").await.unwrap().is_none());
        clock.advance(ASK_AGAIN.saturating_sub(MOMENT));
        assert!(keys.find("k2").await.unwrap().is_none());
        clock.advance(MOMENT);
        assert!(keys.find("k2").await.unwrap().is_some(), "a rotated key is found after the pause");
    }

    #[tokio::test]
    async fn known_keys_outlive_an_issuer_that_is_away_for_a_while() {
        let fake = Arc::new(FakeIssuer::with(ISSUER, vec![Issuer::new().jwk("k1")]));
        let (keys, clock) = keys(&fake);
        assert!(keys.find("k1").await.unwrap().is_some());
        fake.go_away();
        clock.advance(STALE_MAX.saturating_sub(MOMENT));
        assert!(keys.find("k1").await.unwrap().is_some());
        clock.advance(ASK_AGAIN);
        assert!(keys.find("k1").await.is_err());
        assert_eq!(keys.find("k1").await.map(drop), Err(KeysError::JustAsked));
    }

    #[tokio::test]
    async fn a_discovery_document_of_somebody_else_counts_for_nothing() {
        let fake = Arc::new(FakeIssuer::with("https://other.example", vec![Issuer::new().jwk("k1")]));
        let (keys, _) = keys(&fake);
        assert!(matches!(keys.find("k1").await.map(drop), Err(KeysError::OtherIssuer { .. })));
    }

    #[tokio::test]
    async fn a_bounded_number_of_keys_is_read_from_a_bounded_answer() {
        let issuer = Issuer::new();
        for (count, expect) in [(KEYS_MAX - 1, true), (KEYS_MAX, true), (KEYS_MAX + 1, false)] {
            let published = (1..=count).map(|number| issuer.jwk(&format!("k{number}"))).collect();
            let (keys, _) = keys(&Arc::new(FakeIssuer::with(ISSUER, published)));
            assert_eq!(keys.find(&format!("k{count}")).await.unwrap().is_some(), expect, "{count}");
        }
        for (bytes, expect) in
            [(ANSWER_BYTES_MAX - 1, true), (ANSWER_BYTES_MAX, true), (ANSWER_BYTES_MAX + 1, false)]
        {
            let mut key = issuer.jwk("k1");
            key["x-more"] = json!("");
            let without = json!({"keys": [&key]}).to_string().len();
            key["x-more"] = json!("x".repeat(bytes - without));
            let (keys, _) = keys(&Arc::new(FakeIssuer::with(ISSUER, vec![key])));
            assert_eq!(keys.find("k1").await.is_ok(), expect, "{bytes}");
        }
    }

    #[test]
    fn keys_for_other_purposes_are_passed_over() {
        let key = Issuer::new().jwk("k1");
        let with = |name: &str, value: serde_json::Value| {
            let mut key = key.clone();
            key[name] = value;
            usable(key).is_some()
        };
        assert!(with("use", json!("sig")) && with("alg", json!("ES256")));
        assert!(!with("use", json!("enc")) && !with("alg", json!("HS256")) && !with("kid", json!(null)));
        assert!(!with("crv", json!("P-384")));
        assert!(usable(json!({"kty": "oct", "kid": "k1", "k": "c2VjcmV0"})).is_none());
    }
}
