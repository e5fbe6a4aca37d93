use super::{
    Body,
    bounds::RETRY_AFTER,
    json::whole,
    service::{self, Service},
};
use bytes::Bytes;
use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER as RETRY_AFTER_HEADER},
};

const SLOW_DOWN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SlowDown</Code>\
    <Message>Please reduce your request rate.</Message></Error>";

/// What a caller is told for whom there is no place, in the words of the service that it wanted: SDKs know all of them
/// as reasons to try again later.
pub(super) fn busy<B>(request: &Request<B>) -> Response<Body> {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let throttled =
        r#"{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Rate exceeded"}"#;
    let (status, media_type, body) = match target.and_then(service::of_target) {
        None => (StatusCode::SERVICE_UNAVAILABLE, "application/xml", SLOW_DOWN),
        Some((Service::Sqs, _)) => {
            let body = r#"{"__type":"com.amazonaws.sqs#RequestThrottled","message":"Rate exceeded"}"#;
            (StatusCode::FORBIDDEN, "application/x-amz-json-1.0", body)
        }
        Some((Service::DynamoDb | Service::States | Service::Secrets, _)) => {
            (StatusCode::BAD_REQUEST, "application/x-amz-json-1.0", throttled)
        }
    };
    let mut answer = Response::new(whole(Bytes::from_static(body.as_bytes())));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(RETRY_AFTER_HEADER, RETRY_AFTER.as_secs().into());
    if matches!(target.and_then(service::of_target), Some((Service::Sqs, _))) {
        headers.insert("x-amzn-query-error", HeaderValue::from_static("RequestThrottled;Sender"));
    }
    answer
}
