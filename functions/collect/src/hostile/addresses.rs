//! Addresses as a processor that was taken over would write them, and names that lead elsewhere than they did.

use super::{CONTENT, PUBLIC, World, server::Reply, wire::Names};
use crate::guard::Carrier;
use std::net::SocketAddr;

/// Every special network, by an address in it.
const FORBIDDEN: &[&str] = &[
    // This machine, and spellings of it inside IPv6: mapped, compatible, NAT64 (both prefixes), 6to4, Teredo.
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:0:5ef5:79fb::80ff:fffe",
    // Metadata of AWS, its containers, others.
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "::ffff:169.254.169.254",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    // Private, shared, link-local, protocol assignments, benchmarks, documentation, relays.
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "198.18.0.1",
    "198.19.255.255",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "fc00::1",
    "fdff::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "5f00::1",
    // Multicast, broadcast, reserved.
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "ff02::1",
    "ff0e::1",
    "4000::1",
    "::ffff:0:127.0.0.1",
];

async fn world(listed: &[&str], names: Names) -> World {
    World::new(listed, names, |_| Reply::file(CONTENT)).await
}

#[tokio::test]
async fn no_forbidden_address_is_connected_to_even_if_it_is_listed() {
    let world = world(FORBIDDEN, Names::default()).await;
    for text in FORBIDDEN {
        let host = if text.contains(':') { format!("[{text}]") } else { (*text).to_owned() };
        world.refuses(&format!("https://{host}/")).await;
        world.refuses(&format!("https://{host}:443/latest/meta-data/")).await;
        world.refuses(&format!("http://{host}/")).await;
    }
}

#[tokio::test]
async fn no_name_leads_to_a_forbidden_address() {
    let mut names = Names::default();
    for (number, text) in FORBIDDEN.iter().enumerate() {
        names = names
            .with(&format!("only{number}.cdn.example"), &[&[text]])
            .with(&format!("last{number}.cdn.example"), &[&[PUBLIC[0], text]])
            .with(&format!("first{number}.cdn.example"), &[&[text, PUBLIC[1]]]);
    }
    let world = world(&[], names).await;
    for number in 0..FORBIDDEN.len() {
        for which in ["only", "last", "first"] {
            world.refuses(&format!("https://{which}{number}.cdn.example/")).await;
        }
    }
}

#[tokio::test]
async fn no_spelling_hides_an_address() {
    // As they would be read by whatever reads them generously; two of them are listed under their plain names.
    let spellings = [
        "2130706433",
        "0x7f000001",
        "0x7F.1",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "0",
        "0x0",
        "2852039166",
        "0xA9FEA9FE",
        "0xa9.0xfe.0xa9.0xfe",
        "169.254.43518",
        "0251.0376.0251.0376",
        "%31%32%37.0.0.1",
        "127%2E0%2E0%2E1",
        "１２７.０.０.１",
        "127。0。0。1",
        "⑯⑨.②⑤④.⑯⑨.②⑤④",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "[::ffff:169.254.169.254]",
        "[::7f00:1]",
        "[fe80::1%25eth0]",
        "[::1%25lo]",
        "[::ffff:127.0.0.1%25lo]",
        "[v1.x]",
        "4294967296",
        "256.0.0.1",
        "1.2.3.4.5",
        "127.0.0.1%00.files.example",
        "localhost",
        "LOCALHOST.",
        "files.example.",
        "files.example%00.evil.example",
        "ｆｉｌｅｓ.example.evil.example",
        "xn--files-.example",
        "files.example\u{200b}x",
        "",
    ];
    let world = world(&["127.0.0.1", "169.254.169.254", "::ffff:7f00:1"], Names::default()).await;
    for host in spellings {
        for scheme in ["https", "http"] {
            world.refuses(&format!("{scheme}://{host}/")).await;
        }
    }
}

#[tokio::test]
async fn only_https_on_its_own_port_and_nothing_that_looks_like_it() {
    let world = World::honest(|_| Reply::file(CONTENT)).await;
    for url in [
        "http://files.example/",
        "ftp://files.example/",
        "ftps://files.example/",
        "file:///etc/passwd",
        "file://files.example/x",
        "data:text/plain,x",
        "gopher://files.example:443/_GET",
        "ws://files.example/",
        "jar:https://files.example/!/",
        "blob:https://files.example/",
        "javascript:alert(1)",
        "about:blank",
        "HTTPS:files.example@evil.example",
        "https:///",
        "//files.example/",
        "/etc/passwd",
        "",
        " ",
        "https://",
        "https://user@files.example/",
        "https://user:secret@files.example/",
        "https://:@evil.example/",
        "https://files.example@evil.example/",
        "https://files.example:secret@127.0.0.1/",
        "https://files.example:80/",
        "https://files.example:444/",
        "https://files.example:8443/",
        "https://files.example:0/",
        "https://files.example:65536/",
        "https://files.example:x/",
        "https://evil.example/#files.example",
        "https://evil.example/?files.example",
        "https://evil.example/files.example",
        "https://cdn.example/",
        "https://.cdn.example/",
        "https://evilcdn.example/",
        "https://files.example.evil.example/",
    ] {
        world.refuses(url).await;
    }
    for url in [
        "https://files.example/",
        "https://FILES.example:443/a?b#c",
        "https:\\\\files.example/",
        "https://fi\tles.exa\nmple/",
        " https://a.cdn.example/",
        // Read as a path, by the guard and by what connects: both use one parser.
        "https://files.example\\@127.0.0.1:443\\",
    ] {
        assert_eq!(world.status(url).await, Ok(200), "{url:?}");
    }
    assert_eq!(world.status(&format!("https://{}/", PUBLIC[0])).await, Ok(200));
    world.nothing_leaked();
}

#[tokio::test]
async fn a_name_is_looked_up_once_for_each_request_and_what_was_judged_is_what_is_connected_to() {
    // Public when it is judged, private a moment later: nobody asks a moment later.
    let names = Names::default().with("files.example", &[&PUBLIC[..1], &["127.0.0.1"]]);
    let world = world(&[], names).await;
    assert_eq!(world.status("https://files.example/").await, Ok(200));
    world.refuses("https://files.example/").await;
    assert_eq!(world.server.connections(), 1);
}

#[tokio::test]
async fn a_name_that_changes_between_two_hops_is_judged_at_each() {
    for (answers, hops) in [
        (&[&PUBLIC[..1], &["169.254.169.254"]][..], 1),
        (&[&PUBLIC[..], &PUBLIC[..1], &["10.0.0.1", PUBLIC[0]]], 2),
    ] {
        let world = World::new(&[], Names::default().with("files.example", answers), |path| {
            Reply::redirect(&format!("{path}x"))
        })
        .await;
        assert_eq!(world.status("https://files.example/").await, Err(("address-private", false)));
        assert_eq!(world.wire.asked(), hops);
        world.nothing_leaked();
    }
}

/// What the other tests rely on: whoever goes around the guard is heard.
#[tokio::test]
async fn the_canary_hears_what_the_guard_would_have_let_through() {
    let world = world(&[], Names::default()).await;
    let request = reqwest::Request::new(reqwest::Method::GET, "https://169.254.169.254/".parse().unwrap());
    let metadata: SocketAddr = "169.254.169.254:443".parse().unwrap();
    assert!(
        world.wire.send(request, &[metadata]).await.is_err(),
        "the canary takes connections and hangs up"
    );
    assert_eq!((world.wire.canary.connections(), world.wire.forbidden().len()), (1, 1));
}
