use super::functions::Functions;
use async_trait::async_trait;
use local_sqs::{MessageAttribute, Outgoing, Queues};
use local_states::{TaskError, Tasks};
use serde_json::{Value, json};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

/// What the machines' tasks reach: functions and queues.
#[derive(Debug)]
pub(super) struct HostTasks {
    /// Set once the functions are built: they need the machines' client, and the machines need them.
    pub(super) functions: OnceLock<Arc<Functions>>,
    pub(super) queues: Queues,
}

#[async_trait]
impl Tasks for HostTasks {
    async fn invoke(&self, function: &str, payload: Value) -> Result<Value, TaskError> {
        let found = self.functions.get().and_then(|functions| functions.find(function)).map(Arc::clone);
        let Some(found) = found else {
            return Err(task_error(
                "Lambda.ResourceNotFoundException",
                format!("Function not found: {function}"),
            ));
        };
        found.invoke(payload).await.map_err(|error| {
            let cause = json!({ "errorType": error.error_type, "errorMessage": error.message });
            task_error(&error.error_type, cause.to_string())
        })
    }

    async fn send_message(&self, arguments: Value) -> Result<Value, TaskError> {
        let text = |name: &str| arguments.get(name).and_then(Value::as_str);
        let (Some(url), Some(body)) = (text("QueueUrl"), text("MessageBody")) else {
            let cause = "SendMessage needs a QueueUrl and a MessageBody".to_owned();
            return Err(task_error("SQS.SqsException", cause));
        };
        if let Some(unknown) = arguments.as_object().and_then(|arguments| {
            arguments.keys().find(|name| {
                !["QueueUrl", "MessageBody", "DelaySeconds", "MessageAttributes"].contains(&name.as_str())
            })
        }) {
            return Err(task_error("SQS.SqsException", format!("SendMessage does not know {unknown}")));
        }
        let queue = url.rsplit('/').next().unwrap_or_default();
        let delay = arguments.get("DelaySeconds").and_then(Value::as_u64).map(Duration::from_secs);
        let mut message = Outgoing { delay, ..Outgoing::of(body) };
        for (name, value) in
            arguments.get("MessageAttributes").and_then(Value::as_object).into_iter().flatten()
        {
            let text = value.get("StringValue").and_then(Value::as_str).unwrap_or_default();
            message.attributes.insert(name.clone(), MessageAttribute::text(text));
        }
        let sent = self.queues.send(queue, message).await;
        let sent = sent.map_err(|error| task_error("SQS.AmazonSQSException", error.to_string()))?;
        Ok(json!({ "MessageId": sent.message_id, "MD5OfMessageBody": sent.md5_of_body }))
    }
}

fn task_error(error: &str, cause: String) -> TaskError {
    TaskError { error: error.to_owned(), cause }
}
