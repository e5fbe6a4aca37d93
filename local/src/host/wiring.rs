use super::HostError;
use std::{collections::BTreeMap, path::Path};
use template::{Plan, Settings};

/// The region in every ARN of one machine.
pub(super) const REGION: &str = "eu-central-1";
/// The account in every ARN of one machine.
pub(super) const ACCOUNT: &str = "000000000000";
/// The stack's name: every physical name begins with it.
const STACK: &str = "lectern";
/// The client that development tokens are issued to.
pub(super) const CLIENT_ID: &str = "lectern-local";

const TEMPLATE: &str = include_str!("../../../infra/template.yaml");
const MACHINES: [(&str, &str); 4] = [
    ("transfer", include_str!("../../../statemachines/transfer.asl.json")),
    ("results", include_str!("../../../statemachines/results.asl.json")),
    ("overdue", include_str!("../../../statemachines/overdue.asl.json")),
    ("forget", include_str!("../../../statemachines/forget.asl.json")),
];

/// What the template's parameters are on this machine.
#[derive(Clone)]
pub(super) struct Parameters {
    pub(super) aws_endpoint: String,
    pub(super) api_endpoint: String,
    pub(super) processor_url: String,
    pub(super) processor_token: String,
    pub(super) callback_secrets: String,
    pub(super) issuer: String,
    pub(super) time_scale: u32,
    pub(super) upload_bytes_max: Option<u64>,
}

impl Parameters {
    fn settings(&self) -> Settings {
        let processor = reqwest::Url::parse(&self.processor_url).ok();
        let host = processor.as_ref().and_then(|url| url.host_str()).unwrap_or_default().to_owned();
        let plain = processor.is_some_and(|url| url.scheme() == "http");
        let mut parameters = BTreeMap::from(
            [
                ("Stage", "dev".to_owned()),
                ("PageOrigin", self.api_endpoint.clone()),
                ("ProcessorUrl", self.processor_url.clone()),
                ("ProcessorToken", self.processor_token.clone()),
                ("CallbackUrl", format!("{}/callbacks/processor", self.api_endpoint)),
                ("CallbackSecrets", self.callback_secrets.clone()),
                ("FetchHosts", host),
                ("FetchLoopback", plain.to_string()),
                ("OidcIssuer", self.issuer.clone()),
                ("OidcClientId", CLIENT_ID.to_owned()),
                ("TimeScale", self.time_scale.to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        if let Some(bytes) = self.upload_bytes_max {
            parameters.insert("UploadBytesMax".to_owned(), bytes.to_string());
        }
        Settings {
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
            stack_name: STACK.to_owned(),
            aws_endpoint: self.aws_endpoint.clone(),
            api_endpoint: self.api_endpoint.clone(),
            parameters,
        }
    }
}

/// Reads the template that is built in, or the one given, as a plan.
pub(super) fn plan(file: Option<&Path>, parameters: &Parameters) -> Result<Plan, HostError> {
    let settings = parameters.settings();
    let Some(file) = file else {
        return Ok(Plan::load(TEMPLATE, &settings, built_in)?);
    };
    let failed = |source| HostError::TemplateFile { path: file.to_owned(), source };
    let text = std::fs::read_to_string(file).map_err(failed)?;
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    Ok(Plan::load(&text, &settings, |path| std::fs::read_to_string(folder.join(path)))?)
}

fn built_in(path: &str) -> std::io::Result<String> {
    let name = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let machine = MACHINES.iter().find(|(machine, _)| name == format!("{machine}.asl.json"));
    machine.map(|(_, text)| (*text).to_owned()).ok_or_else(|| std::io::ErrorKind::NotFound.into())
}
