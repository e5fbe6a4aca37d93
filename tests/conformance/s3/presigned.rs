//! Presigned addresses: good for what was signed, as long as was signed, for a week at most.

use super::{Bench, VERSIONED, noise};
use crate::host::ENDPOINT;
use aws_sdk_s3::{
    Client,
    config::Credentials,
    presigning::{PresignedRequest, PresigningConfig},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Method, Request};
use sha2::{Digest as _, Sha256};
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_hours(24);

pub(super) fn minute() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_mins(1)).expect("a minute is allowed")
}

/// An address that was signed `ago` and is good for `life`.
fn signed(ago: Duration, life: Duration) -> PresigningConfig {
    #[expect(clippy::disallowed_methods, reason = "signatures are checked against the system's clock")]
    let then = SystemTime::now().checked_sub(ago).expect("the past is long");
    PresigningConfig::builder().start_time(then).expires_in(life).build().expect("it is allowed")
}

async fn to_get(client: &Client, config: PresigningConfig) -> PresignedRequest {
    client.get_object().bucket(VERSIONED).key("key").presigned(config).await.expect("nothing is sent")
}

fn request(method: Method, uri: &str, body: impl Into<Vec<u8>>) -> Request<Vec<u8>> {
    Request::builder().method(method).uri(uri).body(body.into()).expect("the address is one")
}

/// The status and the code of an answer.
async fn ask(bench: &Bench, method: Method, uri: &str) -> (u16, String) {
    let (parts, body) = bench.send(request(method, uri, "")).await;
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    (parts.status.as_u16(), code.map_or_else(String::new, |(code, _)| code.to_owned()))
}

#[tokio::test]
async fn an_address_reads_what_was_signed_and_nothing_else() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "key", "plan").await;
    bench.put(VERSIONED, "other", "secret").await;
    let get = bench.client.get_object().bucket(VERSIONED).key("key").response_content_type("text/plain");
    let url = get.presigned(minute()).await.unwrap().uri().to_owned();
    let (parts, body) = bench.send(request(Method::GET, &url, "")).await;
    assert_eq!((parts.status.as_u16(), &*body), (200, "plan"));
    assert_eq!(parts.headers["content-type"], "text/plain");

    let mismatch = (403, "SignatureDoesNotMatch".to_owned());
    for tampered in [
        url.replace("/key", "/other"),
        url.replace("text%2Fplain", "text%2Fhtml"),
        url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
        format!("{url}&versionId=null"),
        url.replace("127.0.0.1:4566", "127.0.0.1:4567"),
    ] {
        assert_ne!(tampered, url);
        assert_eq!(ask(&bench, Method::GET, &tampered).await, mismatch, "{tampered}");
    }
    for method in [Method::PUT, Method::DELETE, Method::HEAD] {
        assert_eq!(ask(&bench, method, &url).await.0, 403, "an address to read does nothing else");
    }
    assert_eq!(bench.get(VERSIONED, "key").await, b"plan");
}

#[tokio::test]
async fn addresses_write_objects_and_parts() {
    let bench = Bench::new().await;
    let put = bench.client.put_object().bucket(VERSIONED).key("put").presigned(minute()).await.unwrap();
    let (parts, _) = bench.send(request(Method::PUT, put.uri(), noise(100_000))).await;
    assert_eq!(parts.status, 200);
    assert!(bench.get(VERSIONED, "put").await == noise(100_000));

    let upload = bench.begin("video").await;
    let part = bench.client.upload_part().bucket(VERSIONED).key("video").upload_id(&upload).part_number(1);
    let url = part.presigned(minute()).await.unwrap().uri().to_owned();
    let (answer, _) = bench.send(request(Method::PUT, &url, "frames")).await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers.contains_key("etag"));
    let elsewhere = url.replace("partNumber=1", "partNumber=2");
    assert_eq!(ask(&bench, Method::PUT, &elsewhere).await, (403, "SignatureDoesNotMatch".to_owned()));
}

#[tokio::test]
async fn an_address_ends_when_it_was_to_end() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "key", "plan").await;
    let minute = Duration::from_mins(1);
    for (ago, life, good) in [
        (59 * minute, 60 * minute, true),
        (61 * minute, 60 * minute, false),
        (6 * DAY, 7 * DAY, true),
        (7 * DAY + minute, 7 * DAY, false),
    ] {
        let url = to_get(&bench.client, signed(ago, life)).await;
        let (parts, body) = bench.send(request(Method::GET, url.uri(), "")).await;
        assert_eq!(parts.status, if good { 200 } else { 403 }, "{ago:?} of {life:?}");
        assert!(
            good || body.contains("<Code>AccessDenied</Code>") && body.contains("Request has expired"),
            "{body}"
        );
    }
}

/// "The maximum is 604800 seconds (seven days)" (Signature Version 4, query parameters). The SDK refuses to sign for longer,
/// so the address is signed by hand: for a week, and then for another second.
#[tokio::test]
async fn an_address_is_good_for_a_week_at_most() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "key", "plan").await;
    let url = to_get(&bench.client, signed(Duration::ZERO, 7 * DAY)).await.uri().to_owned();
    let (unsigned, _) = url.split_once("&X-Amz-Signature=").unwrap();
    for (seconds, expected) in
        [(604_799, (200, "")), (604_800, (200, "")), (604_801, (400, "AuthorizationQueryParametersError"))]
    {
        let address =
            sign_by_hand(&unsigned.replace("X-Amz-Expires=604800", &format!("X-Amz-Expires={seconds}")));
        let (status, code) = ask(&bench, Method::GET, &address).await;
        assert_eq!((status, &*code), expected, "{seconds} s");
    }
}

/// Signs an address as Signature Version 4 says ("Create a signed AWS API request"), host being the only header.
fn sign_by_hand(url: &str) -> String {
    let (path, query) =
        url.strip_prefix(ENDPOINT).and_then(|rest| rest.split_once('?')).expect("it has a query");
    let mut pairs: Vec<_> = query.split('&').collect();
    pairs.sort_unstable();
    let value = |name: &str| {
        let pair = pairs.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        pair.expect("the address was presigned").replace("%2F", "/")
    };
    let canonical =
        format!("GET\n{path}\n{}\nhost:127.0.0.1:4566\n\nhost\nUNSIGNED-PAYLOAD", pairs.join("&"));
    let (time, credential) = (value("X-Amz-Date"), value("X-Amz-Credential"));
    let (_, scope) = credential.split_once('/').expect("a credential has a scope");
    let text =
        format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hexadecimal(&Sha256::digest(canonical.as_bytes())));
    let secret = format!("AWS4{}", lectern::host::SECRET_KEY).into_bytes();
    let key = scope.split('/').fold(secret, |key, part| mac(&key, part.as_bytes()));
    let signature = hexadecimal(&mac(&key, text.as_bytes()));
    format!("{ENDPOINT}{path}?{}&X-Amz-Signature={signature}", pairs.join("&"))
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[tokio::test]
async fn an_address_from_the_future_is_refused_beyond_a_quarter_of_an_hour() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "key", "plan").await;
    for (ahead, good) in [(Duration::from_mins(14), true), (Duration::from_mins(16), false)] {
        #[expect(clippy::disallowed_methods, reason = "signatures are checked against the system's clock")]
        let then = SystemTime::now() + ahead;
        let config = PresigningConfig::builder().start_time(then).expires_in(Duration::from_hours(1)).build();
        let url = to_get(&bench.client, config.unwrap()).await;
        assert_eq!(ask(&bench, Method::GET, url.uri()).await.0, if good { 200 } else { 403 });
    }
}

#[tokio::test]
async fn a_stranger_and_nobody_are_refused() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "key", "plan").await;
    let as_stranger = |access: &str, secret: &str| {
        let config = bench.client.config().to_builder();
        Client::from_conf(
            config.credentials_provider(Credentials::new(access, secret, None, None, "test")).build(),
        )
    };
    let wrong_secret = as_stranger(lectern::host::ACCESS_KEY, "guessed");
    let url = to_get(&wrong_secret, minute()).await;
    assert_eq!(ask(&bench, Method::GET, url.uri()).await, (403, "SignatureDoesNotMatch".to_owned()));
    let outcome = wrong_secret.get_object().bucket(VERSIONED).key("key").send().await;
    assert_eq!(crate::host::refusal(outcome), "SignatureDoesNotMatch");
    let wrong_key = as_stranger("stranger", lectern::host::SECRET_KEY);
    let url = to_get(&wrong_key, minute()).await;
    assert_eq!(ask(&bench, Method::GET, url.uri()).await, (403, "InvalidAccessKeyId".to_owned()));
    let unsigned = "http://127.0.0.1:4566/versioned/key";
    assert_eq!(ask(&bench, Method::GET, unsigned).await, (403, "AccessDenied".to_owned()));
    assert_eq!(ask(&bench, Method::PUT, unsigned).await, (403, "AccessDenied".to_owned()));
}
