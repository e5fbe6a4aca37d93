//! The only way to fetch what a processor points at. A processor that was taken over must not make Lectern ask a machine
//! that only Lectern can reach.
//!
//! An address is judged as it is written ([`policy`]), then every IP address behind its host ([`address`]), and the
//! connection is pinned to what was judged ([`pinned`]). Each redirect begins again from the start.

mod address;
mod pinned;
mod policy;
mod resolver;

pub use pinned::Pinned;
pub use policy::Policy;
pub use resolver::{Resolver, SystemResolver};

use async_trait::async_trait;
use edge::TransportError;
use policy::{Permitted, Reach};
use reqwest::{
    Method, Request, Response, StatusCode,
    header::{ACCEPT_ENCODING, HeaderValue, LOCATION},
};
use std::{fmt::Debug, net::SocketAddr, sync::Arc, time::Duration};
use thiserror::Error;

/// Redirects followed for one file: a link service and a storage service behind it, and one to spare.
pub(crate) const REDIRECTS_MAX: u32 = 3;
/// How long one host may take until the first byte of its answer.
pub(crate) const ANSWER_TIME: Duration = Duration::from_secs(30);

/// Sends one request to addresses that were judged, and to no other. Redirects are answers.
#[async_trait]
pub trait Carrier: Debug + Send + Sync {
    async fn send(&self, request: Request, addresses: &[SocketAddr]) -> Result<Response, TransportError>;
}

/// Why a file was not fetched.
#[derive(Debug, Error)]
pub enum GuardError {
    /// The address as it is written is not one that we fetch from.
    #[error("its address is not one that we fetch from: {0}")]
    Address(&'static str),
    /// The host stands for an address inside a network.
    #[error("its host {0} leads into a private network")]
    Private(String),
    /// The host's name has no address now.
    #[error("its host {host} was not found")]
    Unresolved { host: String, source: std::io::Error },
    /// The host did not answer.
    #[error("its host did not answer")]
    Silent(#[source] TransportError),
    /// The host did not answer in time.
    #[error("its host did not answer in time")]
    Slow,
    /// A redirect too many, or one that leads nowhere.
    #[error("its address leads from one place to the next")]
    Astray,
}

impl GuardError {
    /// Whether the same address can work later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unresolved { .. } | Self::Silent(_) | Self::Slow)
    }

    /// A stable word that operators group by.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Address(_) => "address-refused",
            Self::Private(_) => "address-private",
            Self::Unresolved { .. } => "host-not-found",
            Self::Silent(_) => "no-answer",
            Self::Slow => "slow",
            Self::Astray => "redirects",
        }
    }
}

/// Fetches under rules.
#[derive(Clone, Debug)]
pub struct Guard {
    policy: Policy,
    resolver: Arc<dyn Resolver>,
    carrier: Arc<dyn Carrier>,
}

impl Guard {
    /// A guard that asks `resolver` for addresses and sends through `carrier`.
    pub fn new(policy: Policy, resolver: Arc<dyn Resolver>, carrier: Arc<dyn Carrier>) -> Self {
        Self { policy, resolver, carrier }
    }

    /// The answer of the last host, whatever its status; its body is still to come.
    pub async fn get(&self, url: &str) -> Result<Response, GuardError> {
        let mut to = self.policy.permit(url)?;
        for _ in 0..=REDIRECTS_MAX {
            let response = self.hop(&to).await?;
            if !is_redirect(response.status()) {
                return Ok(response);
            }
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let next = location.and_then(|location| to.url.join(location).ok()).ok_or(GuardError::Astray)?;
            let next = self.policy.permit(next.as_str())?;
            if next.reach != to.reach {
                return Err(GuardError::Address("it was redirected between this machine and the world"));
            }
            to = next;
        }
        Err(GuardError::Astray)
    }

    async fn hop(&self, to: &Permitted) -> Result<Response, GuardError> {
        let addresses = self.judged(to).await?;
        let mut request = Request::new(Method::GET, to.url.clone());
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        match tokio::time::timeout(ANSWER_TIME, self.carrier.send(request, &addresses)).await {
            Ok(answer) => answer.map_err(GuardError::Silent),
            Err(_) => Err(GuardError::Slow),
        }
    }

    /// The addresses behind a host, if all of them are fit: one that is not is reason enough to stay away.
    async fn judged(&self, to: &Permitted) -> Result<Vec<SocketAddr>, GuardError> {
        let addresses = match to.literal {
            Some(address) => vec![address],
            None => match tokio::time::timeout(ANSWER_TIME, self.resolver.resolve(&to.host)).await {
                Ok(Ok(addresses)) => addresses,
                Ok(Err(source)) => return Err(GuardError::Unresolved { host: to.host.clone(), source }),
                Err(_) => return Err(GuardError::Slow),
            },
        };
        if addresses.is_empty() {
            let source = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(GuardError::Unresolved { host: to.host.clone(), source });
        }
        let fit = |address: &std::net::IpAddr| match to.reach {
            Reach::World => address::is_public(*address),
            Reach::ThisMachine => address.is_loopback(),
        };
        if !addresses.iter().all(fit) {
            tracing::error!(alarm = "fetch-refused", host = %to.host, ?addresses, "a result's host leads into a network");
            return Err(GuardError::Private(to.host.clone()));
        }
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, to.port)).collect())
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

#[cfg(test)]
mod tests;
