use async_trait::async_trait;
use std::{
    fmt::Debug,
    sync::{Arc, LazyLock},
    time::Duration,
};
use thiserror::Error;

/// How long a connection to a processor or an issuer may take to come about: a round trip takes less than a second.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// A request that got no answer.
#[derive(Clone, Debug, Error)]
#[error("no answer from {host}: {reason}")]
pub struct TransportError {
    /// The host that was asked.
    pub host: String,
    /// What went wrong, without addresses that may hold secrets.
    pub reason: String,
}

/// Sends HTTP requests to the world outside AWS.
#[async_trait]
pub trait Transport: Debug + Send + Sync {
    /// Sends one request; redirects are answers, not followed.
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError>;

    /// Begins what the first request would otherwise wait for. Whoever will send says so while a function is built.
    fn prepare(&self) {}
}

#[async_trait]
impl Transport for reqwest::Client {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        let host = request.url().host_str().unwrap_or_default().to_owned();
        self.execute(request).await.map_err(|error| {
            let error = error.without_url();
            let mut reason = error.to_string();
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                reason = format!("{reason}: {cause}");
                source = cause.source();
            }
            TransportError { host, reason }
        })
    }
}

/// What every client for the world outside AWS is made from. It goes nowhere by itself: no redirects, no proxies from the
/// environment, and nothing is unpacked unasked, whoever else in the build wants that: what is hashed is what came.
pub fn plain_client() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .connect_timeout(CONNECT_TIME)
}

/// The client of both hosts.
pub fn default_transport() -> Result<reqwest::Client, TransportError> {
    build_client(plain_client())
}

/// The client, or why this machine cannot have it.
pub fn build_client(client: reqwest::ClientBuilder) -> Result<reqwest::Client, TransportError> {
    client.build().map_err(|error| TransportError { host: String::new(), reason: error.to_string() })
}

/// The default transport, made once it is needed: it reads the machine's root certificates, and most functions send nothing
/// outside AWS.
#[derive(Clone, Debug)]
pub(crate) struct WhenNeeded(Arc<LazyLock<Result<reqwest::Client, TransportError>>>);

impl Default for WhenNeeded {
    fn default() -> Self {
        Self(Arc::new(LazyLock::new(default_transport)))
    }
}

#[async_trait]
impl Transport for WhenNeeded {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        match &**self.0 {
            Ok(client) => client.send(request).await,
            Err(error) => Err(error.clone()),
        }
    }

    /// Beside the rest of the start, on a thread of its own.
    fn prepare(&self) {
        let client = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || LazyLock::force(&client).is_ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_transport_is_made_once_however_it_comes_to_be_needed() {
        let transport = WhenNeeded::default();
        transport.prepare();
        // Nobody listens there: what counts is that it was tried, with a client, by whoever came first.
        for _ in 0..2 {
            let url = "http://127.0.0.1:9/".parse().unwrap();
            let error = transport.send(reqwest::Request::new(reqwest::Method::GET, url)).await.unwrap_err();
            assert_eq!(error.host, "127.0.0.1");
        }
    }
}
