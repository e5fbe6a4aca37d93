use crate::host::Host;
use local_secrets::SecretSpec;

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:token-000000";

#[tokio::test]
async fn the_current_text_is_read_in_the_process_and_over_a_port() {
    let host = Host::in_memory();
    let spec = |text: &str| SecretSpec { name: "token".into(), arn: ARN.into(), text: text.into() };
    for text in ["first", "second"] {
        host.secrets.put(spec(text));
        for clients in host.both_ways().await {
            for id in [ARN, "token"] {
                let read = clients.secrets.get_secret_value().secret_id(id).send().await.unwrap();
                assert_eq!((read.arn(), read.secret_string()), (Some(ARN), Some(text)));
                assert_eq!(read.version_stages(), ["AWSCURRENT"]);
            }
        }
    }
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_not_found() {
    let clients = Host::in_memory().clients;
    let refused = clients.secrets.get_secret_value().secret_id(ARN).send().await.unwrap_err();
    assert!(refused.into_service_error().is_resource_not_found_exception());
}
