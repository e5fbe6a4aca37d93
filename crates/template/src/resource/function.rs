//! `AWS::Serverless::Function`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{event, rights};
use crate::error::TemplateError;
use crate::plan::Function;
use crate::scope::{Resource, Scope};
use crate::value::{Fields, Found};

// Lambda's own ranges and defaults: API reference, CreateFunction.
const TIMEOUT_SECONDS_MAX: u32 = 900;
const TIMEOUT_SECONDS_DEFAULT: u32 = 3;
const MEMORY_MIB_MIN: u32 = 128;
const MEMORY_MIB_MAX: u32 = 10_240;
const MEMORY_MIB_DEFAULT: u32 = 128;
/// More than any account has.
const CONCURRENCY_MAX: u32 = 100_000;

pub(super) fn read(
    resource: &Resource,
    scope: &Scope<'_>,
    mut fields: Fields<'_>,
) -> Result<Function, TemplateError> {
    // On which processor it runs means nothing inside one process; logs and traces go where the host sends its own.
    // One process has one version of itself, so an alias is the function and nothing is rolled out.
    fields.aws_only(&[
        "FunctionName",
        "Architectures",
        "AutoPublishAlias",
        "AutoPublishAliasAllProperties",
        "AutoPublishCodeSha256",
        "DeploymentPreference",
        "Description",
        "LoggingConfig",
        "Tags",
        "Tracing",
    ]);
    fields.required("Runtime")?.one_of(&["provided.al2023"], "functions are linked into the host")?;
    fields.required("Handler")?.one_of(&["bootstrap"], "functions are linked into the host")?;
    let code = code(&fields.required("CodeUri")?)?;
    let timeout = fields.number_or("Timeout", 1..=TIMEOUT_SECONDS_MAX, TIMEOUT_SECONDS_DEFAULT)?;
    let memory_mib = fields.number_or("MemorySize", MEMORY_MIB_MIN..=MEMORY_MIB_MAX, MEMORY_MIB_DEFAULT)?;
    let environment = environment(&mut fields)?;
    let reserved_concurrency = fields
        .optional("ReservedConcurrentExecutions")
        .map(|found| found.number(1..=CONCURRENCY_MAX))
        .transpose()?;
    let rights = rights::read(&mut fields)?;
    let events = match fields.optional("Events") {
        Some(events) => events
            .entries()?
            .into_iter()
            .map(|(id, found)| event::read(id, &found, scope))
            .collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    fields.finish()?;
    Ok(Function {
        logical_id: resource.logical_id.clone(),
        name: scope.name(resource)?,
        arn: scope.arn(resource)?,
        code,
        timeout: Duration::from_secs(timeout.into()),
        memory_mib,
        environment,
        reserved_concurrency,
        rights,
        events,
    })
}

/// `../functions/ingest` gives `ingest`.
fn code(found: &Found<'_>) -> Result<String, TemplateError> {
    let uri = found.text()?;
    let path = uri.trim_end_matches('/');
    match path.rsplit_once('/') {
        Some((folder, name)) if folder.rsplit('/').next() == Some("functions") && !name.is_empty() => {
            Ok(name.to_owned())
        }
        _ => Err(found.place.expected("a folder under functions/", uri)),
    }
}

fn environment(fields: &mut Fields<'_>) -> Result<BTreeMap<String, String>, TemplateError> {
    let Some(environment) = fields.optional("Environment") else { return Ok(BTreeMap::new()) };
    let mut environment = environment.fields()?;
    let mut variables = BTreeMap::new();
    if let Some(found) = environment.optional("Variables") {
        for (name, value) in found.entries()? {
            variables.insert(name.to_owned(), value.text()?);
        }
    }
    environment.finish()?;
    Ok(variables)
}
