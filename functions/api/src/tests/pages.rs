use super::world::{Answered, World};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

async fn fetch(world: &World, path: &str, headers: &[(&str, &str)]) -> Answered {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_page_is_served_wherever_it_is_asked_for() {
    let world = World::new().await;
    for path in
        ["/", "/index.html", "/documents", "/documents/some-id", "/reading/x", "/operations", "/signed-in"]
    {
        let page = fetch(&world, path, &[]).await;
        assert_eq!(
            (page.status.as_u16(), &page.headers["content-type"]),
            (200, &"text/html; charset=utf-8".parse().unwrap())
        );
        assert!(page.text.starts_with("<!doctype html>"), "{path}");
        let tag = page.headers["etag"].to_str().unwrap();
        let again = fetch(&world, path, &[("if-none-match", tag)]).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{path}");
        assert_eq!(again.headers["cache-control"], "no-cache");
    }
    for path in ["/nothing.js", "/documents/plan.docx", "/../Cargo.toml", "/api", "/api/nothing", "/api/"] {
        assert_eq!(fetch(&world, path, &[]).await.problem(), (404, "not-found".to_owned()), "{path}");
    }
    let posted = world.send(Request::post("/documents").body(Body::empty()).unwrap()).await;
    assert_eq!(posted.problem(), (404, "not-found".to_owned()));
}

#[tokio::test]
async fn pages_may_reach_the_buckets_and_the_issuer_and_nobody_else() {
    let world = World::new().await;
    let page = fetch(&world, "/", &[]).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    for part in [
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; ",
        "media-src blob: http://127.0.0.1:4566; ",
        "connect-src 'self' https://issuer.example http://127.0.0.1:4566; ",
        "form-action 'self' https://issuer.example; base-uri 'none'; frame-ancestors 'none'; ",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(page.headers[name], value);
    }
    world.issuer.go_away();
    assert_eq!(fetch(&world, "/", &[]).await.headers["content-security-policy"], policy, "known for an hour");
}

#[tokio::test]
async fn a_page_can_sign_people_in_and_hear_who_they_are() {
    let world = World::new().await;
    let sign_in = fetch(&world, "/api/sign-in", &[]).await.json();
    assert_eq!(
        (&sign_in["issuer"], &sign_in["client_id"]),
        (&json!("https://issuer.example"), &json!("lectern"))
    );
    assert_eq!(sign_in["token_endpoint"], "https://issuer.example/token");
    assert_eq!(sign_in["revocation_endpoint"], "https://issuer.example/revoke");
    assert_eq!(sign_in["end_session_endpoint"], "https://issuer.example/logout");
    assert_eq!(
        (&sign_in["development"], &sign_in["limits"]["title_chars_max"]),
        (&json!(false), &json!(300))
    );
    let video = json!({"extension": "mp4", "media_type": "video/mp4", "kind": "video"});
    assert!(sign_in["file_types"].as_array().unwrap().contains(&video), "{sign_in}");
    let me = world.get("teacher@school-1", "/api/me").await.json();
    let expect = json!({"subject": "teacher@school-1", "username": "teacher", "school": "school-1", "roles": ["teacher"],
        "expires_at": "2026-01-02T04:04:05.000Z"});
    assert_eq!(me, expect);
    assert_eq!(fetch(&world, "/api/me", &[]).await.problem(), (401, "sign-in-required".to_owned()));
}

#[tokio::test]
async fn without_the_issuer_the_page_is_there_and_says_so_when_somebody_signs_in() {
    let world = World::new().await;
    world.issuer.go_away();
    assert_eq!(fetch(&world, "/", &[]).await.status, 200);
    let refused = fetch(&world, "/api/sign-in", &[]).await;
    assert_eq!(refused.problem(), (503, "sign-in-unavailable".to_owned()));
    assert_ne!(refused.json()["next_action"], Value::Null);
}
