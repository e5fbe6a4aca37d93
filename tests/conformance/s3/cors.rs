//! Cross-origin requests: a preflight is answered by the bucket's rules, and every answer says who may read it.

use super::Bench;
use http::{Request, request::Builder};

fn preflight(uri: &str) -> Builder {
    let origin = Request::builder().method("OPTIONS").uri(uri).header("origin", "http://127.0.0.1:8080");
    origin.header("access-control-request-method", "PUT")
}

#[tokio::test]
async fn a_preflight_is_answered_by_the_buckets_rules() {
    let bench = Bench::new().await;
    let send = async |request: Builder| bench.send(request.body(Vec::new()).unwrap()).await.0;
    let uri = "http://127.0.0.1:4566/versioned/some/key";
    let granted = send(preflight(uri).header("access-control-request-headers", "Content-Type")).await;
    assert_eq!(granted.status, 200);
    let check = |name: &str, value: &str| assert_eq!(granted.headers[name], value, "{name}");
    check("access-control-allow-origin", "http://127.0.0.1:8080");
    check("access-control-allow-methods", "GET, PUT");
    check("access-control-allow-headers", "content-type");
    check("access-control-expose-headers", "ETag");
    check("access-control-max-age", "3000");
    assert_eq!(send(preflight("http://versioned.localhost:4566/some/key")).await.status, 200);

    let refused = send(preflight(uri).header("access-control-request-headers", "x-other")).await;
    assert_eq!(refused.status, 403);
    assert!(!refused.headers.contains_key("access-control-allow-origin"));
    for elsewhere in ["http://127.0.0.1:4566/plain/key", "http://127.0.0.1:4566/nowhere/key"] {
        assert_eq!(send(preflight(elsewhere)).await.status, 403, "{elsewhere}");
    }
}

#[tokio::test]
async fn an_answer_says_who_may_read_it_even_when_it_is_an_error() {
    let bench = Bench::new().await;
    let get = |origin: &str| {
        let get = Request::builder().uri("http://127.0.0.1:4566/versioned/key").header("origin", origin);
        get.body(Vec::new()).unwrap()
    };
    let (parts, _) = bench.send(get("http://127.0.0.1:8080")).await;
    assert_eq!(parts.status, 403, "unsigned");
    assert_eq!(parts.headers["access-control-allow-origin"], "http://127.0.0.1:8080");
    assert_eq!(parts.headers["access-control-expose-headers"], "ETag");
    let (parts, _) = bench.send(get("https://elsewhere.example")).await;
    assert!(!parts.headers.contains_key("access-control-allow-origin"));
}
