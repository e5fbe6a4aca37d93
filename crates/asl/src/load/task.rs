//! Task states: which services they may call, and with which arguments.

use super::{Fields, LoadError, Loader};
use crate::{
    definition::{Integration, Task},
    expression::Sees,
    template::Template,
};
use serde_json::Value;

/// What an integration takes: names that must be there, then names that may be.
const LAMBDA_ARGUMENTS: (&[&str], &[&str]) = (&["FunctionName"], &["Payload"]);
const SQS_ARGUMENTS: (&[&str], &[&str]) =
    (&["QueueUrl", "MessageBody"], &["DelaySeconds", "MessageAttributes"]);

/// The longest delay of a message (SQS quota: 15 minutes).
const DELAY_SECONDS_MAX: u64 = 900;

impl Loader {
    pub(super) fn task(&self, fields: &mut Fields) -> Result<Task, LoadError> {
        let resource = fields.needed_text("Resource")?;
        let Some((integration, with_token)) = integration_of(&resource) else {
            let problem = format!("{resource:?} is not run; lambda:invoke and sqs:sendMessage are");
            return Err(fields.wrong("Resource", problem));
        };
        let arguments = self
            .template(fields, "Arguments", Sees::default())?
            .ok_or_else(|| fields.wrong("Arguments", "is missing"))?;
        check_arguments(fields, integration, &arguments)?;
        let timeout = self.seconds(fields, "TimeoutSeconds", 1)?;
        let heartbeat = self.seconds(fields, "HeartbeatSeconds", 1)?;
        if let (Some(Template::Literal(timeout)), Some(Template::Literal(heartbeat))) = (&timeout, &heartbeat)
            && heartbeat.as_u64() >= timeout.as_u64()
        {
            return Err(fields.wrong("HeartbeatSeconds", "must be less than TimeoutSeconds"));
        }
        if heartbeat.is_some() && !with_token {
            return Err(
                fields.wrong("HeartbeatSeconds", "only a task that waits for its token can send heartbeats")
            );
        }
        Ok(Task { integration, with_token, arguments, timeout, heartbeat })
    }
}

fn integration_of(resource: &str) -> Option<(Integration, bool)> {
    let action = resource.strip_prefix("arn:aws:states:::")?;
    let (action, with_token) = match action.strip_suffix(".waitForTaskToken") {
        Some(action) => (action, true),
        None => (action, false),
    };
    match action {
        "lambda:invoke" => Some((Integration::LambdaInvoke, with_token)),
        "sqs:sendMessage" => Some((Integration::SqsSendMessage, with_token)),
        _ => None,
    }
}

fn check_arguments(fields: &Fields, integration: Integration, arguments: &Template) -> Result<(), LoadError> {
    let given = match arguments {
        // What an expression gives is known only when it runs.
        Template::Expression(_) => return Ok(()),
        Template::Object(given) => given,
        _ => return Err(fields.wrong("Arguments", "must be an object or an expression")),
    };
    let (needed, allowed) = match integration {
        Integration::LambdaInvoke => LAMBDA_ARGUMENTS,
        Integration::SqsSendMessage => SQS_ARGUMENTS,
    };
    if let Some(missing) = needed.iter().find(|name| !given.iter().any(|(given, _)| given == *name)) {
        return Err(fields.wrong(&format!("Arguments/{missing}"), "is missing"));
    }
    let known = |name: &str| needed.contains(&name) || allowed.contains(&name);
    if let Some((name, _)) = given.iter().find(|(name, _)| !known(name)) {
        return Err(fields
            .wrong(&format!("Arguments/{name}"), "is not an argument of this task, or one that is not run"));
    }
    match given.iter().find(|(name, _)| name == "DelaySeconds") {
        Some((_, Template::Literal(Value::Number(delay))))
            if delay.as_u64().is_none_or(|delay| delay > DELAY_SECONDS_MAX) =>
        {
            Err(fields.wrong(
                "Arguments/DelaySeconds",
                format!("must be a whole number from 0 to {DELAY_SECONDS_MAX}"),
            ))
        }
        _ => Ok(()),
    }
}
