//! Agreement with the reference library on ten thousand random messages: each signs what the other verifies, and both refuse
//! what was changed on its way.

use http::HeaderMap;
use standardwebhooks::Webhook;
use webhook::{Headers, Receiver, Rejection, Secret};

/// Messages exchanged.
const MESSAGES: usize = 10_000;
/// Longest random body, in characters; one in eight is empty.
const BODY_CHARS_MAX: usize = 600;

/// One message with everything that its sender chose.
#[derive(Clone, Debug)]
struct Message {
    id: String,
    timestamp: i64,
    body: Vec<u8>,
    signature: String,
}

impl Message {
    /// Unsigned; sent within four minutes of now, because the reference library reads the system's clock.
    fn random(random: &mut fastrand::Rng, now: i64) -> Self {
        let graphic = |random: &mut fastrand::Rng| match char::from(random.u8(b'!'..=b'~')) {
            '.' => '_',
            other => other,
        };
        let chars = if random.u8(..8) == 0 { 0 } else { random.usize(..BODY_CHARS_MAX) };
        let body: String = (0..chars).map(|_| random.char(..)).collect();
        Self {
            id: (0..random.usize(1..80)).map(|_| graphic(random)).collect(),
            timestamp: now + random.i64(-240..240),
            body: body.into_bytes(),
            signature: String::new(),
        }
    }

    /// The message with one bit of one of its four parts flipped.
    fn changed(&self, random: &mut fastrand::Rng) -> Self {
        let mut changed = self.clone();
        let flip = |random: &mut fastrand::Rng, text: &str| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[random.usize(..text.len())] ^= 1;
            String::from_utf8(bytes).expect("ASCII without its lowest bit is ASCII")
        };
        match random.u8(..4) {
            0 if !self.body.is_empty() => {
                changed.body[random.usize(..self.body.len())] ^= 1 << random.u8(..8);
            }
            1 => changed.id = flip(random, &self.id),
            2 => changed.timestamp ^= 1,
            _ => changed.signature = flip(random, &self.signature),
        }
        changed
    }

    fn ours(&self, secrets: &[&Secret]) -> Result<usize, Rejection> {
        let timestamp = self.timestamp.to_string();
        let headers = Headers {
            id: Some(self.id.as_bytes()),
            timestamp: Some(timestamp.as_bytes()),
            signature: Some(self.signature.as_bytes()),
        };
        let receiver = Receiver::new(secrets.iter().copied().cloned().collect());
        receiver.verify(headers, &self.body, self.timestamp).map(|verified| verified.secret)
    }

    fn theirs(&self, webhook: &Webhook) -> bool {
        let (Ok(id), Ok(signature)) = (self.id.parse(), self.signature.parse()) else {
            return false; // A flipped bit made it something that no header carries.
        };
        let mut headers = HeaderMap::new();
        headers.insert(webhook::ID, id);
        headers.insert(webhook::TIMESTAMP, self.timestamp.into());
        headers.insert(webhook::SIGNATURE, signature);
        webhook.verify(&self.body, &headers).is_ok()
    }
}

fn key(random: &mut fastrand::Rng) -> (Secret, Webhook) {
    let bytes: Vec<u8> = (0..random.usize(24..=64)).map(|_| random.u8(..)).collect();
    let ours = Secret::from_bytes(&bytes).expect("24 to 64 bytes are a secret");
    (ours, Webhook::from_bytes(bytes).expect("any bytes are a secret there"))
}

#[expect(clippy::disallowed_methods, reason = "the reference library compares with the system's clock")]
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("it is after 1970").as_secs()).expect("it is before the end of time")
}

#[test]
fn ten_thousand_messages_are_signed_and_judged_alike() {
    let mut random = fastrand::Rng::with_seed(1);
    let now = now();
    for number in 0..MESSAGES {
        let (old, old_theirs) = key(&mut random);
        let (new, new_theirs) = key(&mut random);
        let mut message = Message::random(&mut random, now);
        message.signature = old_theirs.sign(&message.id, message.timestamp, &message.body).unwrap();
        assert_eq!(message.signature, old.sign(&message.id, message.timestamp, &message.body), "{number}");
        assert_eq!(message.ours(&[&old]), Ok(0), "{number}");
        assert!(message.theirs(&old_theirs), "{number}");
        assert_eq!(message.ours(&[&new]), Err(Rejection::NoMatch), "{number}");
        assert!(!message.theirs(&new_theirs), "{number}");
        let changed = message.changed(&mut random);
        assert!(changed.ours(&[&old]).is_err() && !changed.theirs(&old_theirs), "{number}: {changed:?}");
        // A rotation: signed with both, beside versions that nobody knows.
        let both = new_theirs.sign(&message.id, message.timestamp, &message.body).unwrap();
        message.signature = format!("v1a,{} {} v2,AAAA {both}", "A".repeat(86), message.signature);
        assert_eq!(message.ours(&[&new]), Ok(0), "{number}");
        assert_eq!(message.ours(&[&old]), Ok(0), "{number}");
        assert_eq!(message.ours(&[&new, &old]), Ok(0), "{number}");
        assert!(message.theirs(&old_theirs) && message.theirs(&new_theirs), "{number}");
    }
}

/// Where the library takes more than the standard allows, the receiver does not.
#[test]
fn what_only_the_library_takes_is_refused() {
    let mut random = fastrand::Rng::with_seed(2);
    let (ours, theirs) = key(&mut random);
    let mut dotted = Message { id: "msg.1".to_owned(), ..Message::random(&mut random, now()) };
    dotted.signature = theirs.sign(&dotted.id, dotted.timestamp, &dotted.body).unwrap();
    assert!(dotted.theirs(&theirs));
    assert_eq!(dotted.ours(&[&ours]), Err(Rejection::MalformedId { bytes: 5 }));
    assert!(Webhook::new("whsec_").is_ok() && Secret::parse("whsec_").is_err());
}
