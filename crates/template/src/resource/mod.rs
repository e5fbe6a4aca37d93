//! Readers that turn evaluated properties into the plan's types, one for each kind of resource.
//!
//! Each reads the properties that the host honours, names those that only AWS has a use
//! for, and refuses the rest.

mod bucket;
mod event;
mod function;
mod machine;
mod queue;
mod rights;
mod secret;
mod table;

use crate::error::{Problem, TemplateError};
use crate::plan::{AwsOnly, Plan};
use crate::scope::{AwsOnlyType, Kind, Resource, Scope};
use crate::value::{Fields, Found, Value};

/// Reads a file that the template names, by the name it has there.
pub(crate) type ReadFile<'r> = &'r dyn Fn(&str) -> std::io::Result<String>;

/// Reads one resource into the plan.
pub(crate) fn read(
    resource: &Resource,
    scope: &Scope<'_>,
    read_file: ReadFile<'_>,
    plan: &mut Plan,
) -> Result<(), TemplateError> {
    let place = resource.properties_place();
    let value = scope.evaluate(&resource.properties, &place)?.unwrap_or(Value::Null);
    let fields = Found::new(place, &value).fields()?;
    match resource.kind {
        Kind::Bucket => plan.buckets.push(bucket::read(resource, scope, fields)?),
        Kind::Queue => plan.queues.push(queue::read(resource, scope, fields)?),
        Kind::Table => plan.tables.push(table::read(resource, scope, fields)?),
        Kind::Secret => plan.secrets.push(secret::read(resource, scope, fields)?),
        Kind::Function => plan.functions.push(function::read(resource, scope, fields)?),
        Kind::Machine => plan.machines.push(machine::read(resource, scope, fields, read_file)?),
        Kind::HttpApi => http_api(fields)?,
        Kind::AwsOnly(known) => plan.aws_only.push(aws_only(resource, known, scope, fields)?),
    }
    Ok(())
}

/// The host has one HTTP port and serves the API at its root, so a stage name or CORS of its own would be ignored.
fn http_api(mut fields: Fields<'_>) -> Result<(), TemplateError> {
    fields.aws_only(&[
        "AccessLogSettings",
        "DefaultRouteSettings",
        "Description",
        "FailOnWarnings",
        "Name",
        "RouteSettings",
        "Tags",
    ]);
    fields.finish()
}

fn aws_only(
    resource: &Resource,
    known: &'static AwsOnlyType,
    scope: &Scope<'_>,
    mut fields: Fields<'_>,
) -> Result<AwsOnly, TemplateError> {
    scope.name(resource)?;
    fields.aws_only(known.properties);
    fields.finish()?;
    Ok(AwsOnly { logical_id: resource.logical_id.clone(), resource_type: resource.type_name.clone() })
}

/// The physical name of the queue whose ARN stands here.
fn queue_named_by(found: &Found<'_>, scope: &Scope<'_>) -> Result<String, TemplateError> {
    let arn = found.text()?;
    for queue in scope.created(Kind::Queue) {
        if scope.arn(queue)? == arn {
            return scope.name(queue);
        }
    }
    Err(found.place.refuse(Problem::WrongTarget { found: arn, expected: "the ARN of a queue" }))
}
