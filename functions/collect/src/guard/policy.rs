//! Which addresses may be fetched, judged as they are written.

use super::GuardError;
use std::net::IpAddr;
use url::{Host, Url};

/// Longest address taken, in bytes: presigned ones have up to two thousand.
pub(super) const URL_BYTES_MAX: usize = 8 * 1024;
/// The port of https, and the only one.
const PORT: u16 = 443;

/// What may be fetched.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Exact names or addresses.
    hosts: Vec<String>,
    /// What a name must end in, with the dot in front.
    suffixes: Vec<String>,
    /// Whether plain HTTP to this machine is allowed, on any port.
    loopback: bool,
}

/// Where a host may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    World,
    ThisMachine,
}

/// An address that may be fetched, if the host's addresses are fit.
#[derive(Clone, Debug)]
pub(super) struct Permitted {
    pub(super) url: Url,
    pub(super) host: String,
    pub(super) port: u16,
    /// The host itself, where it is an address: no name would be looked up, so no resolver would see it.
    pub(super) literal: Option<IpAddr>,
    pub(super) reach: Reach,
}

impl Policy {
    /// Allows https to `hosts` (`files.example` or `*.example`, which does not allow `example` itself), and, with
    /// `loopback`, plain HTTP to this machine.
    pub fn new(hosts: impl IntoIterator<Item = String>, loopback: bool) -> Self {
        let hosts = hosts.into_iter().map(|host| host.to_ascii_lowercase());
        let (suffixes, hosts): (Vec<_>, Vec<_>) = hosts.partition(|host| host.starts_with("*."));
        let suffixes = suffixes.iter().map(|suffix| suffix.trim_start_matches('*').to_owned()).collect();
        Self { hosts, suffixes, loopback }
    }

    pub(super) fn permit(&self, url: &str) -> Result<Permitted, GuardError> {
        let refuse = |why| Err(GuardError::Address(why));
        if url.len() > URL_BYTES_MAX {
            return refuse("it is too long");
        }
        // The parser reads every spelling of an IPv4 address that browsers do: decimal, octal, hexadecimal.
        let Ok(url) = Url::parse(url) else {
            return refuse("it is no URL");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("it carries a name or a password");
        }
        let (host, literal) = match url.host() {
            Some(Host::Domain(name)) => (name.to_owned(), None),
            Some(Host::Ipv4(address)) => (address.to_string(), Some(IpAddr::V4(address))),
            Some(Host::Ipv6(address)) => (address.to_string(), Some(IpAddr::V6(address))),
            None => return refuse("it has no host"),
        };
        let Some(port) = url.port_or_known_default() else {
            return refuse("it has no port");
        };
        let reach = match url.scheme() {
            "https" if port != PORT => return refuse("its port is not 443"),
            "https" if !self.names(&host) => return refuse("its host is not on the list"),
            "https" => Reach::World,
            "http" if self.loopback && is_this_machine(&host, literal) => Reach::ThisMachine,
            _ => return refuse("it is not https"),
        };
        Ok(Permitted { url, host, port, literal, reach })
    }

    fn names(&self, host: &str) -> bool {
        let below = |suffix: &String| host.len() > suffix.len() && host.ends_with(suffix.as_str());
        self.hosts.iter().any(|allowed| allowed == host) || self.suffixes.iter().any(below)
    }
}

fn is_this_machine(host: &str, literal: Option<IpAddr>) -> bool {
    literal.map_or(host == "localhost", |address| address.is_loopback())
}
