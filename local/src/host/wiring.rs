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
pub const CLIENT_ID: &str = "lectern-local";

const TEMPLATE: &str = include_str!("../../../infra/template.yaml");
const MACHINES: [(&str, &str); 4] = [
    ("transfer", include_str!("../../../statemachines/transfer.asl.json")),
    ("results", include_str!("../../../statemachines/results.asl.json")),
    ("overdue", include_str!("../../../statemachines/overdue.asl.json")),
    ("forget", include_str!("../../../statemachines/forget.asl.json")),
];

/// What the template's parameters are on this machine.
#[derive(Clone, Debug)]
pub struct Parameters {
    pub aws_endpoint: String,
    pub api_endpoint: String,
    pub processor_url: String,
    pub processor_token: String,
    pub callback_secrets: String,
    pub issuer: String,
    pub time_scale: u32,
    pub upload_bytes_max: Option<u64>,
    pub requests_per_second: Option<u32>,
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
        let given = [
            ("UploadBytesMax", self.upload_bytes_max.map(|bytes| bytes.to_string())),
            ("RequestsPerSecond", self.requests_per_second.map(|requests| requests.to_string())),
        ];
        parameters.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
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
pub fn plan(file: Option<&Path>, parameters: &Parameters) -> Result<Plan, HostError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use document::Timing;
    use serde_json::Value;
    use std::time::Duration;

    fn built_in_plan() -> Plan {
        let parameters = Parameters {
            aws_endpoint: "http://127.0.0.1:4566".to_owned(),
            api_endpoint: "http://127.0.0.1:8080".to_owned(),
            processor_url: "http://127.0.0.1:8090".to_owned(),
            processor_token: "token".to_owned(),
            callback_secrets: "whsec_d2lyaW5nLXdpcmluZy13aXJpbmctd2lyaW5n".to_owned(),
            issuer: "http://127.0.0.1:8080/issuer".to_owned(),
            time_scale: 1,
            upload_bytes_max: None,
            requests_per_second: None,
        };
        plan(None, &parameters).unwrap()
    }

    fn timeout(plan: &Plan, name: &str) -> Duration {
        plan.function(&format!("{STACK}-{name}")).unwrap().timeout
    }

    #[test]
    fn a_lease_outlasts_the_function_that_holds_it() {
        let (plan, timing) = (built_in_plan(), Timing::default());
        assert!(timing.lease_lesson_plan > timeout(&plan, "transfer-lesson-plans"));
        assert!(timing.lease_video > timeout(&plan, "transfer-videos"));
    }

    #[test]
    fn a_task_outlasts_the_function_that_it_invokes() {
        let plan = built_in_plan();
        let mut invocations = 0;
        for machine in &plan.machines {
            let definition: Value = serde_json::from_str(&machine.definition).unwrap();
            for (name, state) in definition["States"].as_object().unwrap() {
                if state["Resource"] == "arn:aws:states:::lambda:invoke" {
                    let function = state["Arguments"]["FunctionName"].as_str().unwrap();
                    let task = Duration::from_secs(state["TimeoutSeconds"].as_u64().unwrap());
                    assert!(task > plan.function(function).unwrap().timeout, "{}: {name}", machine.name);
                    invocations += 1;
                }
            }
        }
        assert!(invocations >= 7, "{invocations}");
    }

    #[test]
    fn forgetting_is_repeated_after_the_longest_function_has_ended() {
        let plan = built_in_plan();
        let longest = plan.functions.iter().map(|function| function.timeout).max().unwrap();
        let forget = plan.machines.iter().find(|machine| machine.name.ends_with("forget")).unwrap();
        let definition: Value = serde_json::from_str(&forget.definition).unwrap();
        let wait = definition["States"]["LetRun"]["Seconds"].as_u64().unwrap();
        assert!(Duration::from_secs(wait) > longest);
    }
}
