//! The texts that the tests read, and what they say of the host.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use template::{Plan, Settings, TemplateError};

/// What the single-machine host would say of itself.
pub(super) fn settings() -> Settings {
    let parameters = [
        ("PageOrigin", "http://127.0.0.1:8080"),
        ("ProcessorUrl", "http://127.0.0.1:8090"),
        ("ProcessorToken", "token-of-the-test"),
        ("CallbackSecrets", "whsec_c2VjcmV0LW9mLXRoZS10ZXN0LTI0LWJ5dGVz"),
        ("FetchHosts", "127.0.0.1"),
        ("FetchLoopback", "true"),
        ("OidcIssuer", "http://127.0.0.1:8080/issuer"),
        ("OidcClientId", "client-of-the-test"),
    ];
    Settings {
        parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..bare_settings()
    }
}

pub(super) fn bare_settings() -> Settings {
    Settings {
        region: "eu-central-1".to_owned(),
        account: "000000000000".to_owned(),
        stack_name: "lectern".to_owned(),
        aws_endpoint: "http://127.0.0.1:4566".to_owned(),
        api_endpoint: "http://127.0.0.1:8080".to_owned(),
        parameters: BTreeMap::new(),
    }
}

pub(super) fn infra() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra")
}

/// The text of the project's own template.
pub(super) fn own_text() -> String {
    std::fs::read_to_string(infra().join("template.yaml")).unwrap()
}

/// Reads a file that the project's own template names.
pub(super) fn own_file(name: &str) -> io::Result<String> {
    std::fs::read_to_string(infra().join(name))
}

pub(super) fn load_own() -> Plan {
    Plan::load(&own_text(), &settings(), own_file).unwrap_or_else(|error| panic!("{error}"))
}

/// Loads a template of the test's own; it may name one definition, which uses `${Url}` once.
pub(super) fn load(text: &str) -> Result<Plan, TemplateError> {
    Plan::load(text, &bare_settings(), |name| match name {
        "../statemachines/one.asl.json" => Ok(r#"{"QueueUrl":"${Url}","Expression":"${ $x }"}"#.to_owned()),
        other => Err(io::Error::new(io::ErrorKind::NotFound, format!("no file {other}"))),
    })
}
