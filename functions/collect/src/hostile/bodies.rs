//! Bodies that are not the announced one: too long, too short, endless, packed, broken off.

use super::{CONTENT, World, server::Reply, sum};
use flate2::{Compression, write::GzEncoder};
use std::io::Write as _;

/// What may lie in socket buffers on both sides when the reader has gone, with room to spare, in bytes.
const IN_FLIGHT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What becomes of the announced six bytes if the server sends `reply`.
async fn outcome(reply: impl Into<Vec<u8>>) -> Result<Vec<u8>, String> {
    let reply = Reply::Bytes(reply.into());
    let world = World::honest(move |_| reply.clone()).await;
    let outcome = world.fetch("/", CONTENT.len(), &sum(CONTENT)).await;
    world.nothing_leaked();
    outcome
}

fn head(headers: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{headers}\r\n")
}

#[tokio::test]
async fn the_announced_bytes_pass_however_they_are_framed() {
    for reply in [
        head("content-length: 6\r\n") + "# Plan",
        head("content-length: 6\r\ncontent-length: 6\r\n") + "# Plan",
        head("content-length: 6\r\n") + "# Planand what does not belong to it",
        head("transfer-encoding: chunked\r\n") + "6\r\n# Plan\r\n0\r\n\r\n",
        head("transfer-encoding: chunked\r\n") + "3;ext=\"x\"\r\n# P\r\n3\r\nlan\r\n0\r\n\r\n",
        head("transfer-encoding: chunked\r\ntrailer: digest\r\n")
            + "6\r\n# Plan\r\n0\r\ndigest: x\r\nlocation: /1\r\n\r\n",
        head("") + "# Plan",
        "HTTP/1.0 200 OK\r\n\r\n# Plan".to_owned(),
        head(
            "content-length: 6\r\ncontent-type: text/html\r\nset-cookie: a=b\r\nrefresh: 0;url=http://127.0.0.1/\r\nalt-svc: h3=\":1\"\r\n",
        ) + "# Plan",
    ] {
        assert_eq!(outcome(reply.clone()).await.as_deref(), Ok(CONTENT), "{reply}");
    }
}

#[tokio::test]
async fn another_length_is_noticed_before_or_while_it_comes() {
    for reply in [
        head("content-length: 5\r\n") + "# Pla",
        head("content-length: 7\r\n") + "# Plan!",
        head("content-length: 0\r\n"),
        head("transfer-encoding: chunked\r\n") + "5\r\n# Pla\r\n0\r\n\r\n",
        head("transfer-encoding: chunked\r\n") + "6\r\n# Plan\r\n1\r\n!\r\n0\r\n\r\n",
        head("transfer-encoding: chunked\r\n") + "0\r\n\r\n",
        head("") + "# Pla",
        head("") + "# Plan!",
    ] {
        assert_eq!(outcome(reply.clone()).await, Err("results-wrong/length".into()), "{reply}");
    }
    assert_eq!(outcome(head("content-length: 6\r\n") + "# Plot").await, Err("results-wrong/checksum".into()));
}

#[tokio::test]
async fn nobody_waits_for_a_body_of_another_length() {
    tokio::time::pause();
    for length in [0, 5, 7, u64::from(u32::MAX)] {
        let reply = Reply::Silence(head(&format!("content-length: {length}\r\n")).into_bytes());
        let world = World::honest(move |_| reply.clone()).await;
        assert_eq!(world.fetch("/", CONTENT.len(), &sum(CONTENT)).await, Err("results-wrong/length".into()));
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_may_come_whole_another_time() {
    for reply in [
        head("content-length: 6\r\n"),
        head("content-length: 6\r\n") + "# Pla",
        head("transfer-encoding: chunked\r\n"),
        head("transfer-encoding: chunked\r\n") + "6\r\n# Pla",
        head("transfer-encoding: chunked\r\n") + "6\r\n# Plan\r\n",
        head("transfer-encoding: chunked\r\n") + "x\r\n# Plan\r\n0\r\n\r\n",
        head("transfer-encoding: chunked\r\n") + "-6\r\n# Plan\r\n0\r\n\r\n",
        head("transfer-encoding: chunked\r\n") + "fffffffffffffffff\r\n# Plan",
    ] {
        assert_eq!(outcome(reply.clone()).await, Err("results-unreachable/broke-off".into()), "{reply}");
    }
}

#[tokio::test]
async fn an_endless_body_is_left_as_soon_as_it_is_too_long() {
    let chunk = [b"2000\r\n".as_slice(), &[b'x'; 0x2000], b"\r\n"].concat();
    for (head, piece) in [(head(""), vec![b'x'; 0x10000]), (head("transfer-encoding: chunked\r\n"), chunk)] {
        let reply = Reply::Endless(head.into_bytes(), piece);
        let world = World::honest(move |_| reply.clone()).await;
        for size in [1, CONTENT.len(), 1024 * 1024] {
            let before = world.server.bytes();
            assert_eq!(world.fetch("/", size, &sum(CONTENT)).await, Err("results-wrong/length".into()));
            assert!(world.server.bytes() - before < size + IN_FLIGHT_BYTES_MAX);
        }
    }
}

/// Ten mebibytes of nothing in ten kilobytes: what counts, and what is held, is what came.
#[tokio::test]
async fn what_is_packed_stays_packed() {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&vec![0; 10 * 1024 * 1024]).unwrap();
    let bomb = packer.finish().unwrap();
    for encoding in ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, gzip, gzip", "identity", "unheard-of"]
    {
        let headers = head(&format!("content-encoding: {encoding}\r\ncontent-length: {}\r\n", bomb.len()));
        let reply = Reply::Bytes([headers.as_bytes(), &bomb].concat());
        let world = World::honest(move |_| reply.clone()).await;
        assert_eq!(world.fetch("/", bomb.len(), &sum(&bomb)).await.as_deref(), Ok(&bomb[..]), "{encoding}");
        let unpacked = world.fetch("/", 10 * 1024 * 1024, &sum(&bomb)).await;
        assert_eq!(unpacked, Err("results-wrong/length".into()), "{encoding}");
    }
}
