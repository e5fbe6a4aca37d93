use super::{Body, BoxError, BoxFuture};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt as _, Collected, Full, LengthLimitError, Limited};
use std::{future::Future, sync::Arc};

/// A service that takes a whole request and answers with a whole body.
pub type JsonService = Arc<dyn Fn(Request<Bytes>) -> BoxFuture<Response<Bytes>> + Send + Sync>;

/// Makes one out of a service and its method that answers.
pub fn json_service<S, H, F>(service: S, handle: H) -> JsonService
where
    S: Clone + Send + Sync + 'static,
    H: Fn(S, Request<Bytes>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<Bytes>> + Send + 'static,
{
    Arc::new(move |request| Box::pin(handle(service.clone(), request)))
}

/// Collects the request up to its limit, lets `seen` look at it and hands it over.
pub(super) async fn answer(
    service: &JsonService,
    request: Request<Body>,
    body_bytes_max: usize,
    seen: impl FnOnce(&[u8]),
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    match collect(body, body_bytes_max).await {
        Ok(body) => {
            let body = body.to_bytes();
            seen(&body);
            service(Request::from_parts(parts, body)).await.map(whole)
        }
        Err(error) if error.is::<LengthLimitError>() => {
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "com.amazon.coral.service#RequestEntityTooLargeException")
        }
        Err(error) => {
            tracing::debug!(%error, "a request broke off");
            refuse(StatusCode::BAD_REQUEST, "com.amazon.coral.service#SerializationException")
        }
    }
}

/// Boxed here, where the compiler still knows the lifetime in the error type: inside a larger future it would
/// not see that this one can be sent.
fn collect(body: Body, bytes_max: usize) -> BoxFuture<Result<Collected<Bytes>, BoxError>> {
    Box::pin(Limited::new(body, bytes_max).collect())
}

pub(super) fn unknown_operation() -> Response<Body> {
    refuse(StatusCode::BAD_REQUEST, "com.amazon.coral.service#UnknownOperationException")
}

fn refuse(status: StatusCode, kind: &str) -> Response<Body> {
    let mut answer = Response::new(whole(Bytes::from(serde_json::json!({ "__type": kind }).to_string())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    answer
}

pub(super) fn whole(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(BoxError::from).boxed()
}
