//! Removes what is left of a deleted document, here and at the processor, step by step for the forget machine.

mod notes;
mod objects;
mod processor;

use async_trait::async_trait;
use contract::machine::{ForgetAnswer, ForgetInput, ForgetStep, Outcome};
use document::{Event, Receipt};
use edge::{Call, FunctionError, Handler, Misconfigured, Pipeline, Runtime, Trouble};
use notes::Notes;
use objects::Objects;
use processor::Processor;
use serde_json::Value;

/// The function.
#[derive(Debug)]
pub struct Forget {
    pipeline: Pipeline,
    objects: Objects,
    notes: Notes,
    processor: Processor,
    runtime: Runtime,
}

/// Builds the function from its settings.
#[expect(clippy::unused_async, reason = "every function is built alike, and some wait for what they need")]
pub async fn build(runtime: Runtime) -> Result<Forget, Misconfigured> {
    Ok(Forget {
        pipeline: Pipeline::new(&runtime)?,
        objects: Objects::new(&runtime)?,
        notes: Notes::new(&runtime)?,
        processor: Processor::new(&runtime)?,
        runtime,
    })
}

#[async_trait]
impl Handler for Forget {
    async fn handle(&self, event: Value, _call: Call) -> Result<Value, FunctionError> {
        let follows = event["machine"]["traceparent"].as_str().map(str::to_owned);
        edge::typed(event, |input: ForgetInput| async move {
            let id = input.machine.document_id;
            Ok(self.pipeline.traces.on(id, follows.as_deref(), self.step(&input)).await?)
        })
        .await
    }
}

impl Forget {
    async fn step(&self, input: &ForgetInput) -> Result<ForgetAnswer, Trouble> {
        let done = ForgetAnswer { outcome: Outcome::Done, objects: 0, jobs: 0, retry_after_seconds: None };
        let id = input.machine.document_id;
        match input.step {
            // The jobs of an older revision go; the document itself stays.
            ForgetStep::Remove | ForgetStep::Receipt if !input.machine.everything => Ok(done),
            ForgetStep::Remove => {
                self.notes.remove(id).await?;
                let Some(document) = self.pipeline.register.read(id).await? else {
                    return Ok(done);
                };
                let objects = self.objects.remove(&document).await?;
                Ok(ForgetAnswer { objects, ..done })
            }
            ForgetStep::Processor => self.processor.forget(&input.machine.references).await,
            ForgetStep::Receipt => {
                let receipt = Receipt { at: self.runtime.now(), objects: input.objects, jobs: input.jobs };
                self.pipeline.apply(id, &Event::Forgotten { receipt }).await?;
                Ok(done)
            }
        }
    }
}
