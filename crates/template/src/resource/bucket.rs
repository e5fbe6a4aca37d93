//! `AWS::S3::Bucket`.

use std::time::Duration;

use super::queue_named_by;
use crate::error::{Problem, TemplateError};
use crate::plan::{Bucket, CorsRule, Notification};
use crate::scope::{Resource, Scope};
use crate::value::{Fields, Found};

/// Methods that S3 takes in a CORS rule.
const CORS_METHODS: [&str; 5] = ["GET", "HEAD", "PUT", "POST", "DELETE"];

/// The events that the host announces.
const EVENTS: [&str; 5] = [
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
];

pub(super) fn read(
    resource: &Resource,
    scope: &Scope<'_>,
    mut fields: Fields<'_>,
) -> Result<Bucket, TemplateError> {
    // Access is settled by loopback and the host's one credential, storage by its disk; parts of
    // abandoned uploads are aborted by the pipeline itself, and lifecycle rules only catch strays.
    fields.aws_only(&[
        "BucketName",
        "BucketEncryption",
        "LifecycleConfiguration",
        "OwnershipControls",
        "PublicAccessBlockConfiguration",
        "Tags",
    ]);
    let versioned = versioned(&mut fields)?;
    let cors = cors(&mut fields)?;
    let notifications = notifications(&mut fields, scope)?;
    fields.finish()?;
    Ok(Bucket {
        logical_id: resource.logical_id.clone(),
        name: scope.name(resource)?,
        versioned,
        cors,
        notifications,
    })
}

fn versioned(fields: &mut Fields<'_>) -> Result<bool, TemplateError> {
    let Some(configuration) = fields.optional("VersioningConfiguration") else { return Ok(false) };
    let mut configuration = configuration.fields()?;
    configuration
        .required("Status")?
        .one_of(&["Enabled"], "a bucket has versions (Enabled) or no such property")?;
    configuration.finish()?;
    Ok(true)
}

fn cors(fields: &mut Fields<'_>) -> Result<Vec<CorsRule>, TemplateError> {
    let Some(configuration) = fields.optional("CorsConfiguration") else { return Ok(Vec::new()) };
    let mut configuration = configuration.fields()?;
    let rules = configuration.required("CorsRules")?.list()?;
    configuration.finish()?;
    rules.iter().map(cors_rule).collect()
}

fn cors_rule(found: &Found<'_>) -> Result<CorsRule, TemplateError> {
    let mut rule = found.fields()?;
    rule.aws_only(&["Id"]);
    let origins = rule.required("AllowedOrigins")?;
    if let Some(origin) = origins
        .list()?
        .into_iter()
        .find(|origin| origin.text().is_ok_and(|origin| origin.matches('*').count() > 1))
    {
        return Err(origin.place.expected("at most one * in an origin", origin.text()?));
    }
    let methods = rule.required("AllowedMethods")?;
    for method in methods.list()? {
        method.one_of(&CORS_METHODS, "a method that S3 has")?;
    }
    let parsed = CorsRule {
        origins: origins.texts()?,
        methods: methods.texts()?,
        headers: rule.texts_or_none("AllowedHeaders")?,
        expose: rule.texts_or_none("ExposedHeaders")?,
        max_age: rule
            .optional("MaxAge")
            .map(|found| found.number(0..=u32::MAX))
            .transpose()?
            .map(|seconds| Duration::from_secs(seconds.into())),
    };
    rule.finish()?;
    Ok(parsed)
}

fn notifications(fields: &mut Fields<'_>, scope: &Scope<'_>) -> Result<Vec<Notification>, TemplateError> {
    let Some(configuration) = fields.optional("NotificationConfiguration") else { return Ok(Vec::new()) };
    let mut configuration = configuration.fields()?;
    let queues = configuration.required("QueueConfigurations")?.list()?;
    configuration.finish()?;
    queues.iter().map(|found| notification(found, scope)).collect()
}

fn notification(found: &Found<'_>, scope: &Scope<'_>) -> Result<Notification, TemplateError> {
    let mut fields = found.fields()?;
    let event = fields.required("Event")?.one_of(&EVENTS, "only the creation of objects is announced")?;
    let queue = queue_named_by(&fields.required("Queue")?, scope)?;
    let (mut prefix, mut suffix) = (String::new(), String::new());
    if let Some(filter) = fields.optional("Filter") {
        let mut filter = filter.fields()?;
        let mut key = filter.required("S3Key")?.fields()?;
        for rule in key.required("Rules")?.list()? {
            let mut rule = rule.fields()?;
            let name = rule.required("Name")?;
            let value = rule.required("Value")?.text()?;
            match name.text()?.as_str() {
                "prefix" if prefix.is_empty() => prefix = value,
                "suffix" if suffix.is_empty() => suffix = value,
                other => {
                    let instead = "one prefix and one suffix";
                    return Err(name.place.refuse(Problem::ValueNotRun { found: other.to_owned(), instead }));
                }
            }
            rule.finish()?;
        }
        key.finish()?;
        filter.finish()?;
    }
    fields.finish()?;
    Ok(Notification { event, queue, prefix, suffix })
}
