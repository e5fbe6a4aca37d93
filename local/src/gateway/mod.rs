//! One door to the AWS services of this host, for SDK clients in the process and for a port alike.
//!
//! The gateway knows nothing of the services but how a request reaches each: those that speak AWS JSON are told
//! apart by the header `X-Amz-Target`; what has no such header is S3.

mod bounds;
mod busy;
mod connector;
mod counters;
mod json;
mod operation;
mod patience;
mod rights;
mod s3;
mod serve;
mod service;
#[cfg(test)]
mod tests;

pub use connector::http_client;
pub use counters::Counters;
pub use json::{JsonService, json_service};
pub use s3::{S3Service, s3_service};
pub use serve::serve;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::combinators::BoxBody;
use service::Service;
use std::{error::Error, fmt, future::Future, pin::Pin, sync::Arc};

pub type BoxError = Box<dyn Error + Send + Sync>;
/// The one body of all requests and answers. SDK bodies have to be `Sync`, so it is.
pub type Body = BoxBody<Bytes, BoxError>;
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The services behind the door.
pub struct Services {
    pub s3: S3Service,
    pub sqs: JsonService,
    pub dynamodb: JsonService,
    pub states: JsonService,
    pub secrets: JsonService,
    pub counters: Counters,
}

/// Hands each request to the service that it is for. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Services>);

impl fmt::Debug for Gateway {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Gateway").finish_non_exhaustive()
    }
}

impl Gateway {
    pub fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }

    /// What the services have done.
    pub fn counters(&self) -> &Counters {
        &self.0.counters
    }

    /// Answers one request. What goes wrong is an answer too, in the form of the service.
    pub async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let target = request.headers().get("x-amz-target").map(|target| target.to_str().unwrap_or_default());
        let Some(target) = target else {
            let operation = operation::of_s3(request.method(), request.uri(), request.headers());
            self.0.counters.called("S3", operation);
            tracing::trace!(service = "S3", operation, "called");
            let is_head = request.method() == Method::HEAD;
            let caller = rights::caller(request.uri(), request.headers());
            let uri = request.uri().clone();
            let answer = (self.0.s3)(request).await;
            if let Some(caller) = caller {
                for right in rights::of_s3(operation, &uri, answer.status()) {
                    self.0.counters.used(&caller, right);
                }
            }
            // On a port the server leaves the body of such an answer out; clients in the process rely on it too.
            return if is_head { answer.map(|_| json::whole(Bytes::new())) } else { answer };
        };
        let Some((service, operation)) = service::of_target(target) else { return json::unknown_operation() };
        let (handler, body_bytes_max, name) = match service {
            Service::Sqs => (&self.0.sqs, bounds::SQS_BODY_BYTES_MAX, "SQS"),
            Service::DynamoDb => (&self.0.dynamodb, bounds::DYNAMODB_BODY_BYTES_MAX, "DynamoDB"),
            Service::States => (&self.0.states, bounds::STATES_BODY_BYTES_MAX, "States"),
            Service::Secrets => (&self.0.secrets, bounds::SECRETS_BODY_BYTES_MAX, "SecretsManager"),
        };
        self.0.counters.called(name, operation);
        tracing::trace!(service = name, operation, "called");
        let operation = operation.to_owned();
        let caller = rights::caller(request.uri(), request.headers());
        let used = |body: &[u8]| {
            if let Some(caller) = &caller {
                for right in rights::of_json(service, &operation, body) {
                    self.0.counters.used(caller, right);
                }
            }
        };
        json::answer(handler, request, body_bytes_max, used).await
    }
}
