//! Redirects: each is a new address, judged like the first, and there are few of them.

use super::{CONTENT, PUBLIC, World, server::Reply, wire::Names};

const START: &str = "https://files.example/0";

/// `/0` leads to `/1` and so on, and `/<redirects>` is the file.
fn chain(redirects: usize) -> impl Fn(&str) -> Reply + Send + Sync + 'static {
    move |path| {
        let number: usize = path.trim_start_matches('/').parse().expect("a number");
        if number == redirects { Reply::file(CONTENT) } else { Reply::redirect(&format!("/{}", number + 1)) }
    }
}

/// A server whose `/0` answers `reply` and whose other paths are files.
async fn first(reply: Reply) -> World {
    World::honest(move |path| if path == "/0" { reply.clone() } else { Reply::file(CONTENT) }).await
}

#[tokio::test]
async fn three_redirects_are_followed_and_no_more() {
    for (redirects, expect) in
        [(2, Ok(200)), (3, Ok(200)), (4, Err(("redirects", false))), (40, Err(("redirects", false)))]
    {
        let world = World::honest(chain(redirects)).await;
        assert_eq!(world.status(START).await, expect, "{redirects}");
        assert_eq!(world.wire.asked(), (redirects + 1).min(4), "{redirects}");
        world.nothing_leaked();
    }
}

#[tokio::test]
async fn loops_end() {
    for location in ["/0", "https://files.example/0", "", "#again", "?", "https:0", "//files.example/0"] {
        let world = World::honest(move |_| Reply::redirect(location)).await;
        assert_eq!(world.status(START).await, Err(("redirects", false)), "{location}");
        assert_eq!(world.wire.asked(), 4, "{location}");
    }
    let world =
        World::honest(|path| Reply::redirect(if path == "/0" { "https://a.cdn.example/1" } else { START }))
            .await;
    assert_eq!(world.status(START).await, Err(("redirects", false)));
}

#[tokio::test]
async fn a_redirect_may_be_written_in_any_way_that_leads_to_a_listed_host() {
    for location in
        ["/1", "1", "../../1", "//a.cdn.example/1", "https://a.cdn.example:443/1", "HTTPS://FILES.EXAMPLE/1"]
    {
        let world = first(Reply::redirect(location)).await;
        assert_eq!(world.status(START).await, Ok(200), "{location}");
        assert_eq!(world.wire.asked(), 2);
        world.nothing_leaked();
    }
    for status in [301, 302, 303, 307, 308] {
        let world =
            first(Reply::text(format!("HTTP/1.1 {status} \r\nlocation: /1\r\ncontent-length: 0\r\n\r\n")))
                .await;
        assert_eq!(world.status(START).await, Ok(200), "{status}");
    }
}

#[tokio::test]
async fn no_redirect_leads_to_where_the_first_address_may_not_lead() {
    let locations = [
        "http://files.example/1",
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "https://[fd00:ec2::254]/",
        "https://2852039166/",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "//127.0.0.1/",
        "//evil.example/",
        "\\\\evil.example/",
        "/\\evil.example/",
        "https://files.example:8443/",
        "https://user@files.example/",
        "https://files.example@evil.example/",
        "ftp://files.example/",
        "file:///etc/passwd",
        "data:text/plain,x",
        "gopher://files.example/",
        "javascript:alert(1)",
        "https://inside.cdn.example/",
        "https://mixed.cdn.example/",
    ];
    for location in locations {
        let names = Names::default()
            .with("files.example", &[&PUBLIC])
            .with("inside.cdn.example", &[&["10.0.0.5"]])
            .with("mixed.cdn.example", &[&[PUBLIC[0], "::ffff:10.0.0.5"]]);
        let world =
            World::new(&["127.0.0.1", "::1", "169.254.169.254"], names, move |_| Reply::redirect(location))
                .await;
        let verdict = world.status(START).await;
        assert!(
            matches!(verdict, Err(("address-refused" | "address-private", false))),
            "{location}: {verdict:?}"
        );
        assert_eq!(world.wire.asked(), 1, "{location}");
        world.nothing_leaked();
    }
}

#[tokio::test]
async fn a_redirect_that_leads_nowhere_is_no_file() {
    for reply in [
        Reply::text("HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n"),
        Reply::text("HTTP/1.1 302 Found\r\nlocation: https://[/\r\ncontent-length: 0\r\n\r\n"),
        Reply::Bytes(b"HTTP/1.1 302 Found\r\nlocation: /\xFF\r\ncontent-length: 0\r\n\r\n".to_vec()),
    ] {
        let world = first(reply).await;
        assert_eq!(world.status(START).await, Err(("redirects", false)));
        assert_eq!(world.wire.asked(), 1);
    }
    // These are not redirects, whatever they carry.
    for status in [300, 304, 305, 306, 201, 200] {
        let world =
            first(Reply::text(format!("HTTP/1.1 {status} \r\nlocation: /1\r\ncontent-length: 0\r\n\r\n")))
                .await;
        assert_eq!(world.status(START).await, Ok(status), "{status}");
        assert_eq!(world.wire.asked(), 1);
    }
}

#[tokio::test]
async fn the_body_of_a_redirect_is_not_read() {
    let head = b"HTTP/1.1 302 Found\r\nlocation: /1\r\n\r\n".to_vec();
    let world = first(Reply::Endless(head, vec![b'x'; 64 * 1024])).await;
    assert_eq!(world.status(START).await, Ok(200));
}
