use super::{first, plan, runtime_api::Invocation, start::Subject};
use crate::{stage::Stage, teacher::Teacher};
use anyhow::ensure;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};
use template::Function;

/// The program that shows what a runtime in Rust costs by itself.
pub(super) const ECHO: &str = "coldstart-echo";

/// Every function of the template that has its own code, with its first event.
pub(super) async fn subjects(stage: &Stage, binaries: &Path) -> anyhow::Result<Vec<Subject>> {
    let (plan, token) = (plan::of(stage)?, Teacher::sign_in(&stage.host.api_url).await?.token);
    let (mut seen, mut subjects) = (BTreeSet::new(), Vec::new());
    for function in &plan.functions {
        // Two functions may share a binary.
        if seen.insert(&function.code) {
            subjects.push(subject(stage, binaries, function, &token)?);
        }
    }
    let programs = subjects.iter().map(|subject| subject.name.as_str()).chain([ECHO]);
    let missing: Vec<_> = programs.clone().filter(|name| !binaries.join(name).is_file()).collect();
    let packages: Vec<_> = programs.map(|name| format!("-p {name}")).collect();
    ensure!(
        missing.is_empty(),
        "{} has no {}; build them with `cargo build --locked --profile bootstrap {}`, or say with --binaries where they are",
        binaries.display(),
        missing.join(", "),
        packages.join(" "),
    );
    Ok(subjects)
}

fn subject(stage: &Stage, binaries: &Path, function: &Function, token: &str) -> anyhow::Result<Subject> {
    let (event, expected) = first::of(&function.code, token)?;
    let mut environment = function.environment.clone();
    environment.extend(lambda(stage, &function.name, function.memory_mib));
    Ok(Subject {
        name: function.code.clone(),
        program: binaries.join(&function.code),
        arguments: Vec::new(),
        folder: PathBuf::from("/"),
        memory_mib: function.memory_mib,
        environment,
        invocation: Invocation { function_arn: function.arn.clone(), event, time: function.timeout },
        expected,
    })
}

/// What Lambda sets for every function, and where AWS is.
pub(super) fn lambda(stage: &Stage, name: &str, memory_mib: u32) -> BTreeMap<String, String> {
    let memory = memory_mib.to_string();
    [
        ("_HANDLER", "bootstrap"),
        ("AWS_ACCESS_KEY_ID", name),
        ("AWS_SECRET_ACCESS_KEY", "lectern-local"),
        ("AWS_SESSION_TOKEN", "none"),
        ("AWS_REGION", plan::REGION),
        ("AWS_DEFAULT_REGION", plan::REGION),
        ("AWS_ENDPOINT_URL", &stage.host.aws_url),
        ("AWS_LAMBDA_FUNCTION_NAME", name),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "lectern"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "1"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}
