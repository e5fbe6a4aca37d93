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
use http::{
    HeaderValue, Method, Response, StatusCode,
    header::{LOCATION, RETRY_AFTER},
};
use http_body_util::BodyExt as _;
use std::{
    collections::VecDeque,
    fmt, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
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
    /// What the processor's API answers next, before it answers as it would.
    excuses: Mutex<VecDeque<Excuse>>,
    /// Where the next fetches are sent on to.
    redirects: Mutex<VecDeque<String>>,
    asked: Mutex<Vec<Asked>>,
    under_way: Mutex<UnderWay>,
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
            excuses: Mutex::default(),
            redirects: Mutex::default(),
            asked: Mutex::default(),
            under_way: Mutex::default(),
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
        held(&self.0.names).push((name.to_owned(), addresses.to_vec()));
    }

    /// Lets the processor's API answer the next request of this method with an excuse.
    pub fn excuse(&self, method: Method, status: u16, retry_after: Option<&str>) {
        let excuse = Excuse { method, status, retry_after: retry_after.map(str::to_owned) };
        held(&self.0.excuses).push_back(excuse);
    }

    /// Lets the next fetch of a file be sent on to another address.
    pub fn redirect(&self, to: &str) {
        held(&self.0.redirects).push_back(to.to_owned());
    }

    /// When the processor's API was asked by this method, whether or not it was there.
    pub fn asked(&self, method: &Method) -> Vec<Duration> {
        let asked = held(&self.0.asked);
        asked.iter().filter(|asked| asked.method == *method).map(|asked| asked.at).collect()
    }

    /// The most requests to the processor's API that were ever under way at once.
    pub fn at_once_max(&self) -> usize {
        held(&self.0.under_way).max
    }

    fn excused(&self, method: &Method) -> Option<reqwest::Response> {
        let mut excuses = held(&self.0.excuses);
        let index = excuses.iter().position(|excuse| excuse.method == *method)?;
        let excuse = excuses.remove(index)?;
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::from_u16(excuse.status).ok()?;
        if let Some(value) = excuse.retry_after.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(RETRY_AFTER, value);
        }
        Some(response.into())
    }

    /// Every address that was connected to for a file.
    pub fn connected(&self) -> Vec<SocketAddr> {
        held(&self.0.connected).clone()
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
        held(&self.0.asked).push(Asked { at: faults.elapsed(), method: request.method().clone() });
        let _under_way = Passage::begin(&self.0.under_way);
        if let Some(excuse) = self.excused(request.method()) {
            faults.note(&format!("{point} {}", excuse.status().as_u16()));
            return Ok(excuse);
        }
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

/// What the processor's API says instead of an answer.
struct Excuse {
    method: Method,
    status: u16,
    retry_after: Option<String>,
}

/// One request to the processor's API.
struct Asked {
    at: Duration,
    method: Method,
}

/// Requests to the processor's API that are under way, and the most that ever were.
#[derive(Default)]
struct UnderWay {
    now: usize,
    max: usize,
}

/// One of them.
struct Passage<'a>(&'a Mutex<UnderWay>);

impl<'a> Passage<'a> {
    fn begin(under_way: &'a Mutex<UnderWay>) -> Self {
        let mut counted = held(under_way);
        counted.now += 1;
        counted.max = counted.max.max(counted.now);
        Self(under_way)
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        held(self.0).now -= 1;
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        let mut names = held(&self.0.names);
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
        held(&self.0.connected).extend(addresses);
        let faults = &self.0.faults;
        if let Err(fault) = faults.meet("fetch", When::Before).await {
            return unwilling(faults, fault).map_err(lost);
        }
        let onward = held(&self.0.redirects).pop_front();
        if let Some(to) = onward.and_then(|to| HeaderValue::try_from(to).ok()) {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::FOUND;
            response.headers_mut().insert(LOCATION, to);
            return Ok(response.into());
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
