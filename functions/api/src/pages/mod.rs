//! The pages: the files of `web/`, which hold no data and need no sign-in.
//!
//! A path that names no file is one that the page itself understands, so it is answered with the page. One with an
//! extension names a file, and that there is none is said plainly: a script must never be answered with a page.

mod files;
mod policy;

pub(crate) use policy::Policy;

use crate::{Code, Problem, app::Api, request::knows};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use files::File;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use std::sync::Arc;

const INDEX: &str = "index.html";

/// Answers whatever no route of the API answers.
pub(crate) async fn page(
    State(api): State<Arc<Api>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let path = uri.path().trim_start_matches('/');
    let of_api = path == "api" || path.starts_with("api/");
    if of_api || !matches!(method, Method::GET | Method::HEAD) {
        return Err(Code::NotFound.into());
    }
    let file = File::find(if path.is_empty() { INDEX } else { path });
    let has_extension = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let file = file.or_else(|| if has_extension { None } else { File::find(INDEX) }).ok_or(Code::NotFound)?;
    let mut response = answer(&file, &headers);
    response.headers_mut().extend(api.policy.headers(&api).await?);
    Ok(response)
}

fn answer(file: &File, headers: &HeaderMap) -> Response {
    let tag = file.tag();
    let mut response = if knows(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (encoding, bytes) = file.encoded(accepts_gzip(headers));
        let mut response = ([(header::CONTENT_TYPE, file.media_type)], bytes).into_response();
        response
            .headers_mut()
            .extend(encoding.map(|name| (header::CONTENT_ENCODING, HeaderValue::from_static(name))));
        response
    };
    let headers = response.headers_mut();
    // Asked for each time and answered in a few bytes: a page and its scripts are always of one release.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.extend(HeaderValue::try_from(tag).ok().map(|tag| (header::ETAG, tag)));
    response
}

/// Whether `Accept-Encoding` names gzip without refusing it (RFC 9110, 12.5.3).
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused = |weight: &str| weight.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        named && !parts.any(refused)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_whoever_takes_it() {
        let accepts = |line: &str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, line.parse().unwrap())]);
            accepts_gzip(&headers)
        };
        for taken in ["gzip", "br, gzip, deflate", "GZIP", "gzip;q=0.5"] {
            assert!(accepts(taken), "{taken}");
        }
        for refused in ["", "br", "gzip;q=0", "br, gzip; q=0.000", "x-gzip"] {
            assert!(!accepts(refused), "{refused}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
