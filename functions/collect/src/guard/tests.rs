use super::{policy::URL_BYTES_MAX, *};
use std::{collections::BTreeMap, net::IpAddr, sync::Mutex};

/// Names with fixed addresses.
#[derive(Debug)]
struct Names(BTreeMap<&'static str, Vec<IpAddr>>);

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        self.0.get(host).cloned().ok_or_else(|| std::io::ErrorKind::NotFound.into())
    }
}

/// A world without wires: notes every connection that would have been made, and redirects as it is told.
#[derive(Debug, Default)]
struct World {
    redirects: BTreeMap<&'static str, &'static str>,
    connections: Mutex<Vec<(String, Vec<SocketAddr>)>>,
}

#[async_trait]
impl Carrier for World {
    async fn send(&self, request: Request, addresses: &[SocketAddr]) -> Result<Response, TransportError> {
        let url = request.url().to_string();
        self.connections.lock().unwrap().push((url.clone(), addresses.to_vec()));
        let answer = axum::http::Response::builder();
        let answer = match self.redirects.get(url.as_str()) {
            Some(to) => answer.status(302).header("location", *to).body(""),
            None => answer.status(200).body("content"),
        };
        Ok(answer.unwrap().into())
    }
}

struct Case {
    loopback: bool,
    redirects: BTreeMap<&'static str, &'static str>,
}

impl Case {
    /// Fetches, and gives what came of it with the connections that were made.
    async fn get(self, url: &str) -> (Result<u16, GuardError>, Vec<(String, Vec<SocketAddr>)>) {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let names = BTreeMap::from([
            ("files.example", vec![address("93.184.216.34"), address("2606:2800:220:1::1")]),
            ("a.cdn.example", vec![address("93.184.216.35")]),
            ("inside.cdn.example", vec![address("10.0.0.5")]),
            ("rebinding.cdn.example", vec![address("93.184.216.34"), address("127.0.0.1")]),
            ("metadata.cdn.example", vec![address("169.254.169.254")]),
            ("mapped.cdn.example", vec![address("::ffff:169.254.169.254")]),
            ("nobody.cdn.example", vec![]),
            ("localhost", vec![address("127.0.0.1"), address("::1")]),
        ]);
        let world = Arc::new(World { redirects: self.redirects, connections: Mutex::default() });
        let hosts = ["files.example", "*.cdn.example", "93.184.216.34", "10.0.0.5"].map(str::to_owned);
        let policy = Policy::new(hosts, self.loopback);
        let guard = Guard::new(policy, Arc::new(Names(names)), Arc::clone(&world) as Arc<dyn Carrier>);
        let outcome = guard.get(url).await.map(|response| response.status().as_u16());
        let connections = world.connections.lock().unwrap().clone();
        (outcome, connections)
    }
}

#[tokio::test]
async fn what_is_allowed_is_fetched_from_the_judged_addresses() {
    for url in [
        "https://files.example/a?b=c",
        "https://FILES.example:443/",
        "https://a.cdn.example/",
        "https://93.184.216.34/",
    ] {
        let (outcome, connections) = Case { loopback: false, redirects: BTreeMap::new() }.get(url).await;
        assert_eq!(outcome.unwrap(), 200, "{url}");
        assert_eq!(connections.len(), 1);
        assert!(connections[0].1.iter().all(|address| address.port() == 443));
    }
    for url in ["http://localhost:8090/a", "http://127.0.0.1:1/a", "http://[::1]:8090/", "http://2130706433/"]
    {
        let (outcome, _) = Case { loopback: true, redirects: BTreeMap::new() }.get(url).await;
        assert_eq!(outcome.unwrap(), 200, "{url}");
    }
}

#[tokio::test]
async fn nothing_else_is_connected_to() {
    let refused = [
        "http://files.example/",
        "https://files.example:8443/",
        "https://files.example.evil.example/",
        "https://files.example./",
        "https://cdn.example/",
        "https://evilcdn.example/",
        "https://user:secret@files.example/",
        "https://files.example@evil.example/",
        "ftp://files.example/",
        "file:///etc/passwd",
        "gopher://files.example/",
        "data:text/plain,x",
        "//files.example/",
        "",
        "https://",
        "https://inside.cdn.example/",
        "https://rebinding.cdn.example/",
        "https://metadata.cdn.example/",
        "https://mapped.cdn.example/",
        "https://10.0.0.5/",
        "https://169.254.169.254/latest/meta-data/",
        "https://0xA9FEA9FE/",
        "https://2852039166/",
        "https://[::ffff:169.254.169.254]/",
        "https://[::1]/",
        "http://localhost/",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
    ];
    for url in refused {
        let (outcome, connections) = Case { loopback: false, redirects: BTreeMap::new() }.get(url).await;
        assert!(outcome.is_err_and(|error| !error.is_passing()), "{url}");
        assert_eq!(connections, [], "{url}");
    }
    for url in [
        "http://169.254.169.254/",
        "http://files.example/",
        "http://192.168.0.1/",
        "https://localhost/",
        "https://127.0.0.1/",
    ] {
        let (outcome, connections) = Case { loopback: true, redirects: BTreeMap::new() }.get(url).await;
        assert!(outcome.is_err() && connections.is_empty(), "{url}");
    }
}

#[tokio::test]
async fn an_address_has_a_longest_length() {
    let start = "https://files.example/";
    for (bytes, taken) in [(URL_BYTES_MAX - 1, true), (URL_BYTES_MAX, true), (URL_BYTES_MAX + 1, false)] {
        let url = format!("{start}{}", "x".repeat(bytes - start.len()));
        let (outcome, connections) = Case { loopback: false, redirects: BTreeMap::new() }.get(&url).await;
        assert_eq!((outcome.is_ok(), connections.len()), (taken, usize::from(taken)), "{bytes}");
    }
}

#[tokio::test]
async fn every_redirect_is_judged_again() {
    let check =
        async |loopback: bool, redirects: &[(&'static str, &'static str)], sound: bool, hops: usize| {
            let (first, _) = redirects[0];
            let case = Case { loopback, redirects: redirects.iter().copied().collect() };
            let (outcome, connections) = case.get(first).await;
            assert_eq!(outcome.is_ok(), sound, "{redirects:?}");
            assert_eq!(connections.len(), hops, "{redirects:?}");
        };
    let start = "https://files.example/1";
    check(false, &[(start, "/2")], true, 2).await;
    check(false, &[(start, "https://a.cdn.example/")], true, 2).await;
    check(false, &[(start, "http://169.254.169.254/latest/meta-data/")], false, 1).await;
    check(false, &[(start, "https://169.254.169.254/")], false, 1).await;
    check(false, &[(start, "https://metadata.cdn.example/")], false, 1).await;
    check(false, &[(start, "http://files.example/")], false, 1).await;
    check(false, &[(start, "file:///etc/passwd")], false, 1).await;
    check(true, &[(start, "http://127.0.0.1:8080/")], false, 1).await;
    check(false, &[(start, start)], false, 4).await;
    let chain = [(start, "/2"), ("https://files.example/2", "/3"), ("https://files.example/3", "/4")];
    check(false, &chain, true, 4).await;
}

#[tokio::test]
async fn a_name_without_an_address_may_have_one_later() {
    for url in ["https://nobody.cdn.example/", "https://unknown.cdn.example/"] {
        let (outcome, connections) = Case { loopback: false, redirects: BTreeMap::new() }.get(url).await;
        assert!(outcome.is_err_and(|error| error.is_passing()), "{url}");
        assert_eq!(connections, []);
    }
}

#[tokio::test]
async fn the_real_carrier_goes_only_where_it_was_pinned() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = axum::Router::new().route("/", axum::routing::get(|| async { "content" }));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let carrier = Pinned::new().unwrap();
    let request = || Request::new(Method::GET, format!("http://name.example:{port}/").parse().unwrap());
    let pinned = SocketAddr::new([127, 0, 0, 1].into(), port);
    let answer = carrier.send(request(), &[pinned]).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "content");
    let other = Request::new(Method::GET, format!("http://localhost:{port}/").parse().unwrap());
    let nowhere = carrier.send(other, &[]).await;
    assert!(nowhere.is_err(), "a name that was not judged is not looked up");
}
