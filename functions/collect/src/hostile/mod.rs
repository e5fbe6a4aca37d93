//! Fetching under attack: a hostile server behind real sockets, a resolver that lies, and a canary that hears every
//! connection to an address that is not the world's.

mod addresses;
mod answers;
mod bodies;
mod redirects;
mod server;
mod times;
mod wire;

use crate::{
    announced::Announced,
    fetch::Fetch,
    guard::{Guard, GuardError, Policy},
};
use document::Unusable;
use normalizer::Role;
use server::{Reply, Server};
use sha2::{Digest, Sha256};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::time::Instant;
use wire::{Names, Wire};

/// The only addresses of this world that are anybody's; they stand for the hostile server.
const PUBLIC: [&str; 2] = ["93.184.216.34", "2606:2800:220:1::1"];
/// What an honest host would send.
const CONTENT: &[u8] = b"# Plan";

/// A guard, what it may fetch, and everything that it must not reach.
struct World {
    guard: Guard,
    wire: Arc<Wire>,
    server: Server,
}

impl World {
    /// A world whose server answers by path. `files.example` and all below `cdn.example` may be fetched, and so may
    /// `listed`, as if an operator had put each of them on the list by mistake.
    async fn new(
        listed: &[&str],
        names: Names,
        reply: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let server = Server::start(reply).await;
        let wire = Arc::new(Wire::to(server.address).await);
        let hosts = ["files.example", "*.cdn.example", PUBLIC[0]].iter().chain(listed);
        let policy = Policy::new(hosts.map(|&host| host.to_owned()), false);
        let guard = Guard::new(policy, Arc::new(names), Arc::<Wire>::clone(&wire) as _);
        Self { guard, wire, server }
    }

    /// A world in which every listed name leads to the server.
    async fn honest(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let names = Names::default().with("files.example", &[&PUBLIC]).with("a.cdn.example", &[&PUBLIC[..1]]);
        Self::new(&[], names, reply).await
    }

    /// The status of the last answer, or the word for why there is none and whether that may pass.
    async fn status(&self, url: &str) -> Result<u16, (&'static str, bool)> {
        let answer = self.guard.get(url).await;
        answer
            .map(|answer| answer.status().as_u16())
            .map_err(|error: GuardError| (error.word(), error.is_passing()))
    }

    /// Fetches a whole file of which this was announced: the bytes, or what operators group the failure by.
    async fn fetch(&self, path: &str, size: usize, sha256: &str) -> Result<Vec<u8>, String> {
        fetch(&self.guard, path, size, sha256, Duration::from_mins(10)).await
    }

    /// Refused for good, before anything was connected to.
    async fn refuses(&self, url: &str) {
        let before = self.wire.asked();
        let verdict = self.status(url).await;
        assert!(
            matches!(verdict, Err(("address-refused" | "address-private", false))),
            "{url} is met with {verdict:?}"
        );
        assert_eq!(self.wire.asked(), before, "{url}");
        self.nothing_leaked();
    }

    fn nothing_leaked(&self) {
        assert_eq!(self.wire.canary.connections(), 0, "the canary was connected to");
        assert_eq!(self.wire.forbidden(), Vec::<String>::new(), "forbidden addresses were asked for");
    }
}

async fn fetch(
    guard: &Guard,
    path: &str,
    size: usize,
    sha256: &str,
    time: Duration,
) -> Result<Vec<u8>, String> {
    let file = Announced {
        role: Role::Text,
        name: "plan.md".into(),
        media_type: "text/markdown".into(),
        size: size as u64,
        sha256: sha256.to_owned(),
        url: format!("https://files.example{path}"),
    };
    let outcome = match Fetch::begin(guard, &file, Instant::now() + time).await {
        Ok(fetch) => fetch.whole().await,
        Err(unusable) => Err(unusable),
    };
    outcome.map_err(|unusable| match unusable {
        Unusable::Wrong(failure) | Unusable::Unreachable(failure) => failure.cause,
        Unusable::Hopeless(failure) => panic!("{failure:?}"),
    })
}

fn sum(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an IP address")
}
