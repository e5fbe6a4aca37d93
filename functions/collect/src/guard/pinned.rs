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
    time::Duration,
};

/// How long a connection may take to come about.
const CONNECT_TIME: Duration = Duration::from_secs(10);
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
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT_TIME)
            .dns_resolver(Arc::new(pins.clone()))
            .build()
            .map_err(|error| TransportError { host: String::new(), reason: error.to_string() })?;
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
        if pins.len() >= PINS_MAX {
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
