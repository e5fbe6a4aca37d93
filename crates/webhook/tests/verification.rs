//! The receiver against published vectors, at each of its limits and against arbitrary input.

use proptest::prelude::*;
use webhook::{
    Headers, ID_BYTES_MAX, Receiver, Rejection, SECRETS_MAX, SIGNATURE_HEADER_BYTES_MAX, SIGNATURES_MAX,
    Secret, SecretError, TOLERANCE_SECONDS,
};

/// Secret, id, timestamp, body and signature as the Standard Webhooks project publishes them with its libraries.
const PUBLISHED: [(&str, &str, i64, &str, &str); 2] = [
    (
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        1_649_367_553,
        r#"{"email":"test@example.com","username":"test_user"}"#,
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    ),
    (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        r#"{"test": 2432232314}"#,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
];
const NOW: i64 = 1_700_000_000;
const BODY: &[u8] = b"{\"type\":\"job.finished\"}";

fn secret(fill: u8) -> Secret {
    Secret::from_bytes(&[fill; 32]).expect("32 bytes are a secret")
}

fn headers<'a>(id: &'a str, timestamp: &'a str, signature: &'a str) -> Headers<'a> {
    Headers {
        id: Some(id.as_bytes()),
        timestamp: Some(timestamp.as_bytes()),
        signature: Some(signature.as_bytes()),
    }
}

/// What a receiver with secret 1 says to a body signed with secret 1 under the given headers.
fn verdict(id: &str, timestamp: &str, signature: &str) -> Result<webhook::Verified, Rejection> {
    Receiver::new(vec![secret(1)]).verify(headers(id, timestamp, signature), BODY, NOW)
}

#[test]
fn published_vectors_are_signed_and_verified() {
    for (written, id, timestamp, body, signature) in PUBLISHED {
        let secret = Secret::parse(written).unwrap();
        assert_eq!(secret.sign(id, timestamp, body.as_bytes()), signature);
        let verified = Receiver::new(vec![secret])
            .verify(headers(id, &timestamp.to_string(), signature), body.as_bytes(), timestamp)
            .unwrap();
        assert_eq!((verified.id.as_str(), verified.timestamp_seconds, verified.secret), (id, timestamp, 0));
    }
}

#[test]
fn secrets_are_taken_between_24_and_64_bytes_only() {
    let bytes = |count: usize| Secret::from_bytes(&vec![1; count]).err();
    assert_eq!(bytes(23), Some(SecretError::Length(23)));
    assert_eq!(bytes(24), None);
    assert_eq!(bytes(64), None);
    assert_eq!(bytes(65), Some(SecretError::Length(65)));
    assert_eq!(Secret::parse("").err(), Some(SecretError::Prefix));
    assert_eq!(Secret::parse("whsec_").err(), Some(SecretError::Length(0)));
    assert_eq!(Secret::parse("whsec_?").err(), Some(SecretError::Base64));
    assert_eq!(format!("{:?}", secret(1)), "Secret(…)");
}

#[test]
fn a_signature_of_any_active_secret_is_enough() {
    let old = secret(1).sign("msg_1", NOW, BODY);
    let new = secret(2).sign("msg_1", NOW, BODY);
    let both = format!("v9,unknown v1,short {old} {new}");
    let now = NOW.to_string();
    let who = |secrets: &[u8], signature: &str| {
        let receiver = Receiver::new(secrets.iter().map(|fill| secret(*fill)).collect());
        receiver.verify(headers("msg_1", &now, signature), BODY, NOW).map(|verified| verified.secret)
    };
    assert_eq!(who(&[2, 1], &old), Ok(1));
    assert_eq!(who(&[2, 1], &new), Ok(0));
    assert_eq!(who(&[2, 1], &both), Ok(0));
    assert_eq!(who(&[1], &both), Ok(0));
    assert_eq!(who(&[2], &old), Err(Rejection::NoMatch));
    assert_eq!(who(&[], &old), Err(Rejection::NoMatch));
}

#[test]
fn the_body_the_id_and_the_time_are_all_signed() {
    let signature = secret(1).sign("msg_1", NOW, BODY);
    let now = NOW.to_string();
    let receiver = Receiver::new(vec![secret(1)]);
    assert!(receiver.verify(headers("msg_1", &now, &signature), BODY, NOW).is_ok());
    for index in 0..BODY.len() {
        let mut changed = BODY.to_vec();
        changed[index] ^= 1;
        assert_eq!(
            receiver.verify(headers("msg_1", &now, &signature), &changed, NOW),
            Err(Rejection::NoMatch)
        );
    }
    assert_eq!(verdict("msg_2", &now, &signature), Err(Rejection::NoMatch));
    assert_eq!(verdict("msg_1", &(NOW + 1).to_string(), &signature), Err(Rejection::NoMatch));
}

#[test]
fn partial_signatures_do_not_match() {
    let signature = secret(1).sign("msg_1", NOW, BODY);
    let now = NOW.to_string();
    for end in 0..signature.len() {
        assert_eq!(verdict("msg_1", &now, &signature[..end]), Err(Rejection::NoMatch), "{end}");
    }
}

#[test]
fn malformed_ids_are_refused() {
    let now = NOW.to_string();
    for id in ["", "msg.1", "msg 1", "msg\n1", "msg\r\n1", "msg\0", "msgé", &"m".repeat(ID_BYTES_MAX + 1)] {
        let signature = secret(1).sign(id, NOW, BODY);
        assert_eq!(verdict(id, &now, &signature), Err(Rejection::MalformedId { bytes: id.len() }));
    }
    for bytes in [1, ID_BYTES_MAX - 1, ID_BYTES_MAX] {
        let id = "m".repeat(bytes);
        assert!(verdict(&id, &now, &secret(1).sign(&id, NOW, BODY)).is_ok(), "{bytes}");
    }
}

#[test]
fn timestamps_count_within_five_minutes_either_way() {
    let at = |timestamp: i64| {
        verdict("msg_1", &timestamp.to_string(), &secret(1).sign("msg_1", timestamp, BODY)).map(drop)
    };
    assert_eq!(at(NOW - TOLERANCE_SECONDS), Ok(()));
    assert_eq!(at(NOW - TOLERANCE_SECONDS - 1), Err(Rejection::Stale { age_seconds: 301 }));
    assert_eq!(at(NOW + TOLERANCE_SECONDS), Ok(()));
    assert_eq!(at(NOW + TOLERANCE_SECONDS + 1), Err(Rejection::Future { ahead_seconds: 301 }));
    assert_eq!(at(i64::MIN), Err(Rejection::Stale { age_seconds: i64::MAX }));
    assert_eq!(at(i64::MAX), Err(Rejection::Future { ahead_seconds: i64::MAX - NOW }));
}

#[test]
fn a_timestamp_has_one_spelling() {
    let odd = [
        "",
        "-",
        "now",
        "+1700000000",
        "01700000000",
        "1700000000.0",
        "1.7e9",
        "0x6553f100",
        "-0",
        "٢٠٢٦",
        "１７００００００００",
        " 1700000000",
        "1700000000 ",
        "1700000000\n",
        "1700000000,1700000000",
        "9223372036854775808",
        "-9223372036854775809",
    ];
    for odd in odd.into_iter().chain([&*"9".repeat(100_000)]) {
        let signature = secret(1).sign("msg_1", NOW, BODY);
        assert_eq!(verdict("msg_1", odd, &signature), Err(Rejection::MalformedTimestamp), "{odd:.40}");
    }
    let bytes = Headers { timestamp: Some(b"\xFF"), ..headers("msg_1", "", "v1,AAAA") };
    let verdict = Receiver::new(vec![secret(1)]).verify(bytes, BODY, NOW);
    assert_eq!(verdict, Err(Rejection::MalformedTimestamp));
}

#[test]
fn missing_headers_are_named() {
    let receiver = Receiver::new(vec![secret(1)]);
    let now = NOW.to_string();
    let whole = headers("msg_1", &now, "v1,AAAA");
    let said = |headers| receiver.verify(headers, BODY, NOW);
    assert_eq!(said(Headers { id: None, ..whole }), Err(Rejection::Missing { header: "webhook-id" }));
    assert_eq!(
        said(Headers { timestamp: None, ..whole }),
        Err(Rejection::Missing { header: "webhook-timestamp" })
    );
    assert_eq!(
        said(Headers { signature: None, ..whole }),
        Err(Rejection::Missing { header: "webhook-signature" })
    );
}

#[test]
fn signatures_are_counted_before_they_are_compared() {
    let now = NOW.to_string();
    let good = secret(1).sign("msg_1", NOW, BODY);
    let wrong = secret(2).sign("msg_1", NOW, BODY);
    let among = |count: usize| format!("{}{good}", format!("{wrong} ").repeat(count - 1));
    assert!(verdict("msg_1", &now, &among(SIGNATURES_MAX - 1)).is_ok());
    assert!(verdict("msg_1", &now, &among(SIGNATURES_MAX)).is_ok());
    assert_eq!(verdict("msg_1", &now, &among(SIGNATURES_MAX + 1)), Err(Rejection::TooManySignatures));
    assert_eq!(verdict("msg_1", &now, &among(100_000)), Err(Rejection::TooManySignatures));
}

#[test]
fn the_signature_header_has_a_longest_length() {
    let now = NOW.to_string();
    let good = secret(1).sign("msg_1", NOW, BODY);
    let padded = |bytes: usize| format!("{good}{}", " ".repeat(bytes - good.len()));
    assert!(verdict("msg_1", &now, &padded(SIGNATURE_HEADER_BYTES_MAX - 1)).is_ok());
    assert!(verdict("msg_1", &now, &padded(SIGNATURE_HEADER_BYTES_MAX)).is_ok());
    let beyond = padded(SIGNATURE_HEADER_BYTES_MAX + 1);
    assert_eq!(verdict("msg_1", &now, &beyond), Err(Rejection::TooManySignatures));
}

#[test]
fn only_the_newest_secrets_count() {
    let now = NOW.to_string();
    let signature = secret(1).sign("msg_1", NOW, BODY);
    let behind = |newer: usize| {
        let secrets = (0..newer).map(|_| secret(9)).chain([secret(1)]).collect();
        Receiver::new(secrets).verify(headers("msg_1", &now, &signature), BODY, NOW).map(|by| by.secret)
    };
    assert_eq!(behind(SECRETS_MAX - 2), Ok(SECRETS_MAX - 2));
    assert_eq!(behind(SECRETS_MAX - 1), Ok(SECRETS_MAX - 1));
    assert_eq!(behind(SECRETS_MAX), Err(Rejection::NoMatch));
}

proptest! {
    #[test]
    fn nothing_a_stranger_sends_is_believed_or_panics(
        id in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..64)),
        timestamp in proptest::option::of(prop_oneof!["[0-9+-]{0,22}".prop_map(String::into_bytes), Just(NOW.to_string().into_bytes())]),
        signature in proptest::option::of(prop_oneof!["(v1,[A-Za-z0-9+/=]{0,48} ?){0,20}".prop_map(String::into_bytes), proptest::collection::vec(any::<u8>(), 0..200)]),
        body in proptest::collection::vec(any::<u8>(), 0..200),
        now in any::<i64>(),
    ) {
        let headers = Headers { id: id.as_deref(), timestamp: timestamp.as_deref(), signature: signature.as_deref() };
        prop_assert!(Receiver::new(vec![secret(1)]).verify(headers, &body, now).is_err());
        prop_assert!(Receiver::new(vec![secret(1)]).verify(headers, &body, NOW).is_err());
    }
}
