//! Answers that are not the file: refusals, nonsense, floods of headers, other protocols.

use super::{CONTENT, World, server::Reply, sum};
use std::{sync::atomic::Ordering, time::Duration};

/// Informational answers that an honest server might send are few; this many are a flood, and bounded only by time.
const FLOOD: usize = 5000;

async fn cause(reply: Reply) -> Result<Vec<u8>, String> {
    let world = World::honest(move |_| reply.clone()).await;
    let outcome = world.fetch("/", CONTENT.len(), &sum(CONTENT)).await;
    world.nothing_leaked();
    outcome
}

#[tokio::test]
async fn only_200_is_a_file() {
    let check = async |status: u16, expect: &str| {
        let reply = Reply::text(format!("HTTP/1.1 {status} \r\ncontent-length: 6\r\n\r\n# Plan"));
        assert_eq!(cause(reply).await, Err(format!("{expect}/http-{status}")), "{status}");
    };
    for status in [101, 201, 202, 204, 206, 300, 304, 305, 600, 999] {
        check(status, "results-wrong").await;
    }
    for status in [400, 401, 403, 404, 407, 408, 410, 416, 421, 429, 451, 499, 500, 502, 503, 599] {
        check(status, "results-unreachable").await;
    }
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    let many = format!("HTTP/1.1 200 OK\r\n{}content-length: 6\r\n\r\n# Plan", "x: y\r\n".repeat(1000));
    let long =
        format!("HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 6\r\n\r\n# Plan", "y".repeat(1024 * 1024));
    let nonsense: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("HTTP/0.9", b"# Plan".to_vec()),
        ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
        ("an HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("HTTP/2 settings", b"\0\0\0\x04\0\0\0\0\0\0\0\x08\x07\0\0\0\0".to_vec()),
        ("a TLS alert", b"\x15\x03\x03\0\x02\x02\x28".to_vec()),
        ("HTTP/2.0 as text", b"HTTP/2.0 200 OK\r\ncontent-length: 6\r\n\r\n# Plan".to_vec()),
        ("half a head", b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()),
        ("a status of letters", b"HTTP/1.1 abc\r\n\r\n".to_vec()),
        ("two lengths", b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\ncontent-length: 7\r\n\r\n# Plan!".to_vec()),
        ("a negative length", b"HTTP/1.1 200 OK\r\ncontent-length: -6\r\n\r\n# Plan".to_vec()),
        (
            "a length beyond numbers",
            b"HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551616\r\n\r\n# Plan".to_vec(),
        ),
        ("a NUL in a header", b"HTTP/1.1 200 OK\r\nx: \0\r\ncontent-length: 6\r\n\r\n# Plan".to_vec()),
        (
            "a length beyond bodies",
            b"HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551615\r\n\r\n# Plan".to_vec(),
        ),
        ("many headers", many.into_bytes()),
        ("a long header", long.into_bytes()),
    ];
    for (what, bytes) in nonsense {
        assert_eq!(cause(Reply::Bytes(bytes)).await, Err("results-unreachable/no-answer".into()), "{what}");
    }
}

#[tokio::test]
async fn endless_headers_are_cut_off() {
    let world = World::honest(|_| {
        Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: yyyyyyyyyyyyyyyy\r\n".repeat(512))
    })
    .await;
    let outcome = world.fetch("/", CONTENT.len(), &sum(CONTENT)).await;
    assert_eq!(outcome, Err("results-unreachable/no-answer".into()));
    assert!(world.server.bytes() < 16 * 1024 * 1024, "{} bytes were sent", world.server.bytes());
}

#[tokio::test]
async fn informational_answers_are_passed_over() {
    let flood = b"HTTP/1.1 103 Early Hints\r\nlink: </evil>\r\n\r\n".repeat(FLOOD);
    let file = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n# Plan".to_vec();
    let continued = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    for before in [continued, flood] {
        assert_eq!(cause(Reply::Bytes([before, file.clone()].concat())).await.as_deref(), Ok(CONTENT));
    }
}

/// Time stands still until the flood has gone on for a while, and then jumps past what an answer may take.
#[tokio::test]
async fn an_endless_flood_of_them_ends_with_its_time() {
    tokio::time::pause();
    let world =
        World::honest(|_| Reply::Endless(Vec::new(), b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100))).await;
    let sum = sum(CONTENT);
    let mut fetch = Box::pin(world.fetch("/", CONTENT.len(), &sum));
    while world.server.bytes() < FLOOD * 28 {
        assert!(futures::poll!(&mut fetch).is_pending());
        tokio::task::yield_now().await;
    }
    tokio::time::advance(Duration::from_secs(31)).await;
    assert_eq!(fetch.await, Err("results-unreachable/slow".into()));
}

#[tokio::test]
async fn a_server_that_never_answers_is_slow() {
    tokio::time::pause();
    for reply in [Reply::Silence(Vec::new()), Reply::Silence(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec())] {
        assert_eq!(cause(reply).await, Err("results-unreachable/slow".into()));
    }
}

#[tokio::test]
async fn tls_is_not_spoken_with_a_server_that_does_not() {
    for bytes in [
        b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n# Plan".as_slice(),
        b"\x15\x03\x03\0\x02\x02\x28",
        b"",
        &[0xFF; 10_000],
    ] {
        let reply = Reply::Bytes(bytes.to_vec());
        let world = World::honest(move |_| reply.clone()).await;
        world.wire.tls.store(true, Ordering::Relaxed);
        let outcome = world.fetch("/", CONTENT.len(), &sum(CONTENT)).await;
        assert_eq!(outcome, Err("results-unreachable/no-answer".into()), "{:.40}", bytes.escape_ascii());
        assert_eq!(world.server.connections(), 1);
    }
}
