use async_trait::async_trait;
use contract::queue::ResultsMessage;
use document::Reference;
use edge::{Misconfigured, Register, Runtime, Sender, Trouble};
use std::fmt::Debug;

/// What lies behind the door at which callbacks knock.
#[async_trait]
pub trait Desk: Debug + Send + Sync {
    /// Whether this reference was ever given to the processor, for any revision of its document.
    async fn has_issued(&self, reference: &str) -> Result<bool, Trouble>;

    /// Puts a believed callback on the results queue; it is safe there once this returns.
    async fn hand_on(&self, message: &ResultsMessage) -> Result<(), Trouble>;
}

/// The register and the queue on AWS, or what stands in for them on one machine.
#[derive(Debug)]
pub(crate) struct Aws {
    register: Register,
    sender: Sender,
}

impl Aws {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        runtime.variables.required(RESULTS_QUEUE)?;
        Ok(Self { register: Register::new(runtime)?, sender: Sender::new(runtime) })
    }
}

const RESULTS_QUEUE: &str = "RESULTS_QUEUE_URL";

#[async_trait]
impl Desk for Aws {
    /// The read is consistent: the reference was stored before the processor was told it, however quickly it answers.
    async fn has_issued(&self, reference: &str) -> Result<bool, Trouble> {
        let Ok(parsed) = reference.parse::<Reference>() else { return Ok(false) };
        let document = self.register.read(parsed.document_id).await?;
        Ok(document.is_some_and(|document| document.has_issued(reference)))
    }

    async fn hand_on(&self, message: &ResultsMessage) -> Result<(), Trouble> {
        self.sender.message(RESULTS_QUEUE, message).await
    }
}
