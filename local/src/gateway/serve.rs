use super::{Body, BoxError, Gateway, counters, json::whole};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use std::{convert::Infallible, future::Future, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// How many connections are open at once; further ones wait to be accepted. Far more than the clients of one
/// machine need, far less than its file descriptors.
const CONNECTIONS_MAX: usize = 512;
/// How long requests under way may take once the host stops. Long polls last longer and are cut off, which
/// loses nothing: what they would have received stays where it is.
const DRAIN_MAX: Duration = Duration::from_secs(5);
/// How long to wait after a failed accept: the usual cause is that the process has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves the gateway on a port until `stop` is ready, then lets what is under way end.
pub async fn serve(listener: TcpListener, gateway: Gateway, stop: impl Future<Output = ()>) {
    let stopping = CancellationToken::new();
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    tokio::pin!(stop);
    loop {
        let accepted = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (listener.accept().await, place)
        };
        tokio::select! {
            biased;
            () = &mut stop => break,
            // Ended connections are forgotten as they end.
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            (accepted, place) = accepted => match accepted {
                Ok((stream, peer)) => {
                    let here = peer.ip().to_canonical().is_loopback();
                    let connection = serve_connection(stream, here, gateway.clone(), stopping.clone());
                    connections.spawn(async move {
                        connection.await;
                        drop(place);
                    });
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

/// `here` says whether the caller is on this machine.
async fn serve_connection(stream: TcpStream, here: bool, gateway: Gateway, stopping: CancellationToken) {
    // Small answers must not wait for a full segment.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection cannot be set to answer at once");
    }
    let service = service_fn(move |request: Request<Incoming>| {
        let gateway = gateway.clone();
        async move {
            if here && request.uri().path() == counters::PATH {
                return Ok::<_, Infallible>(counted(&gateway));
            }
            Ok(gateway.answer(request.map(shared)).await)
        }
    });
    let mut server = auto::Builder::new(TokioExecutor::new());
    // With a timer, a client that never finishes its headers is cut off.
    server.http1().timer(TokioTimer::new());
    server.http2().timer(TokioTimer::new());
    let connection = server.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        biased;
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
        ended = connection.as_mut() => ended,
    };
    if let Err(error) = ended {
        tracing::debug!(error, "a connection broke off");
    }
}

fn counted(gateway: &Gateway) -> Response<Body> {
    Response::new(whole(gateway.counters().shown().to_string().into()))
}

fn shared(body: Incoming) -> Body {
    body.map_err(BoxError::from).boxed()
}
