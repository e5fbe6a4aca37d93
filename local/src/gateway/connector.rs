use super::{Body, Gateway};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn},
        orchestrator::HttpRequest,
        result::ConnectorError,
    },
    http::Response,
};
use aws_smithy_types::body::SdkBody;
use http::{HeaderValue, Request, header::HOST};
use http_body_util::BodyExt;

/// An HTTP client for AWS SDKs that reaches the gateway without a socket.
///
/// The call runs in the caller's task. Connect and read time-outs of the SDK do not apply, its operation
/// time-outs do: they drop the call.
pub fn http_client(gateway: &Gateway) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(InProcess(gateway.clone()));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct InProcess(Gateway);

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let gateway = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = receive(request)?;
            let answer = gateway.answer(request).await.map(SdkBody::from_body_1_x);
            Response::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The request as a server sees it: with the `Host` that it was signed with.
fn receive(request: HttpRequest) -> Result<Request<Body>, ConnectorError> {
    let mut request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    if let Some(authority) = request.uri().authority() {
        let host =
            HeaderValue::from_str(authority.as_str()).map_err(|error| ConnectorError::user(error.into()))?;
        request.headers_mut().insert(HOST, host);
    }
    Ok(request.map(BodyExt::boxed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::tests::gateway;

    async fn call(uri: &str, target: Option<&'static str>, body: &'static str) -> (http::HeaderMap, String) {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_uri(uri).unwrap();
        request.set_method("POST").unwrap();
        if let Some(target) = target {
            request.headers_mut().insert("x-amz-target", target);
        }
        let answer = InProcess(gateway()).call(request).await.unwrap().try_into_http1x().unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_request_arrives_with_the_host_that_it_was_signed_with() {
        let (headers, body) = call("http://127.0.0.1:4566/bucket/key", None, "plan").await;
        assert_eq!(headers["x-asked-by"], "127.0.0.1:4566");
        assert_eq!(body, "plan");
    }

    #[tokio::test]
    async fn json_services_are_reached_too() {
        let (_, body) = call("http://127.0.0.1:4566/", Some("DynamoDB_20120810.GetItem"), "{}").await;
        assert_eq!(body, "dynamodb 2");
    }
}
