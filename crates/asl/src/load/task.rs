//! Task states: which services they may call, and with which arguments.

use super::{Fields, Loader};
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

impl Loader<'_> {
    pub(super) fn task(&self, fields: &mut Fields<'_>) -> Option<Task> {
        let resource = fields.needed_text("Resource");
        let called = resource.as_deref().and_then(integration_of);
        if let (Some(resource), None) = (&resource, called) {
            let message =
                format!("{resource:?} is not run; arn:aws:states:::lambda:invoke and sqs:sendMessage are");
            fields.wrong("Resource", message);
        }
        let arguments = self.needed_template(fields, "Arguments", Sees::default());
        if let (Some((integration, _)), Some(arguments)) = (called, &arguments) {
            check_arguments(fields, integration, arguments);
        }
        let timeout = self.seconds(fields, "TimeoutSeconds", 1);
        let heartbeat = self.seconds(fields, "HeartbeatSeconds", 1);
        if let (Some(Template::Literal(timeout)), Some(Template::Literal(heartbeat))) = (&timeout, &heartbeat)
            && heartbeat.as_u64() >= timeout.as_u64()
        {
            fields.wrong("HeartbeatSeconds", "HeartbeatSeconds must be less than TimeoutSeconds");
        }
        let (integration, with_token) = called?;
        if heartbeat.is_some() && !with_token {
            fields.wrong("HeartbeatSeconds", "Only a task that waits for its token can send heartbeats");
        }
        Some(Task { integration, with_token, arguments: arguments?, timeout, heartbeat })
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

fn check_arguments(fields: &Fields<'_>, integration: Integration, arguments: &Template) {
    let given = match arguments {
        // What an expression gives is known only when it runs.
        Template::Expression(_) => return,
        Template::Object(given) => given,
        _ => return fields.wrong("Arguments", "Expected an object or an expression"),
    };
    let (needed, allowed) = match integration {
        Integration::LambdaInvoke => LAMBDA_ARGUMENTS,
        Integration::SqsSendMessage => SQS_ARGUMENTS,
    };
    for missing in needed.iter().filter(|name| !given.iter().any(|(given, _)| given == *name)) {
        fields.problems().require(&fields.at("Arguments"), missing);
    }
    for (name, value) in given {
        let field = format!("Arguments/{name}");
        if !needed.contains(&name.as_str()) && !allowed.contains(&name.as_str()) {
            fields.wrong(&field, "Field is not an argument of this task, or one that is not run");
        }
        if let ("DelaySeconds", Template::Literal(Value::Number(delay))) = (name.as_str(), value)
            && delay.as_u64().is_none_or(|delay| delay > DELAY_SECONDS_MAX)
        {
            fields.wrong(&field, format!("Expected a whole number from 0 to {DELAY_SECONDS_MAX}"));
        }
    }
}
