use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Longest request head read, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Where what is endless ends nevertheless, in bytes: a reader that never has enough must fail a test, not the machine.
const ENDLESS_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What the server does once it has read a request.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// Sends these bytes and hangs up.
    Bytes(Vec<u8>),
    /// Sends these bytes and then nothing, without hanging up.
    Silence(Vec<u8>),
    /// Sends the first and then the second for as long as somebody takes it.
    Endless(Vec<u8>, Vec<u8>),
}

impl Reply {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Bytes(text.into().into_bytes())
    }

    /// 302 to `location`.
    pub(super) fn redirect(location: &str) -> Self {
        Self::text(format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"))
    }

    /// 200 with this body and its length.
    pub(super) fn file(content: &[u8]) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", content.len());
        Self::Bytes([head.as_bytes(), content].concat())
    }
}

/// A TCP server that reads a request head and answers with raw bytes, whatever they are.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    connections: AtomicUsize,
    bytes: AtomicUsize,
}

impl Server {
    pub(super) async fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let counts = Arc::new(Counts::default());
        let (reply, counted) = (Arc::new(reply), Arc::clone(&counts));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                counted.connections.fetch_add(1, Ordering::Relaxed);
                let (reply, counted) = (Arc::clone(&reply), Arc::clone(&counted));
                tokio::spawn(async move {
                    let mut socket = socket;
                    let path = path_of(&mut socket).await;
                    serve(&mut socket, reply(&path), &counted).await;
                });
            }
        });
        Self { address, counts }
    }

    /// Connections accepted.
    pub(super) fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::Relaxed)
    }

    /// Bytes sent.
    pub(super) fn bytes(&self) -> usize {
        self.counts.bytes.load(Ordering::Relaxed)
    }
}

/// The path of a request, or what came instead of one.
async fn path_of(socket: &mut TcpStream) -> String {
    let (mut head, mut piece) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < HEAD_BYTES_MAX {
        match socket.read(&mut piece).await {
            Ok(count) if count > 0 => head.extend_from_slice(&piece[..count]),
            _ => break,
        }
        // A TLS handshake: nothing that looks like a request will follow.
        if head.first() == Some(&0x16) {
            break;
        }
    }
    let head = String::from_utf8_lossy(&head);
    head.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// Errors mean that the other side has had enough, which is what it should do.
async fn serve(socket: &mut TcpStream, reply: Reply, counts: &Counts) {
    let (first, then, silent) = match reply {
        Reply::Bytes(bytes) => (bytes, Vec::new(), false),
        Reply::Silence(bytes) => (bytes, Vec::new(), true),
        Reply::Endless(first, then) => (first, then, false),
    };
    let mut next = &first;
    while socket.write_all(next).await.is_ok() {
        counts.bytes.fetch_add(next.len(), Ordering::Relaxed);
        if then.is_empty() || counts.bytes.load(Ordering::Relaxed) > ENDLESS_BYTES_MAX {
            break;
        }
        next = &then;
    }
    if silent {
        std::future::pending::<()>().await;
    }
}
