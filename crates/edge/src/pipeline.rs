use crate::{Misconfigured, Register, Runtime, Sender, Traces, Trouble};
use document::{Document, DocumentId, Event, Verdict};

/// Write, then send: the one way in which an event reaches a document.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub register: Register,
    pub sender: Sender,
    pub traces: Traces,
}

impl Pipeline {
    /// Over the register and the queues that the settings name.
    pub fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        Ok(Self { register: Register::new(runtime)?, sender: Sender::new(runtime), traces: runtime.traces() })
    }

    /// Lets an event happen and sends what follows from it.
    ///
    /// An error after the write leaves the message on its queue; when it comes again, the rules find the event already
    /// written and send again.
    pub async fn apply(&self, id: DocumentId, event: &Event) -> Result<Verdict, Trouble> {
        let work = async { self.send(self.register.apply(id, event).await?).await };
        self.traces.on(id, None, work).await
    }

    /// The same by somebody who has `seen` the document, see [`Register::apply_to`].
    pub async fn apply_to(
        &self,
        id: DocumentId,
        seen: Option<&Document>,
        event: &Event,
    ) -> Result<Verdict, Trouble> {
        let work = async { self.send(self.register.apply_to(id, seen, event).await?).await };
        self.traces.on(id, None, work).await
    }

    async fn send(&self, verdict: Verdict) -> Result<Verdict, Trouble> {
        for send in &verdict.sends {
            self.sender.send(send).await?;
        }
        Ok(verdict)
    }
}
