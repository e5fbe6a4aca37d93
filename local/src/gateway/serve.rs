use super::{
    Body, Gateway,
    bounds::{ACCEPT_PAUSE, Bounds, DRAIN_MAX},
    busy::busy,
    counters,
    json::whole,
    patience::patient,
};
use http::{HeaderValue, Request, Response, header::CONNECTION};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use std::{convert::Infallible, future::Future, sync::Arc};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// Serves the gateway on a port until `stop` is ready, then lets what is under way end.
pub async fn serve(listener: TcpListener, gateway: Gateway, stop: impl Future<Output = ()>) {
    serve_within(Bounds::default(), listener, gateway, stop).await;
}

/// What the connections of a port share.
struct Port {
    gateway: Gateway,
    bounds: Bounds,
    connections: Arc<Semaphore>,
    refused_connections: Arc<Semaphore>,
    requests: Arc<Semaphore>,
    stopping: CancellationToken,
}

/// How a connection was let in.
struct Admission {
    /// Whether its requests are answered, or only told to come back.
    served: bool,
    /// Whether the caller is on this machine.
    here: bool,
    _place: OwnedSemaphorePermit,
}

pub(super) async fn serve_within(
    bounds: Bounds,
    listener: TcpListener,
    gateway: Gateway,
    stop: impl Future<Output = ()>,
) {
    let stopping = CancellationToken::new();
    let port = Arc::new(Port {
        gateway,
        bounds,
        connections: Arc::new(Semaphore::new(bounds.connections_max)),
        refused_connections: Arc::new(Semaphore::new(bounds.refused_connections_max)),
        requests: Arc::new(Semaphore::new(bounds.requests_max)),
        stopping: stopping.clone(),
    });
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            // Ended connections are forgotten as they end.
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    // Nobody waits for a place: who finds none is told so, and beyond that hung up on.
                    if let Some(admission) = port.admit(peer.ip().to_canonical().is_loopback()) {
                        connections.spawn(serve_connection(stream, Arc::clone(&port), admission));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    stopping.cancel();
    let drained =
        tokio::time::timeout(DRAIN_MAX, async { while connections.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        tracing::debug!(connections = connections.len(), "cut off requests that were still under way");
    }
}

impl Port {
    fn admit(&self, here: bool) -> Option<Admission> {
        let place = |places: &Arc<Semaphore>| Arc::clone(places).try_acquire_owned().ok();
        if let Some(place) = place(&self.connections) {
            return Some(Admission { served: true, here, _place: place });
        }
        tracing::debug!(connections_max = self.bounds.connections_max, "a connection found no place");
        place(&self.refused_connections).map(|place| Admission { served: false, here, _place: place })
    }

    async fn answer(&self, request: Request<Incoming>, admission: &Admission) -> Response<Body> {
        if !admission.served {
            let mut answer = busy(&request);
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            return answer;
        }
        if admission.here && request.uri().path() == counters::PATH {
            return Response::new(whole(self.gateway.counters().shown().to_string().into()));
        }
        let Ok(_place) = self.requests.try_acquire() else { return busy(&request) };
        self.gateway.answer(request.map(|body| patient(body, self.bounds.body_pause_max))).await
    }

    fn server(&self) -> auto::Builder<TokioExecutor> {
        let bounds = &self.bounds;
        let mut server = auto::Builder::new(TokioExecutor::new());
        server
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(bounds.header_time_max)
            .max_headers(bounds.headers_max)
            .max_buf_size(bounds.header_bytes_max);
        server
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(bounds.streams_max)
            .max_header_list_size(u32::try_from(bounds.header_bytes_max).unwrap_or(u32::MAX));
        server
    }
}

async fn serve_connection(stream: TcpStream, port: Arc<Port>, admission: Admission) {
    // Small answers must not wait for a full segment.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection cannot be set to answer at once");
    }
    let admission = Arc::new(admission);
    let service = service_fn(|request: Request<Incoming>| {
        let (port, admission) = (Arc::clone(&port), Arc::clone(&admission));
        async move { Ok::<_, Infallible>(port.answer(request, &admission).await) }
    });
    let server = port.server();
    let connection = server.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        biased;
        () = port.stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
        ended = connection.as_mut() => ended,
    };
    if let Err(error) = ended {
        tracing::debug!(error, "a connection broke off");
    }
}
