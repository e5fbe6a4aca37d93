//! Cross-origin requests, answered by a bucket's rules ("Using cross-origin resource sharing").

use crate::{bucket::Bucket, config::CorsRule};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, ORIGIN, VARY,
    },
};

/// What a browser asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CrossOrigin {
    origin: String,
    method: String,
    /// Only a preflight asks for headers.
    headers: Vec<String>,
    pub(crate) preflight: bool,
}

impl CrossOrigin {
    /// What `request` asks for, if it comes from another origin.
    pub(crate) fn of<B>(request: &Request<B>) -> Option<Self> {
        let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let origin = text(ORIGIN)?.to_owned();
        let asked = text(ACCESS_CONTROL_REQUEST_METHOD);
        let preflight = request.method() == Method::OPTIONS && asked.is_some();
        let method = asked.filter(|_| preflight).unwrap_or_else(|| request.method().as_str()).to_owned();
        let headers = text(ACCESS_CONTROL_REQUEST_HEADERS).filter(|_| preflight).unwrap_or_default();
        let headers = headers.split(',').map(|name| name.trim().to_ascii_lowercase());
        Some(Self { origin, method, headers: headers.filter(|name| !name.is_empty()).collect(), preflight })
    }

    fn fits(&self, rule: &CorsRule) -> bool {
        let allowed = |name: &String| {
            rule.allowed_headers.iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), name))
        };
        rule.allowed_origins.iter().any(|pattern| matches(pattern, &self.origin))
            && rule.allowed_methods.iter().any(|method| method.eq_ignore_ascii_case(&self.method))
            && self.headers.iter().all(allowed)
    }

    /// The headers that the bucket's first fitting rule gives, or none if no rule fits.
    pub(crate) fn granted(&self, bucket: &Bucket) -> Option<HeaderMap> {
        let rule = bucket.cors.iter().find(|rule| self.fits(rule))?;
        let anybody = rule.allowed_origins.iter().any(|origin| origin == "*");
        let mut headers = HeaderMap::new();
        let mut set = |name: HeaderName, value: &str| {
            // A rule that is no header value grants nothing.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        set(ACCESS_CONTROL_ALLOW_ORIGIN, if anybody { "*" } else { &self.origin });
        set(ACCESS_CONTROL_ALLOW_METHODS, &rule.allowed_methods.join(", "));
        set(VARY, "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
        if !anybody {
            set(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        if !rule.expose_headers.is_empty() {
            set(ACCESS_CONTROL_EXPOSE_HEADERS, &rule.expose_headers.join(", "));
        }
        if self.preflight {
            if !self.headers.is_empty() {
                set(ACCESS_CONTROL_ALLOW_HEADERS, &self.headers.join(", "));
            }
            if let Some(seconds) = rule.max_age_seconds {
                set(ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
            }
        }
        Some(headers)
    }
}

/// The answer to a preflight.
pub(crate) fn preflight_answer(granted: Option<HeaderMap>) -> Response<s3s::Body> {
    const REFUSED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>AccessForbidden</Code>\
        <Message>CORSResponse: This CORS request is not allowed.</Message></Error>";
    let mut response = Response::new(s3s::Body::empty());
    if let Some(headers) = granted {
        *response.headers_mut() = headers;
    } else {
        *response.status_mut() = StatusCode::FORBIDDEN;
        *response.body_mut() = s3s::Body::from(REFUSED.to_owned());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    }
    response
}

/// Whether `text` fits a pattern with at most one `*`.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_one_star() {
        assert!(matches("*", "https://a.example"));
        assert!(matches("https://*.example", "https://a.example"));
        assert!(!matches("https://*.example", "https://a.example.evil"));
        assert!(!matches("ab*ba", "aba"));
        assert!(!matches("https://a.example", "https://a.example:8080"));
    }
}
