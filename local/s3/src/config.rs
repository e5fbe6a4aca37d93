use clock::{Clock, Random};
use std::sync::Arc;

/// What a store is opened with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The region that buckets say they are in, e.g. `eu-central-1`.
    pub region: String,
    /// Gives every version its time. Signatures are checked against the system's own clock instead.
    pub clock: Arc<dyn Clock>,
    /// Names blobs, versions, uploads and requests.
    pub random: Arc<dyn Random>,
}

/// The one key pair that signs requests and presigned URLs; `key-name` is the same key on behalf of `name`.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_key: String,
}

/// A bucket as the host declares it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketSpec {
    /// 3 to 63 characters, by AWS's rules for bucket names.
    pub name: String,
    /// Whether overwriting and deleting keep what was there.
    pub versioned: bool,
    /// Which browsers may talk to the bucket. The first rule that fits is used.
    pub cors: Vec<CorsRule>,
    /// Whether every created object writes an event to the outbox.
    pub notifications: bool,
}

/// One rule of a bucket's cross-origin configuration, as in `CorsConfiguration` of `AWS::S3::Bucket`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CorsRule {
    /// Origins, each with at most one `*`.
    pub allowed_origins: Vec<String>,
    /// Among GET, PUT, POST, DELETE and HEAD.
    pub allowed_methods: Vec<String>,
    /// Request headers, each with at most one `*`; compared without regard to case.
    pub allowed_headers: Vec<String>,
    /// Response headers that a script may read.
    pub expose_headers: Vec<String>,
    /// How long a browser may remember the answer to its preflight, in seconds.
    pub max_age_seconds: Option<u32>,
}
