use aws_credential_types::Credentials as Signer;
use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Region, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use clock::{Random, SystemClock, SystemRandom};
use local_s3::{BucketSpec, Config, Credentials, S3, Store};
use std::{path::Path, sync::Arc};

pub(crate) const VERSIONED: &str = "versioned";
pub(crate) const PLAIN: &str = "plain";
const REGION: &str = "eu-central-1";

/// A store, the service over it, and an SDK client that talks to it.
pub(crate) struct Harness {
    pub(crate) store: Arc<Store>,
    pub(crate) service: S3,
    pub(crate) client: Client,
}

impl Harness {
    pub(crate) async fn in_memory() -> Self {
        Self::over(Store::in_memory(config()).unwrap()).await
    }

    pub(crate) async fn on_disk(directory: &Path) -> Self {
        Self::over(Store::open(directory, config()).unwrap()).await
    }

    async fn over(store: Arc<Store>) -> Self {
        for (name, versioned) in [(VERSIONED, true), (PLAIN, false)] {
            let spec =
                BucketSpec { name: name.to_owned(), versioned, notifications: true, ..BucketSpec::default() };
            store.create_bucket(spec).await.unwrap();
        }
        let pair = Credentials { access_key: "key".to_owned(), secret_key: "secret".to_owned() };
        let service = local_s3::service(Arc::clone(&store), pair);
        let client = client(&service, "secret");
        Self { store, service, client }
    }

    pub(crate) async fn put(&self, bucket: &str, key: &str, body: impl Into<Vec<u8>>) -> String {
        let put = self.client.put_object().bucket(bucket).key(key).body(body.into().into());
        put.send().await.unwrap().version_id.unwrap_or_default()
    }

    pub(crate) async fn get(&self, bucket: &str, key: &str) -> Vec<u8> {
        let got = self.client.get_object().bucket(bucket).key(key).send().await.unwrap();
        got.body.collect().await.unwrap().to_vec()
    }

    /// Sends a request that somebody else made, such as a browser with a presigned URL.
    pub(crate) async fn send(
        &self,
        mut request: http::Request<s3s::Body>,
    ) -> (http::response::Parts, Vec<u8>) {
        let host = request.uri().authority().unwrap().as_str().parse().unwrap();
        request.headers_mut().insert(http::header::HOST, host);
        let (parts, body) = self.service.answer(request).await.into_parts();
        (parts, http_body_util::BodyExt::collect(body).await.unwrap().to_bytes().to_vec())
    }
}

pub(crate) fn config() -> Config {
    Config { region: REGION.to_owned(), clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
}

pub(crate) fn client(service: &S3, secret: &str) -> Client {
    let connector = SharedHttpConnector::new(InProcess(service.clone()));
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Signer::new("key", secret, None, None, "test"))
        .endpoint_url("http://127.0.0.1:4566")
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .build();
    Client::from_conf(config)
}

/// The code that an error carries.
pub(crate) fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    error.code().unwrap_or("none").to_owned()
}

/// The HTTP status that an error came with.
pub(crate) fn status<E>(error: &SdkError<E>) -> u16 {
    error.raw_response().map_or(0, |response| response.status().as_u16())
}

/// Bytes that do not repeat.
pub(crate) fn noise(bytes: usize) -> Vec<u8> {
    let mut noise = vec![0; bytes];
    clock::SeededRandom::new(bytes as u64).fill(&mut noise);
    noise
}

#[derive(Debug)]
struct InProcess(S3);

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let service = self.0.clone();
        HttpConnectorFuture::new(async move {
            let failed = |error: Box<dyn std::error::Error + Send + Sync>| ConnectorError::other(error, None);
            let mut request = request.try_into_http1x().map_err(|error| failed(error.into()))?;
            let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
            let host =
                host.parse().map_err(|error: http::header::InvalidHeaderValue| failed(error.into()))?;
            request.headers_mut().insert(http::header::HOST, host);
            let response = service.answer(request.map(s3s::Body::http_body_unsync)).await;
            let response = response.map(SdkBody::from_body_1_x);
            aws_smithy_runtime_api::http::Response::try_from(response).map_err(|error| failed(error.into()))
        })
    }
}
