use super::{PUBLIC, address};
use crate::guard::{Carrier, Pinned, Resolver};
use async_trait::async_trait;
use edge::TransportError;
use reqwest::{Request, Response};
use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tokio::net::TcpListener;

/// Names with the answers that each look-up gives in turn; the last is given from then on.
#[derive(Debug, Default)]
pub(super) struct Names {
    answers: BTreeMap<String, Vec<Vec<IpAddr>>>,
    looked_up: Mutex<BTreeMap<String, usize>>,
}

impl Names {
    pub(super) fn with(mut self, name: &str, answers: &[&[&str]]) -> Self {
        let answers = answers.iter().map(|answer| answer.iter().map(|text| address(text)).collect());
        self.answers.insert(name.to_owned(), answers.collect());
        self
    }
}

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let answers = self.answers.get(host).ok_or(io::ErrorKind::NotFound)?;
        let mut looked_up = self.looked_up.lock().expect("no test panics while it holds the lock");
        let turn = looked_up.entry(host.to_owned()).or_default();
        let answer = answers[(*turn).min(answers.len() - 1)].clone();
        *turn += 1;
        Ok(answer)
    }
}

/// A listener that stands for every machine that must not be reached, and counts who reaches it.
#[derive(Debug)]
pub(super) struct Canary {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Canary {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self { address, connections }
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// The real carrier on a small internet: the public addresses lead to the hostile server, all others to the canary.
///
/// It speaks plain HTTP where https was asked for, so that the server can send any bytes; with `tls` it does not.
#[derive(Debug)]
pub(super) struct Wire {
    pinned: Pinned,
    server: SocketAddr,
    pub(super) canary: Canary,
    pub(super) tls: AtomicBool,
    asked: Mutex<Vec<(String, Vec<SocketAddr>)>>,
}

impl Wire {
    pub(super) async fn to(server: SocketAddr) -> Self {
        Self {
            pinned: Pinned::new().expect("a client can be made"),
            server,
            canary: Canary::start().await,
            tls: AtomicBool::new(false),
            asked: Mutex::default(),
        }
    }

    /// Requests that were to be sent.
    pub(super) fn asked(&self) -> usize {
        self.asked.lock().expect("no test panics while it holds the lock").len()
    }

    /// Those of them that would have gone anywhere but to port 443 of the public addresses.
    pub(super) fn forbidden(&self) -> Vec<String> {
        let asked = self.asked.lock().expect("no test panics while it holds the lock");
        let forbidden = asked.iter().filter(|(_, addresses)| !is_allowed(addresses));
        forbidden.map(|(url, addresses)| format!("{url} at {addresses:?}")).collect()
    }
}

fn is_allowed(addresses: &[SocketAddr]) -> bool {
    let public = PUBLIC.map(address);
    !addresses.is_empty() && addresses.iter().all(|to| public.contains(&to.ip()) && to.port() == 443)
}

#[async_trait]
impl Carrier for Wire {
    async fn send(&self, mut request: Request, addresses: &[SocketAddr]) -> Result<Response, TransportError> {
        let asked = (request.url().to_string(), addresses.to_vec());
        self.asked.lock().expect("no test panics while it holds the lock").push(asked);
        let to = if is_allowed(addresses) { self.server } else { self.canary.address };
        let url = request.url_mut();
        if !self.tls.load(Ordering::Relaxed) {
            url.set_scheme("http").expect("https may become http");
        }
        // Without a port of its own a name is reached at the port that it is pinned to; an address would not be pinned.
        url.set_port(None).expect("a URL with a host may have no port");
        if !matches!(url.host(), Some(url::Host::Domain(_))) {
            url.set_host(Some("address.example")).expect("a host may become a name");
        }
        self.pinned.send(request, &[to]).await
    }
}
