use http::{HeaderMap, Method, Uri};

/// The S3 operation that a request asks for, under AWS's name (Amazon S3 API reference, "Actions").
pub(super) fn of_s3(method: &Method, uri: &Uri, headers: &HeaderMap) -> &'static str {
    let asks = |name: &str| {
        let names = uri.query().unwrap_or_default().split('&').map(|pair| pair.split('=').next());
        names.flatten().any(|found| found == name)
    };
    let has_key = uri.path().trim_start_matches('/').split_once('/').is_some_and(|(_, key)| !key.is_empty());
    let copies = headers.contains_key("x-amz-copy-source");
    match method.as_str() {
        "GET" if asks("uploadId") => "ListParts",
        "GET" if asks("uploads") => "ListMultipartUploads",
        "GET" if asks("versions") => "ListObjectVersions",
        "GET" if asks("list-type") => "ListObjectsV2",
        "GET" if has_key => "GetObject",
        "GET" if uri.path() == "/" => "ListBuckets",
        "GET" => "ListObjects",
        "HEAD" if has_key => "HeadObject",
        "HEAD" => "HeadBucket",
        "PUT" if asks("partNumber") => "UploadPart",
        "PUT" if copies => "CopyObject",
        "PUT" => "PutObject",
        "POST" if asks("uploadId") => "CompleteMultipartUpload",
        "POST" if asks("uploads") => "CreateMultipartUpload",
        "POST" if asks("delete") => "DeleteObjects",
        "DELETE" if asks("uploadId") => "AbortMultipartUpload",
        "DELETE" => "DeleteObject",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_known_by_its_method_and_its_query() {
        let check = |method: Method, uri: &str, expected: &str| {
            let found = of_s3(&method, &uri.parse().unwrap(), &HeaderMap::new());
            assert_eq!(found, expected, "{method} {uri}");
        };
        check(Method::PUT, "/bucket/key", "PutObject");
        check(Method::PUT, "http://127.0.0.1:4566/bucket/key?x-id=PutObject", "PutObject");
        check(Method::PUT, "/bucket/key?partNumber=1&uploadId=u", "UploadPart");
        check(Method::POST, "/bucket/key?uploads", "CreateMultipartUpload");
        check(Method::POST, "/bucket/key?uploadId=u", "CompleteMultipartUpload");
        check(Method::GET, "/bucket/key?versionId=v", "GetObject");
        check(Method::GET, "/bucket?list-type=2", "ListObjectsV2");
        check(Method::GET, "/bucket/?versions", "ListObjectVersions");
        check(Method::GET, "/", "ListBuckets");
        check(Method::HEAD, "/bucket/a/b", "HeadObject");
        check(Method::DELETE, "/bucket/key?versionId=v", "DeleteObject");
    }
}
