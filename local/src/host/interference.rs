use async_trait::async_trait;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use std::fmt::Debug;
use thiserror::Error;

/// A step that is not taken now; whoever wanted to take it tries again as it would on AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the service is not available")]
pub struct Outage;

/// A durable step of the host itself, between an event and the function that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// A batch has been received from a queue and goes to a function.
    Invoke { function: &'a str },
    /// What an invocation dealt with leaves its queue.
    Delete { queue: &'a str },
    /// A bucket's notification goes to a queue.
    Notify { queue: &'a str },
    /// A notification that was delivered is struck off.
    Acknowledge,
    /// A machine's change of status goes to the functions whose rules match.
    Tell { function: &'a str },
    /// A machine's task invokes a function.
    TaskInvoke { function: &'a str },
    /// A machine's task sends a message.
    TaskSend { queue: &'a str },
    /// A task's call was made; its answer is not written down yet.
    TaskAnswer,
}

/// What comes between two durable steps. On a real machine nothing does; a simulation takes its time, says no, delivers
/// twice, or lets the host die: then [`Interference::before`] never returns.
#[async_trait]
pub trait Interference: Debug + Send + Sync {
    /// Before a step. An [`Outage`] leaves it undone.
    async fn before(&self, step: Step<'_>) -> Result<(), Outage>;

    /// How often a batch from a queue is handed to its function, at least once: queues deliver at least once.
    fn deliveries(&self, queue: &str) -> u32;

    /// What comes between the functions' SDK clients and the services.
    fn http_client(&self, own: SharedHttpClient) -> SharedHttpClient;
}

/// Nothing comes between.
#[derive(Clone, Copy, Debug, Default)]
pub struct Undisturbed;

#[async_trait]
impl Interference for Undisturbed {
    async fn before(&self, _step: Step<'_>) -> Result<(), Outage> {
        Ok(())
    }

    fn deliveries(&self, _queue: &str) -> u32 {
        1
    }

    fn http_client(&self, own: SharedHttpClient) -> SharedHttpClient {
        own
    }
}
