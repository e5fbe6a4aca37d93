use super::{Interference, Step, functions::Functions};
use async_trait::async_trait;
use local_sqs::{MessageAttribute, Outgoing, Queues};
use local_states::{TaskError, Tasks};
use serde_json::{Value, json};
use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// What the machines' tasks reach: functions and queues.
#[derive(Debug)]
pub(super) struct HostTasks {
    /// The running stack's functions: they need the machines' client, and the machines need them.
    functions: RwLock<Option<Arc<Functions>>>,
    queues: Queues,
    interference: Arc<dyn Interference>,
}

impl HostTasks {
    pub(super) fn new(queues: Queues, interference: Arc<dyn Interference>) -> Self {
        Self { functions: RwLock::default(), queues, interference }
    }

    /// From now on tasks reach these functions.
    pub(super) fn connect(&self, functions: &Arc<Functions>) {
        *self.functions.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(functions));
    }

    /// Lets the functions go. They hold the machines, and the machines hold this: somebody has to, or nothing is closed.
    pub(super) fn disconnect(&self) {
        *self.functions.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn find(&self, function: &str) -> Option<Arc<super::functions::Function>> {
        let functions = self.functions.read().unwrap_or_else(PoisonError::into_inner);
        functions.as_ref()?.find(function).map(Arc::clone)
    }
}

#[async_trait]
impl Tasks for HostTasks {
    async fn invoke(&self, function: &str, payload: Value) -> Result<Value, TaskError> {
        let Some(found) = self.find(function) else {
            return Err(task_error(
                "Lambda.ResourceNotFoundException",
                format!("Function not found: {function}"),
            ));
        };
        self.interference
            .before(Step::TaskInvoke { function: &found.plan.name })
            .await
            .map_err(|outage| task_error("Lambda.ServiceException", outage.to_string()))?;
        let answer = found.invoke(payload).await.map_err(|error| {
            let cause = json!({ "errorType": error.error_type, "errorMessage": error.message });
            task_error(&error.error_type, cause.to_string())
        });
        self.answered("Lambda.Unknown").await?;
        answer
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
        self.interference
            .before(Step::TaskSend { queue })
            .await
            .map_err(|outage| task_error("SQS.AmazonSQSException", outage.to_string()))?;
        let sent = self.queues.send(queue, message).await;
        let sent = sent.map_err(|error| task_error("SQS.AmazonSQSException", error.to_string()))?;
        self.answered("SQS.SdkClientException").await?;
        Ok(json!({ "MessageId": sent.message_id, "MD5OfMessageBody": sent.md5_of_body }))
    }
}

impl HostTasks {
    /// The call was made; an outage now loses its answer, which each service has its own error for.
    async fn answered(&self, lost: &str) -> Result<(), TaskError> {
        let answered = self.interference.before(Step::TaskAnswer).await;
        answered.map_err(|_| task_error(lost, "the answer was lost".to_owned()))
    }
}

fn task_error(error: &str, cause: String) -> TaskError {
    TaskError { error: error.to_owned(), cause }
}
