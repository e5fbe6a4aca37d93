//! Whatever headers and body a stranger sends: nothing panics, nothing is believed, and a true signature among it still is.
//!
//! The input is the id, the timestamp and the signatures, a line each, and the body behind them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use webhook::{Headers, ID_BYTES_MAX, Receiver, Rejection, SIGNATURES_MAX, Secret};

const NOW: i64 = 1_700_000_000;

fuzz_target!(|input: &[u8]| {
    let mut lines = input.splitn(4, |byte| *byte == b'\n');
    let (id, timestamp, signature) = (lines.next(), lines.next(), lines.next());
    let body = lines.next().unwrap_or_default();
    let secret = Secret::from_bytes(&[7; 32]).expect("32 bytes are a secret");
    let receiver =
        Receiver::new(vec![Secret::from_bytes(&[9; 24]).expect("24 bytes are a secret"), secret.clone()]);
    let headers = Headers { id, timestamp, signature };
    // Nobody who does not know the secret makes an HMAC-SHA256 by chance.
    let verdict = receiver.verify(headers, body, NOW).expect_err("nothing unsigned is believed");
    for now in [i64::MIN, 0, i64::MAX] {
        receiver.verify(headers, body, now).expect_err("nothing unsigned is believed");
    }
    // What its sender signed is believed, whatever stands beside the signature.
    let (Some(id), Some(others)) = (id.and_then(|id| std::str::from_utf8(id).ok()), signature) else {
        return;
    };
    let true_one = secret.sign(id, NOW, body);
    let both = [others, b" ", true_one.as_bytes()].concat();
    let now = NOW.to_string();
    let headers =
        Headers { id: Some(id.as_bytes()), timestamp: Some(now.as_bytes()), signature: Some(&both) };
    match receiver.verify(headers, body, NOW) {
        Ok(verified) => assert_eq!((verified.id.as_str(), verified.secret), (id, 1)),
        Err(Rejection::MalformedId { bytes }) => {
            let odd = |byte: u8| !byte.is_ascii_graphic() || byte == b'.';
            assert!(bytes == 0 || bytes > ID_BYTES_MAX || id.bytes().any(odd), "{id:?}");
        }
        Err(Rejection::TooManySignatures) => {
            assert!(both.len() > 4096 || both.split(|b| *b == b' ').count() > SIGNATURES_MAX)
        }
        Err(other) => panic!("{other} after {verdict}"),
    }
});
