use document::Moment;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use thiserror::Error;

/// Longest token looked at, in bytes: a person in every group that an issuer allows stays well below.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// Longest key id looked for, in bytes.
const KEY_ID_BYTES_MAX: usize = 256;

/// What every token must say.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
}

/// A key of the issuer, with the one algorithm that it is for: a token's header never chooses.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: DecodingKey,
}

/// What a verified token says of a person (the names are Cognito's).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Claims {
    pub(crate) sub: String,
    #[serde(default)]
    pub(crate) username: Option<String>,
    #[serde(default, rename = "cognito:groups")]
    pub(crate) groups: Vec<String>,
    iss: String,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    token_use: String,
    #[serde(default)]
    client_id: String,
}

impl Claims {
    /// When the token ends.
    pub(crate) fn expires_at(&self) -> Moment {
        Moment::from_millis(self.exp.saturating_mul(1000))
    }
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum Refusal {
    #[error("it is longer than {TOKEN_BYTES_MAX} bytes")]
    TooLong,
    #[error("it is not a signed token with a key id")]
    Malformed,
    #[error("its algorithm is not the one of its key")]
    WrongAlgorithm,
    #[error("no key of the issuer has its key id")]
    UnknownKey,
    #[error("its signature or its claims are wrong")]
    WrongSignature,
    #[error("another issuer made it")]
    WrongIssuer,
    #[error("it was made for another client")]
    WrongClient,
    #[error("it is not an access token")]
    WrongUse,
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet")]
    NotYet,
}

/// The id of the key that a token says it was signed with.
pub(crate) fn key_id(token: &str) -> Result<String, Refusal> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Refusal::TooLong);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refusal::Malformed)?;
    // An extension that must be understood (RFC 7515, 4.1.11) is none of those that are understood here: there are none.
    if header.crit.is_some() {
        return Err(Refusal::Malformed);
    }
    header.kid.filter(|id| !id.is_empty() && id.len() <= KEY_ID_BYTES_MAX).ok_or(Refusal::Malformed)
}

/// Verifies a token and tells what it says.
///
/// The times are compared here and not in the library, which reads the system's clock.
pub(crate) fn claims(token: &str, key: &Key, expected: &Expected, now: Moment) -> Result<Claims, Refusal> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refusal::Malformed)?;
    if header.alg != key.algorithm {
        return Err(Refusal::WrongAlgorithm);
    }
    let mut validation = Validation::new(key.algorithm);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let decoded = jsonwebtoken::decode::<Claims>(token, &key.key, &validation);
    let claims = decoded.map_err(|_| Refusal::WrongSignature)?.claims;
    let seconds = now.as_millis().div_euclid(1000);
    if claims.iss != expected.issuer {
        return Err(Refusal::WrongIssuer);
    }
    if claims.client_id != expected.client_id {
        return Err(Refusal::WrongClient);
    }
    if claims.token_use != "access" {
        return Err(Refusal::WrongUse);
    }
    if seconds >= claims.exp {
        return Err(Refusal::Expired);
    }
    if claims.nbf.is_some_and(|start| seconds < start) {
        return Err(Refusal::NotYet);
    }
    Ok(claims)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use aws_lc_rs::{
        rand::SystemRandom,
        rsa,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256},
    };
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use jsonwebtoken::{EncodingKey, Header, jwk::Jwk};
    use serde_json::{Value, json};

    pub(crate) const NOW: i64 = 1_767_323_045;

    /// A key pair for elliptic curves, as an issuer has it.
    pub(crate) struct Issuer {
        pub(crate) signing: EncodingKey,
    }

    impl Issuer {
        pub(crate) fn new() -> Self {
            let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
            Self { signing: EncodingKey::from_ec_der(pair.unwrap().as_ref()) }
        }

        pub(crate) fn jwk(&self, id: &str) -> Value {
            let mut jwk = Jwk::from_encoding_key(&self.signing, Algorithm::ES256).unwrap();
            jwk.common.key_id = Some(id.to_owned());
            serde_json::to_value(jwk).unwrap()
        }

        fn key(&self) -> Key {
            let jwk = serde_json::from_value(self.jwk("k1")).unwrap();
            Key { algorithm: Algorithm::ES256, key: DecodingKey::from_jwk(&jwk).unwrap() }
        }

        pub(crate) fn sign(&self, claims: &Value) -> String {
            let mut header = Header::new(Algorithm::ES256);
            header.kid = Some("k1".to_owned());
            jsonwebtoken::encode(&header, claims, &self.signing).unwrap()
        }
    }

    pub(crate) fn good() -> Value {
        json!({
            "iss": "https://issuer.example", "sub": "teacher-sub", "exp": NOW + 60, "token_use": "access",
            "client_id": "lectern", "username": "teacher", "cognito:groups": ["teacher", "school:school-1"],
        })
    }

    pub(crate) fn expected() -> Expected {
        Expected { issuer: "https://issuer.example".to_owned(), client_id: "lectern".to_owned() }
    }

    fn read(token: &str, key: &Key) -> Result<Claims, Refusal> {
        key_id(token)?;
        claims(token, key, &expected(), Moment::from_millis(NOW * 1000))
    }

    #[test]
    fn a_good_token_is_taken_and_each_wrong_claim_is_refused() {
        let issuer = Issuer::new();
        let read_with = |name: &str, value: Value| {
            let mut claims = good();
            claims[name] = value;
            read(&issuer.sign(&claims), &issuer.key()).map(|claims| claims.sub)
        };
        assert_eq!(read_with("unrelated", json!(1)), Ok("teacher-sub".to_owned()));
        assert_eq!(read_with("exp", json!(NOW + 1)), Ok("teacher-sub".to_owned()));
        assert_eq!(read_with("exp", json!(NOW)), Err(Refusal::Expired));
        assert_eq!(read_with("exp", json!(i64::MIN)), Err(Refusal::Expired));
        assert_eq!(read_with("exp", json!("soon")), Err(Refusal::WrongSignature));
        assert_eq!(read_with("exp", Value::Null), Err(Refusal::WrongSignature));
        assert_eq!(read_with("nbf", json!(NOW + 1)), Err(Refusal::NotYet));
        assert_eq!(read_with("iss", json!("https://issuer.example/")), Err(Refusal::WrongIssuer));
        assert_eq!(read_with("client_id", json!("another")), Err(Refusal::WrongClient));
        assert_eq!(read_with("client_id", json!("")), Err(Refusal::WrongClient));
        assert_eq!(read_with("token_use", json!("id")), Err(Refusal::WrongUse));
    }

    /// The claims of the example in Cognito's manual: there is no `aud`, and what else is there changes nothing.
    #[test]
    fn a_token_with_cognitos_claims_is_taken_for_its_groups_alone() {
        let issuer = Issuer::new();
        let mut claims = good();
        let more = json!({
            "version": 2, "scope": "openid", "auth_time": NOW, "iat": NOW, "jti": "j", "origin_jti": "o", "event_id": "e",
            "aud": "another", "custom:school": "school-2", "custom:role": "operator",
        });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let read = read(&issuer.sign(&claims), &issuer.key()).unwrap();
        assert_eq!(read.groups, ["teacher", "school:school-1"]);
        // What an id token has in its place does not do.
        claims.as_object_mut().unwrap().remove("client_id");
        claims["aud"] = json!("lectern");
        let read =
            super::claims(&issuer.sign(&claims), &issuer.key(), &expected(), Moment::from_millis(NOW * 1000));
        assert_eq!(read.map(drop), Err(Refusal::WrongClient));
    }

    #[test]
    fn a_token_of_another_key_or_with_another_payload_is_refused() {
        let (issuer, stranger) = (Issuer::new(), Issuer::new());
        assert_eq!(read(&stranger.sign(&good()), &issuer.key()).map(drop), Err(Refusal::WrongSignature));
        let token = issuer.sign(&good());
        let mut parts: Vec<&str> = token.split('.').collect();
        let mut claims = good();
        claims["cognito:groups"] = json!(["operator", "school:school-1"]);
        let forged = URL_SAFE_NO_PAD.encode(claims.to_string());
        parts[1] = &forged;
        assert_eq!(read(&parts.join("."), &issuer.key()).map(drop), Err(Refusal::WrongSignature));
    }

    #[test]
    fn the_header_does_not_choose_the_algorithm() {
        let issuer = Issuer::new();
        let payload = URL_SAFE_NO_PAD.encode(good().to_string());
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"k1"}"#);
        assert_eq!(read(&format!("{none}.{payload}."), &issuer.key()).map(drop), Err(Refusal::Malformed));
        // The public key, known to everybody, as the secret of a symmetric signature.
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some("k1".to_owned());
        let public = issuer.jwk("k1").to_string();
        let confused = jsonwebtoken::encode(&header, &good(), &EncodingKey::from_secret(public.as_bytes()));
        assert_eq!(read(&confused.unwrap(), &issuer.key()).map(drop), Err(Refusal::WrongAlgorithm));
    }

    #[test]
    fn odd_tokens_are_refused_before_anything_is_verified() {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for (bytes, expect) in [
            (TOKEN_BYTES_MAX - 1, Refusal::Malformed),
            (TOKEN_BYTES_MAX, Refusal::Malformed),
            (TOKEN_BYTES_MAX + 1, Refusal::TooLong),
        ] {
            assert_eq!(key_id(&"x".repeat(bytes)), Err(expect), "{bytes}");
        }
        for (bytes, expect) in
            [(KEY_ID_BYTES_MAX - 1, true), (KEY_ID_BYTES_MAX, true), (KEY_ID_BYTES_MAX + 1, false)]
        {
            let header = encode(&format!(r#"{{"alg":"ES256","kid":"{}"}}"#, "k".repeat(bytes)));
            assert_eq!(key_id(&format!("{header}.e30.AA")).is_ok(), expect, "{bytes}");
        }
        let headers = [
            r#"{"alg":"ES256"}"#,
            r#"{"alg":"ES256","kid":""}"#,
            r#"{"alg":"ES256","kid":"k1","crit":["b64"]}"#,
            "[]",
            "",
        ];
        for header in headers {
            assert_eq!(key_id(&format!("{}.e30.AA", encode(header))), Err(Refusal::Malformed), "{header}");
        }
        for token in ["", ".", "..", "a.b", "ä.ö.ü"] {
            assert_eq!(key_id(token), Err(Refusal::Malformed), "{token}");
        }
    }

    #[test]
    fn a_token_signed_as_cognito_signs_is_taken() {
        let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap();
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"k1"}"#);
        let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(good().to_string()));
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        let public = pair.public_key();
        let key = DecodingKey::from_rsa_raw_components(
            public.modulus().big_endian_without_leading_zero(),
            public.exponent().big_endian_without_leading_zero(),
        );
        let key = Key { algorithm: Algorithm::RS256, key };
        assert_eq!(read(&token, &key).unwrap().groups, ["teacher", "school:school-1"]);
        assert_eq!(read(&token, &Issuer::new().key()).map(drop), Err(Refusal::WrongAlgorithm));
    }
}
