//! `AWS::SQS::Queue`.

use std::time::Duration;

use super::queue_named_by;
use crate::error::{Problem, TemplateError};
use crate::plan::{Queue, Redrive};
use crate::scope::{Resource, Scope};
use crate::value::Fields;

// SQS's own ranges and defaults: API reference, SetQueueAttributes.
const VISIBILITY_SECONDS_MAX: u32 = 43_200;
const VISIBILITY_SECONDS_DEFAULT: u32 = 30;
const DELAY_SECONDS_MAX: u32 = 900;
const RETENTION_SECONDS_MIN: u32 = 60;
const RETENTION_SECONDS_MAX: u32 = 1_209_600;
const RETENTION_SECONDS_DEFAULT: u32 = 345_600;
const RECEIVE_WAIT_SECONDS_MAX: u32 = 20;
const MESSAGE_BYTES_MIN: u32 = 1_024;
const MESSAGE_BYTES_MAX: u32 = 1_048_576;
const RECEIVES_MAX: u32 = 1_000;

pub(super) fn read(
    resource: &Resource,
    scope: &Scope<'_>,
    mut fields: Fields<'_>,
) -> Result<Queue, TemplateError> {
    let name = scope.name(resource)?;
    fields.aws_only(&["QueueName", "SqsManagedSseEnabled", "KmsMasterKeyId", "Tags"]);
    let mut seconds = |property, range, default| {
        fields.number_or(property, range, default).map(|seconds| Duration::from_secs(seconds.into()))
    };
    let visibility = seconds("VisibilityTimeout", 0..=VISIBILITY_SECONDS_MAX, VISIBILITY_SECONDS_DEFAULT)?;
    let delay = seconds("DelaySeconds", 0..=DELAY_SECONDS_MAX, 0)?;
    let retention = seconds(
        "MessageRetentionPeriod",
        RETENTION_SECONDS_MIN..=RETENTION_SECONDS_MAX,
        RETENTION_SECONDS_DEFAULT,
    )?;
    let receive_wait = seconds("ReceiveMessageWaitTimeSeconds", 0..=RECEIVE_WAIT_SECONDS_MAX, 0)?;
    let message_bytes_max =
        fields.number_or("MaximumMessageSize", MESSAGE_BYTES_MIN..=MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX)?;
    let redrive = redrive(&mut fields, &name, scope)?;
    fields.finish()?;
    Ok(Queue {
        logical_id: resource.logical_id.clone(),
        url: scope.queue_url(&name),
        arn: scope.arn(resource)?,
        name,
        visibility,
        delay,
        retention,
        receive_wait,
        message_bytes_max,
        redrive,
    })
}

fn redrive(
    fields: &mut Fields<'_>,
    own_name: &str,
    scope: &Scope<'_>,
) -> Result<Option<Redrive>, TemplateError> {
    let Some(policy) = fields.optional("RedrivePolicy") else { return Ok(None) };
    let mut policy = policy.fields()?;
    let target = policy.required("deadLetterTargetArn")?;
    let queue = queue_named_by(&target, scope)?;
    if queue == own_name {
        let expected = "the ARN of another queue";
        return Err(target.place.refuse(Problem::WrongTarget { found: queue, expected }));
    }
    let receives_max = policy.required("maxReceiveCount")?.number(1..=RECEIVES_MAX)?;
    policy.finish()?;
    Ok(Some(Redrive { queue, receives_max }))
}
