//! The network outside AWS: the processor, its files and the issuer, without a socket.

use crate::{
    faults::{Fault, Faults, When},
    processor::{FILES_HOST, Processor},
};
use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use collect::guard::{Carrier, Guard, Policy, Resolver};
use edge::{Transport, TransportError};
use http::{Response, StatusCode};
use http_body_util::BodyExt as _;
use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
use tower::ServiceExt as _;

/// The address that the processor's files are at: in the world, and nobody's that is asked here.
const FILES_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(93, 184, 215, 14));

/// The network. Clones share everything.
#[derive(Clone)]
pub struct Network(Arc<Inner>);

struct Inner {
    faults: Faults,
    /// Set once both are made: the processor calls the host back over it, the issuer is asked through it.
    processor: OnceLock<Processor>,
    issuer: OnceLock<Router>,
    /// Where names lead, if not where they lead by nature: each look gives the next answer, the last one stays.
    names: Mutex<Vec<(String, Vec<IpAddr>)>>,
    /// Every address that a connection was made to for a file.
    connected: Mutex<Vec<SocketAddr>>,
}

impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Network")
    }
}

impl Network {
    pub(crate) fn new(faults: Faults) -> Self {
        Self(Arc::new(Inner {
            faults,
            processor: OnceLock::new(),
            issuer: OnceLock::new(),
            names: Mutex::default(),
            connected: Mutex::default(),
        }))
    }

    pub(crate) fn connect(&self, processor: Processor, issuer: Router) {
        // Each is set once, when the simulation is put together.
        drop(self.0.processor.set(processor));
        drop(self.0.issuer.set(issuer));
    }

    /// The guard that fetches over this network.
    pub(crate) fn guard(&self) -> Guard {
        let policy = Policy::new([FILES_HOST.to_owned()], false);
        Guard::new(policy, Arc::new(self.clone()), Arc::new(self.clone()))
    }

    /// Lets the next look at `name` find `addresses`.
    pub fn name(&self, name: &str, addresses: &[IpAddr]) {
        let mut names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.push((name.to_owned(), addresses.to_vec()));
    }

    /// Every address that was connected to for a file.
    pub fn connected(&self) -> Vec<SocketAddr> {
        self.0.connected.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Transport for Network {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let lost = |reason: &str| TransportError { host: host.clone(), reason: reason.to_owned() };
        if host != "processor.test" {
            let issuer = self.0.issuer.get().ok_or_else(|| lost("nobody is there"))?.clone();
            let path = request.url().path().trim_start_matches("/issuer").to_owned();
            let asked = http::Request::get(path).body(axum::body::Body::empty());
            let answer = issuer.oneshot(asked.map_err(|error| lost(&error.to_string()))?).await;
            let Ok(answer) = answer;
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.map_err(|error| lost(&error.to_string()))?.to_bytes();
            return Ok(reqwest::Response::from(Response::from_parts(parts, body)));
        }
        let faults = &self.0.faults;
        let point = format!("processor {}", request.method());
        if let Err(fault) = faults.meet(&point, When::Before).await {
            return unwilling(faults, fault).map_err(lost);
        }
        let request = received(request).await.map_err(lost)?;
        let processor = self.0.processor.get().ok_or_else(|| lost("nobody is there"))?;
        let answer = processor.answer(request).await;
        faults.note(&format!("{point} {}", answer.status().as_u16()));
        match faults.meet(&point, When::After).await {
            Ok(()) => Ok(answer.into()),
            Err(_) => Err(lost("the connection broke off")),
        }
    }
}

/// A processor that cannot, or does not want to.
fn unwilling(faults: &Faults, fault: Fault) -> Result<reqwest::Response, &'static str> {
    let answer = |code: StatusCode| {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = code;
        response
    };
    if fault == Fault::Throttle {
        let mut response = answer(StatusCode::TOO_MANY_REQUESTS);
        response.headers_mut().insert("retry-after", http::HeaderValue::from_static("90"));
        return Ok(response.into());
    }
    match faults.draw(3) {
        0 => Err("connection refused"),
        1 => Ok(answer(StatusCode::SERVICE_UNAVAILABLE).into()),
        _ => Ok(answer(StatusCode::INTERNAL_SERVER_ERROR).into()),
    }
}

/// The request, whole. A sender that gives up in the middle has sent nothing.
async fn received(mut request: reqwest::Request) -> Result<http::Request<Bytes>, &'static str> {
    let body = match request.body_mut().take() {
        Some(body) => body.collect().await.map_err(|_| "the request broke off")?.to_bytes(),
        None => Bytes::new(),
    };
    let mut received = http::Request::new(body);
    received.method_mut().clone_from(request.method());
    *received.uri_mut() = request.url().as_str().parse().map_err(|_| "no address")?;
    received.headers_mut().clone_from(request.headers());
    Ok(received)
}

#[async_trait]
impl Resolver for Network {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let mut names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = names.iter().position(|(name, _)| name == host) {
            return Ok(names.remove(index).1);
        }
        if host == FILES_HOST { Ok(vec![FILES_ADDRESS]) } else { Err(io::ErrorKind::NotFound.into()) }
    }
}

#[async_trait]
impl Carrier for Network {
    async fn send(
        &self,
        request: reqwest::Request,
        addresses: &[SocketAddr],
    ) -> Result<reqwest::Response, TransportError> {
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let lost = |reason: &str| TransportError { host: host.clone(), reason: reason.to_owned() };
        self.0.connected.lock().unwrap_or_else(PoisonError::into_inner).extend(addresses);
        let faults = &self.0.faults;
        if let Err(fault) = faults.meet("fetch", When::Before).await {
            return unwilling(faults, fault).map_err(lost);
        }
        let path = percent_encoding::percent_decode_str(request.url().path()).decode_utf8_lossy();
        let file = self.0.processor.get().and_then(|processor| processor.file(&path));
        faults.note(&format!("fetch {} {}", path, file.is_some()));
        let mut response = Response::new(file.clone().unwrap_or_default());
        if file.is_none() {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        match faults.meet("fetch", When::After).await {
            Ok(()) => Ok(response.into()),
            Err(_) => Err(lost("the connection broke off")),
        }
    }
}
