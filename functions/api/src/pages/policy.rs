//! What a browser is told about the pages: what they may load, send to and be part of.

use crate::{Problem, app::Api};
use http::{HeaderName, HeaderValue, header};
use reqwest::Url;
use std::collections::BTreeSet;
use tokio::sync::OnceCell;

/// Nothing that Lectern does needs any of these.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
    magnetometer=(), microphone=(), midi=(), payment=(), usb=(), xr-spatial-tracking=()";

/// The headers of the pages. Buckets and issuer are asked for their addresses once.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    buckets: OnceCell<String>,
}

impl Policy {
    /// The headers that go with every file of the pages.
    pub(super) async fn headers(&self, api: &Api) -> Result<Vec<(HeaderName, HeaderValue)>, Problem> {
        let buckets = self.buckets.get_or_try_init(|| buckets(api)).await?;
        // Without the issuer's answer nobody can sign in, but whoever has signed in can go on.
        let issuer = api.keys.endpoints().await.unwrap_or_default();
        let token = origins([issuer.token_endpoint.as_deref(), issuer.revocation_endpoint.as_deref()]);
        let form = origins([issuer.authorization_endpoint.as_deref()]);
        let content = HeaderValue::try_from(content(buckets, &token, &form));
        let fixed = [
            (header::REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
            (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        ];
        let fixed = fixed.map(|(name, value)| (name, HeaderValue::from_static(value)));
        Ok(content
            .ok()
            .map(|value| (header::CONTENT_SECURITY_POLICY, value))
            .into_iter()
            .chain(fixed)
            .collect())
    }
}

/// `Content-Security-Policy`: only what is served here runs, and only buckets and issuer hear of it.
fn content(buckets: &str, token: &str, form: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
         img-src 'self' blob: data: {buckets}; media-src blob: {buckets}; connect-src 'self' {token} {buckets}; \
         form-action 'self' {form}; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
}

/// Where presigned addresses of the buckets lead.
async fn buckets(api: &Api) -> Result<String, Problem> {
    let mut urls = Vec::new();
    for bucket in [&api.buckets.uploads, &api.buckets.results, &api.buckets.normalized] {
        urls.push(api.buckets.address(bucket).await?);
    }
    Ok(origins(urls.iter().map(|url| Some(url.as_str()))))
}

/// The origins of addresses, each once, as a policy lists them. Nothing but an origin gets into a policy.
fn origins<'a>(urls: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let origin = |url: &str| {
        let origin = Url::parse(url).ok()?.origin();
        origin.is_tuple().then(|| origin.ascii_serialization())
    };
    let origins = urls.into_iter().flatten().filter_map(origin);
    origins.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origins_get_into_a_policy() {
        let urls =
            ["https://b.example/x?y", "https://b.example:443/z", "http://127.0.0.1:4566/a", "data:x", "; *"];
        assert_eq!(origins(urls.map(Some)), "http://127.0.0.1:4566 https://b.example");
        assert_eq!(origins([None]), "");
    }
}
