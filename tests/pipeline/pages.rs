//! What a browser needs of a host: pages from it, parts sent from them to the bucket, and a sign-in.

use crate::{
    files,
    harness::{Api, calm},
};
use reqwest::{Client, Method};

pub(crate) async fn pages_are_served_and_may_reach_the_buckets() {
    let host = calm().await;
    let browser = Client::builder().no_proxy().build().unwrap();
    let page = browser.get(&host.api_url).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert!(policy.contains(&format!("connect-src 'self' {} {};", host.api_url, host.aws_url)), "{policy}");
    let script = browser
        .get(format!("{}/core.js", host.api_url))
        .header("accept-encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(script.headers()["content-encoding"], "gzip");
    let sign_in = Api::without_token(&host.api_url).get("/api/sign-in").await.body;
    assert_eq!(
        (&sign_in["development"], &sign_in["client_id"]),
        (&true.into(), &"lectern-local".into()),
        "{sign_in}"
    );
    assert_eq!(sign_in["authorization_endpoint"], format!("{}/issuer/authorize", host.api_url));
}

pub(crate) async fn a_page_of_this_host_sends_parts_and_reads_their_tags() {
    let host = calm().await;
    let browser = Client::builder().no_proxy().build().unwrap();
    let teacher = host.api("teacher").await;
    let declared = teacher.declare("sent-by-a-page.md", files::markdown().len()).await;
    let url = declared.body["parts"][0]["url"].as_str().unwrap().to_owned();
    let asked = async |origin: &str| {
        let ask = browser.request(Method::OPTIONS, &url).header("origin", origin);
        ask.header("access-control-request-method", "PUT").send().await.unwrap()
    };
    let allowed = asked(&host.api_url).await;
    assert_eq!(allowed.headers()["access-control-allow-origin"], host.api_url.as_str());
    assert!(asked("http://elsewhere.example").await.headers().get("access-control-allow-origin").is_none());
    let sent =
        browser.put(&url).header("origin", &host.api_url).body(files::markdown()).send().await.unwrap();
    assert!(sent.status().is_success() && sent.headers().contains_key("etag"));
    let exposed = sent.headers()["access-control-expose-headers"].to_str().unwrap();
    assert!(exposed.split(',').any(|name| name.trim().eq_ignore_ascii_case("etag")), "{exposed}");
}
