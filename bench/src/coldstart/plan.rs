use crate::stage::Stage;
use anyhow::Context as _;
use std::{collections::BTreeMap, fs, path::Path};
use template::{Plan, Settings};

/// The region in every ARN of one machine.
pub(super) const REGION: &str = "eu-central-1";
/// The account in every ARN of one machine.
const ACCOUNT: &str = "000000000000";

/// The template as the started host has resolved it.
pub(super) fn of(stage: &Stage) -> anyhow::Result<Plan> {
    let infra = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra");
    let text = fs::read_to_string(infra.join("template.yaml")).context("the template is not there")?;
    let plan = Plan::load(&text, &settings(stage), |path| fs::read_to_string(infra.join(path)));
    plan.context("the template cannot be read")
}

fn settings(stage: &Stage) -> Settings {
    let api = &stage.host.api_url;
    let parameters = [
        ("PageOrigin", api.clone()),
        ("ProcessorUrl", stage.processor_url.clone()),
        ("ProcessorToken", stage.secrets.token.clone()),
        ("CallbackUrl", format!("{api}/callbacks/processor")),
        ("CallbackSecrets", stage.secrets.signing.clone()),
        ("FetchHosts", "127.0.0.1".to_owned()),
        ("FetchLoopback", "true".to_owned()),
        ("OidcIssuer", format!("{api}/issuer")),
        ("OidcClientId", "lectern-local".to_owned()),
    ];
    Settings {
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        stack_name: "lectern".to_owned(),
        aws_endpoint: stage.host.aws_url.clone(),
        api_endpoint: api.clone(),
        parameters: BTreeMap::from(parameters.map(|(name, value)| (name.to_owned(), value))),
    }
}
