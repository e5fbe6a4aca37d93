//! Where a request names its bucket: in the path, or in the host.

use s3s::{
    S3Result,
    host::{S3Host, VirtualHost},
};

/// Takes `bucket.localhost` and `bucket.s3.<anything>` for a bucket in the host, everything else for a path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addressing;

impl Addressing {
    /// The bucket in a `Host` header, if there is one.
    pub(crate) fn bucket_in_host(host: &str) -> Option<&str> {
        let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
        let bucket = name.strip_suffix(".localhost").or_else(|| {
            let (bucket, rest) = name.split_once(".s3.")?;
            (!rest.is_empty()).then_some(bucket)
        })?;
        (!bucket.is_empty() && bucket != "s3").then_some(bucket)
    }

    /// The bucket that a request names.
    pub(crate) fn bucket_of(request: &http::Request<s3s::Body>) -> Option<String> {
        let header = request.headers().get(http::header::HOST).and_then(|host| host.to_str().ok());
        let host = header.or_else(|| request.uri().authority().map(http::uri::Authority::as_str));
        if let Some(bucket) = host.and_then(Self::bucket_in_host) {
            return Some(bucket.to_owned());
        }
        let first = request.uri().path().split('/').nth(1)?;
        (!first.is_empty()).then(|| first.to_owned())
    }
}

impl S3Host for Addressing {
    fn parse_host_header<'h>(&'h self, host: &'h str) -> S3Result<VirtualHost<'h>> {
        let virtual_host = VirtualHost::new(host);
        Ok(match Self::bucket_in_host(host) {
            Some(bucket) => virtual_host.with_bucket(bucket),
            None => virtual_host,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_found_in_the_host_only_where_it_can_be() {
        let check = |host, bucket| assert_eq!(Addressing::bucket_in_host(host), bucket, "{host}");
        check("127.0.0.1:4566", None);
        check("localhost:4566", None);
        check("uploads.localhost:4566", Some("uploads"));
        check("uploads.s3.eu-central-1.amazonaws.com", Some("uploads"));
        check("s3.eu-central-1.amazonaws.com", None);
        check("s3.localhost:4566", None);
        check("a.b.s3.localhost", Some("a.b.s3"));
        check("store.example", None);
    }
}
