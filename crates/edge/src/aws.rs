//! How a function reaches AWS: with what Lambda puts into its environment, over one way for all its clients.

use crate::{Misconfigured, Variables};
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use std::time::Duration;

/// How long a connection to AWS may take to come about: as long as the SDK waits by itself.
pub(crate) const AWS_CONNECT_TIME: Duration = Duration::from_millis(3100);

/// What all clients are made of. Region and credentials are where Lambda puts them; the SDK's own search for them would try
/// files, other services and other roles, and be a part of every function.
pub(crate) fn sdk(variables: &Variables) -> Result<SdkConfig, Misconfigured> {
    let credentials = Credentials::new(
        variables.required("AWS_ACCESS_KEY_ID")?,
        variables.required("AWS_SECRET_ACCESS_KEY")?,
        variables.optional("AWS_SESSION_TOKEN").map(str::to_owned),
        None,
        "lambda",
    );
    let mut sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(variables.required("AWS_REGION")?.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::standard())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .http_client(http_client());
    sdk.set_endpoint_url(variables.optional("AWS_ENDPOINT_URL").map(str::to_owned));
    Ok(sdk.build())
}

/// The way that all clients of a function share.
///
/// Left alone, every SDK client makes one for itself and reads the machine's root certificates for it, once when it is made
/// and once more at its first request; a function has up to eight clients. Shared, they are read once, before the first
/// invocation, and two clients of one service need one connection.
fn http_client() -> SharedHttpClient {
    let connector = Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(AWS_CONNECT_TIME).build())
        .sleep_impl(TokioSleep::new())
        .proxy_config(ProxyConfig::from_env())
        .build();
    let connector = SharedHttpConnector::new(connector);
    http_client_fn(move |_, _| connector.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::types::AttributeValue;
    use axum::{Router, extract::ConnectInfo};
    use std::{
        collections::BTreeSet,
        net::SocketAddr,
        sync::{Arc, Mutex},
    };

    #[tokio::test]
    async fn two_clients_of_one_service_need_one_connection() {
        let ports: Arc<Mutex<BTreeSet<u16>>> = Arc::default();
        let seen = Arc::clone(&ports);
        let service = Router::new().fallback(move |ConnectInfo(peer): ConnectInfo<SocketAddr>| {
            seen.lock().unwrap().insert(peer.port());
            async { "{}" }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = service.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(axum::serve(listener, service).into_future());
        let variables = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_ENDPOINT_URL", &url),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let sdk = sdk(&Variables::new(variables)).unwrap();
        for _ in 0..2 {
            let client = aws_sdk_dynamodb::Client::new(&sdk);
            let id = AttributeValue::S("1".to_owned());
            let answer = client.get_item().table_name("t").key("id", id).send().await.unwrap();
            assert_eq!(answer.item, None);
        }
        assert_eq!(ports.lock().unwrap().len(), 1);
        serving.abort();
    }

    #[test]
    fn a_function_without_credentials_says_so_at_the_start() {
        let region = [("AWS_REGION".to_owned(), "eu-central-1".to_owned())];
        let missing = sdk(&Variables::new(region)).unwrap_err();
        assert_eq!(missing, Misconfigured::Missing("AWS_ACCESS_KEY_ID".to_owned()));
    }
}
