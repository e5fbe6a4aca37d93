use crate::harness::{Harness, VERSIONED};
use http::{Request, StatusCode, request::Builder};
use local_s3::{BucketSpec, CorsRule};

async fn harness() -> Harness {
    let harness = Harness::in_memory().await;
    let rule = CorsRule {
        allowed_origins: vec!["http://127.0.0.1:*".to_owned()],
        allowed_methods: vec!["GET".to_owned(), "PUT".to_owned()],
        allowed_headers: vec!["content-*".to_owned()],
        expose_headers: vec!["ETag".to_owned()],
        max_age_seconds: Some(3000),
    };
    let spec =
        BucketSpec { name: VERSIONED.to_owned(), versioned: true, cors: vec![rule], notifications: false };
    harness.store.create_bucket(spec).await.unwrap();
    harness
}

fn preflight(uri: &str) -> Builder {
    let origin = Request::builder().method("OPTIONS").uri(uri).header("origin", "http://127.0.0.1:8080");
    origin.header("access-control-request-method", "PUT")
}

#[tokio::test]
async fn a_preflight_is_answered_by_the_buckets_rules() {
    let harness = harness().await;
    let send = async |request: Builder| harness.send(request.body(s3s::Body::empty()).unwrap()).await.0;
    let uri = "http://127.0.0.1:4566/versioned/some/key";
    let granted = send(preflight(uri).header("access-control-request-headers", "Content-Type")).await;
    assert_eq!(granted.status, StatusCode::OK);
    assert_eq!(granted.headers["access-control-allow-origin"], "http://127.0.0.1:8080");
    assert_eq!(granted.headers["access-control-allow-methods"], "GET, PUT");
    assert_eq!(granted.headers["access-control-allow-headers"], "content-type");
    assert_eq!(granted.headers["access-control-expose-headers"], "ETag");
    assert_eq!(granted.headers["access-control-max-age"], "3000");
    assert_eq!(send(preflight("http://versioned.localhost:4566/some/key")).await.status, StatusCode::OK);

    let refused = send(preflight(uri).header("access-control-request-headers", "x-other")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.headers.contains_key("access-control-allow-origin"));
    assert_eq!(send(preflight("http://127.0.0.1:4566/plain/key")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(preflight("http://127.0.0.1:4566/nowhere/key")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_answer_says_who_may_read_it_even_when_it_is_an_error() {
    let harness = harness().await;
    let get = |origin: &str| {
        let get = Request::builder().uri("http://127.0.0.1:4566/versioned/key").header("origin", origin);
        get.body(s3s::Body::empty()).unwrap()
    };
    let (parts, _) = harness.send(get("http://127.0.0.1:8080")).await;
    assert_eq!(parts.status, StatusCode::FORBIDDEN, "unsigned");
    assert_eq!(parts.headers["access-control-allow-origin"], "http://127.0.0.1:8080");
    assert_eq!(parts.headers["access-control-expose-headers"], "ETag");
    let (parts, _) = harness.send(get("https://elsewhere.example")).await;
    assert!(!parts.headers.contains_key("access-control-allow-origin"));
}
