//! Turns proved results into the normalized document that evaluators read.
//!
//! It reads the files that the register names, proves their hashes again, writes the document under the hash of its own
//! bytes, and only then makes the register say `ready`. If the register has moved on meanwhile, what was written goes.

mod results;
mod store;

use async_trait::async_trait;
use contract::queue::WorkMessage;
use document::{Answer, Code, Document, Event, Failure, Normalized, Status, Work, normalized_key};
use edge::{
    Batch, Call, Delivery, FunctionError, Handler, Misconfigured, Pipeline, Reports, Runtime, Trouble,
};
use normalizer::NormalizeError;
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Store, Written};

/// The processor's name in provenance where the setting `PROCESSOR_NAME` gives none.
const PROCESSOR: &str = "processor";

/// The function.
#[derive(Debug)]
pub struct Normalize {
    pipeline: Pipeline,
    reports: Reports,
    batch: Batch,
    store: Store,
    processor: String,
}

/// Builds the function from its settings.
#[expect(clippy::unused_async, reason = "every function is built alike, and some wait for what they need")]
pub async fn build(runtime: Runtime) -> Result<Normalize, Misconfigured> {
    Ok(Normalize {
        pipeline: Pipeline::new(&runtime)?,
        reports: Reports::new(&runtime),
        batch: Batch::new(&runtime)?,
        store: Store::new(&runtime)?,
        processor: runtime.variables.optional("PROCESSOR_NAME").unwrap_or(PROCESSOR).to_owned(),
    })
}

#[async_trait]
impl Handler for Normalize {
    async fn handle(&self, event: Value, call: Call) -> Result<Value, FunctionError> {
        self.batch.run(event, &call, |delivery| self.message(delivery)).await
    }
}

impl Normalize {
    async fn message(&self, delivery: Delivery) -> Result<(), Trouble> {
        let message: WorkMessage = serde_json::from_str(&delivery.body)
            .map_err(|error| Trouble::poison(format!("the message is malformed: {error}")))?;
        let answer = self.work(&message.work).await?;
        self.reports.answer(message.task_token.as_deref(), &answer, None).await
    }

    async fn work(&self, work: &Work) -> Result<Answer, Trouble> {
        let id = work.document_id;
        let Some(document) = self.pipeline.register.read(id).await? else {
            tracing::warn!("nobody knows this document");
            return Ok(Answer::Unknown);
        };
        if !waits_for(&document, work) {
            tracing::info!(status = %document.status, "the document does not wait for this");
            return Ok(Answer::Stale("the document does not wait for this"));
        }
        let manifest = results::manifest(&self.store, &document, &self.processor).await?;
        let made = normalizer::normalize(&manifest)
            .and_then(|normalized| normalized.to_json().map(|json| (json, normalized.summary)));
        let (json, summary) = match made {
            Ok(made) => made,
            Err(error) => return self.give_up(work, &error).await,
        };
        let size = json.len() as u64;
        let key = normalized_key(id, &hex::encode(Sha256::digest(&json)));
        let written = self.store.write(&key, json).await?;
        let normalized = Normalized { key: key.clone(), size, summary };
        let event = Event::Normalized { work: work.clone(), normalized };
        let verdict = self.pipeline.apply_to(id, Some(&document), &event).await?;
        if verdict.change.is_none() {
            self.withdraw(work, &written).await?;
        }
        tracing::info!(answer = ?verdict.answer, key, size, "normalized");
        Ok(verdict.answer)
    }

    /// Reading the same files again would end the same way, so the document fails and says why.
    async fn give_up(&self, work: &Work, error: &NormalizeError) -> Result<Answer, Trouble> {
        tracing::error!(%error, code = error.code(), "the results cannot be normalized");
        let failure = failure(error);
        let event = Event::NotNormalized { work: work.clone(), failure };
        Ok(self.pipeline.apply(work.document_id, &event).await?.answer)
    }

    /// Deletes what a lost race left behind, unless the winner wrote the same bytes.
    async fn withdraw(&self, work: &Work, written: &Written) -> Result<(), Trouble> {
        let current = self.pipeline.register.read(work.document_id).await?;
        let winner = current.and_then(|document| document.normalized);
        if winner.is_some_and(|normalized| normalized.key == written.key) {
            return Ok(());
        }
        self.store.delete(written).await
    }
}

fn waits_for(document: &Document, work: &Work) -> bool {
    document.status == Status::Returned
        && document.revision_id() == work.revision
        && document.result.as_ref().is_some_and(|result| result.attempt == work.attempt)
}

fn failure(error: &NormalizeError) -> Failure {
    Failure::new(Code::ResultsUnreadable).with_detail(&error.sentence()).caused_by(error.code())
}
