use super::Carrier;
use async_trait::async_trait;
use edge::{Transport, TransportError};
use reqwest::{
    Request, Response,
    dns::{Addrs, Name, Resolve, Resolving},
};
use std::{
    collections::HashMap,
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Names kept with their addresses; a processor's storage has a handful, and a forgotten one is judged again.
const PINS_MAX: usize = 256;

/// Sends to addresses that were judged: its client looks no name up, it only finds what was pinned.
#[derive(Clone)]
pub struct Pinned {
    client: reqwest::Client,
    pins: Pins,
}

/// Names and the addresses that were judged for them last. Two requests to one name may exchange addresses: both sets
/// were judged.
#[derive(Clone, Default)]
struct Pins(Arc<Mutex<HashMap<String, Vec<SocketAddr>>>>);

impl Pinned {
    /// A client that follows nothing, repeats nothing, unpacks nothing and asks no proxy.
    pub fn new() -> Result<Self, TransportError> {
        let pins = Pins::default();
        let client = edge::plain_client()
            .retry(reqwest::retry::never())
            .referer(false)
            .dns_resolver(Arc::new(pins.clone()));
        let client = edge::build_client(client)?;
        Ok(Self { client, pins })
    }
}

#[async_trait]
impl Carrier for Pinned {
    async fn send(&self, request: Request, addresses: &[SocketAddr]) -> Result<Response, TransportError> {
        if let Some(host) = request.url().host_str() {
            self.pins.pin(host, addresses);
        }
        Transport::send(&self.client, request).await
    }
}

impl fmt::Debug for Pinned {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Pinned")
    }
}

impl Pins {
    fn pin(&self, host: &str, addresses: &[SocketAddr]) {
        let mut pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pins.len() >= PINS_MAX && !pins.contains_key(host) {
            pins.clear();
        }
        pins.insert(host.to_owned(), addresses.to_vec());
    }
}

impl Resolve for Pins {
    fn resolve(&self, name: Name) -> Resolving {
        let pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = pins.get(name.as_str()).cloned().filter(|addresses| !addresses.is_empty());
        let found = found.map(|addresses| -> Addrs { Box::new(addresses.into_iter()) });
        Box::pin(std::future::ready(found.ok_or_else(|| "the host was not judged".into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounded_number_of_names_is_kept_and_a_forgotten_one_is_not_looked_up() {
        let pins = Pins::default();
        let address = SocketAddr::from(([93, 184, 216, 34], 443));
        let kept = |pins: &Pins| pins.0.lock().unwrap().len();
        for number in 1..=PINS_MAX {
            pins.pin(&format!("{number}.example"), &[address]);
            assert_eq!(kept(&pins), number);
        }
        pins.pin("1.example", &[address]);
        assert_eq!(kept(&pins), PINS_MAX);
        pins.pin("one-more.example", &[address]);
        assert_eq!(kept(&pins), 1);
        let found = |name: &str| futures::executor::block_on(pins.resolve(name.parse().unwrap())).is_ok();
        assert!(found("one-more.example") && !found("1.example"));
    }
}
