use clock::{Clock, Pace, Random, SystemClock, SystemRandom};
use std::sync::Arc;

/// What the queues take from their host.
#[derive(Clone, Debug)]
pub struct Config {
    /// Decides what is visible, delayed and expired.
    pub clock: Arc<dyn Clock>,
    /// Message ids and the secret part of receipt handles.
    pub random: Arc<dyn Random>,
    /// Divides visibility time-outs and delays. Retention and long polls stay as they are.
    pub pace: Pace,
    /// The region in queue ARNs.
    pub region: String,
    /// The account in queue ARNs and URLs.
    pub account: String,
    /// What queue URLs begin with, such as `http://127.0.0.1:4566`, without a slash at the end.
    pub endpoint: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            pace: Pace::REAL,
            region: String::from("eu-central-1"),
            account: String::from("000000000000"),
            endpoint: String::from("http://127.0.0.1:4566"),
        }
    }
}

impl Config {
    pub(crate) fn arn(&self, queue: &str) -> String {
        format!("arn:aws:sqs:{}:{}:{queue}", self.region, self.account)
    }

    pub(crate) fn url(&self, queue: &str) -> String {
        format!("{}/{}/{queue}", self.endpoint, self.account)
    }

    /// The present instant in milliseconds since 1970, which is how the store keeps instants.
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    pub(crate) fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// A random identifier in the form of a version 4 UUID.
    pub(crate) fn fresh_id(&self) -> String {
        uuid::Builder::from_random_bytes(self.random_bytes()).into_uuid().to_string()
    }
}
