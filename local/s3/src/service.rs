use crate::{
    access::OnlySigned,
    addressing::Addressing,
    bounds::XML_BODY_BYTES_MAX,
    config::Credentials,
    cors::{CrossOrigin, preflight_answer},
    operations::Operations,
    store::Store,
};
use futures::future::BoxFuture;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use s3s::{
    Body,
    config::{S3Config, StaticConfigProvider},
    service::{S3Service, S3ServiceBuilder},
};
use std::{
    convert::Infallible,
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");

/// Names a request in answers, events and logs.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

/// The S3 API over a store, as a service that serves a port as well as a client in the same process.
///
/// It keeps no connection and no state of its own: clones are the same service.
#[derive(Clone)]
pub struct S3 {
    store: Arc<Store>,
    protocol: S3Service,
}

/// Serves `store` to whoever signs with `credentials`. Unsigned requests are refused, preflights aside.
pub fn service(store: Arc<Store>, credentials: Credentials) -> S3 {
    let mut builder = S3ServiceBuilder::new(Operations(Arc::clone(&store)));
    builder.set_auth(credentials);
    builder.set_host(Addressing);
    builder.set_access(OnlySigned);
    let mut config = S3Config::default();
    config.xml_max_body_size = XML_BODY_BYTES_MAX;
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    S3 { store, protocol: builder.build() }
}

impl S3 {
    /// Answers one request. What goes wrong is an answer too.
    pub async fn answer(&self, mut request: Request<Body>) -> Response<Body> {
        let id = self.store.draw_hex::<8>();
        let cross_origin = CrossOrigin::of(&request);
        let granted = cross_origin.as_ref().and_then(|asked| {
            let bucket = self.store.bucket(&Addressing::bucket_of(&request)?).ok()?;
            asked.granted(&bucket)
        });
        let mut response = if cross_origin.is_some_and(|asked| asked.preflight) {
            preflight_answer(granted)
        } else {
            request.extensions_mut().insert(RequestId(id.clone()));
            let mut response = self.call_protocol(request).await;
            if let Some(granted) = granted {
                response.headers_mut().extend(granted);
            }
            response
        };
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, id.clone());
            response.headers_mut().insert(HOST_ID, id);
        }
        response
    }

    async fn call_protocol(&self, request: Request<Body>) -> Response<Body> {
        match self.protocol.call(request).await {
            Ok(response) => response,
            Err(error) => {
                let error = s3s::StdError::from(error);
                tracing::error!(%error, "an answer could not be written");
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
        }
    }
}

impl tower::Service<Request<Body>> for S3 {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move { Ok(service.answer(request).await) })
    }
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3").field("store", &self.store).finish_non_exhaustive()
    }
}
