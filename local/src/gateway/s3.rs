use super::{Body, BoxFuture};
use http::{Request, Response};
use http_body_util::BodyExt;
use std::sync::Arc;

/// S3 as the gateway sees it: bodies stream both ways.
pub type S3Service = Arc<dyn Fn(Request<Body>) -> BoxFuture<Response<Body>> + Send + Sync>;

/// Plugs the embedded S3 in, which has a body type of its own.
pub fn s3_service(s3: local_s3::S3) -> S3Service {
    Arc::new(move |request| {
        let s3 = s3.clone();
        Box::pin(async move { s3.answer(request.map(s3s::Body::http_body)).await.map(BodyExt::boxed) })
    })
}
