//! The end of every message and machine that came to nothing: a failed document with a reason, never a lost message.
//!
//! It archives first. It then fails the document, but only if the register still says what the message says. What it
//! cannot read is archived and dropped.

mod letter;
mod machine;

use async_trait::async_trait;
use document::{Code, Event, Failure};
use edge::{
    Batch, Call, Delivery, FunctionError, Handler, Misconfigured, Pipeline, Reports, Runtime, Trouble,
};
use letter::Letter;
use machine::Ended;
use serde_json::Value;

/// The error that a machine gets whose work came to rest in a dead-letter queue.
const PARKED: &str = "Lectern.Parked";

/// The function.
#[derive(Debug)]
pub struct Park {
    pipeline: Pipeline,
    reports: Reports,
    batch: Batch,
    s3: aws_sdk_s3::Client,
    results_bucket: String,
}

/// Builds the function from its settings.
#[expect(clippy::unused_async, reason = "every function is built alike, and some wait for what they need")]
pub async fn build(runtime: Runtime) -> Result<Park, Misconfigured> {
    Ok(Park {
        pipeline: Pipeline::new(&runtime)?,
        reports: Reports::new(&runtime),
        batch: Batch::new(&runtime)?,
        s3: runtime.s3(),
        results_bucket: runtime.variables.required("RESULTS_BUCKET")?.to_owned(),
    })
}

#[async_trait]
impl Handler for Park {
    async fn handle(&self, event: Value, call: Call) -> Result<Value, FunctionError> {
        if event.get("source").and_then(Value::as_str) == Some("aws.states") {
            return edge::typed(event, |ended: Ended| async move { Ok(self.machine_ended(&ended).await?) })
                .await;
        }
        self.batch.run(event, &call, |delivery| self.dead_letter(delivery)).await
    }
}

impl Park {
    async fn dead_letter(&self, delivery: Delivery) -> Result<(), Trouble> {
        let queue = letter::queue_name(&delivery.source_arn);
        let archive = format!("parked/{queue}/{}.json", delivery.message_id);
        self.archive(&archive, &delivery.body).await?;
        let letters = match letter::read(queue, &delivery.body) {
            Ok(letters) => letters,
            Err(problem) => {
                tracing::error!(%queue, message = %delivery.message_id, %problem, %archive, "dropped a dead letter");
                return Ok(());
            }
        };
        let failure = Failure::new(Code::DeadLetter).caused_by(queue);
        for letter in letters {
            self.park(letter, &failure).await?;
        }
        Ok(())
    }

    async fn park(&self, letter: Letter, failure: &Failure) -> Result<(), Trouble> {
        let (id, event, token) = match letter {
            Letter::Arrival(arrival) => {
                let arrival = document::Arrival { inspection: Err(failure.clone()), ..*arrival };
                (arrival.document_id, Event::Arrived(Box::new(arrival)), None)
            }
            Letter::Work { stage, work, task_token } => (
                work.document_id,
                Event::Parked { stage, work: Some(work), failure: failure.clone() },
                task_token,
            ),
            Letter::Callback { reference } => {
                let id = reference.document_id;
                let Some(document) = self.pipeline.register.read(id).await? else {
                    tracing::warn!("a dead callback is for nobody");
                    return Ok(());
                };
                let work = document.work(reference.attempt);
                if document.latest_attempt().is_none_or(|latest| latest.reference != reference.to_string()) {
                    return Ok(());
                }
                let stage = document::Stage::Results;
                (id, Event::Parked { stage, work: Some(work), failure: failure.clone() }, None)
            }
            Letter::Look { task_token } => {
                // The upload's own deadline looks again.
                return self.release(task_token).await;
            }
        };
        let verdict = self.pipeline.apply(id, &event).await?;
        tracing::error!(answer = ?verdict.answer, cause = %failure.cause, "parked");
        self.release(token).await
    }

    /// A machine that waits for the dead message's answer gets one.
    async fn release(&self, token: Option<String>) -> Result<(), Trouble> {
        match token {
            Some(token) => {
                let cause = "The message came to rest in a dead-letter queue.";
                self.reports.failure(&token, PARKED, cause).await
            }
            None => Ok(()),
        }
    }

    async fn machine_ended(&self, ended: &Ended) -> Result<(), Trouble> {
        let Some(input) = ended.input() else {
            let body = serde_json::to_string(&ended.detail).unwrap_or_default();
            let archive = format!("parked/machines/{}.json", ended.detail.name);
            self.archive(&archive, &body).await?;
            tracing::error!(execution = %ended.detail.name, %archive, "a machine ended with an input that nobody knows");
            return Ok(());
        };
        let Some(machine) = ended.machine(&input) else {
            return Ok(());
        };
        let failure = ended.failure();
        let event = Event::MachineEnded { machine, failure: failure.clone() };
        let verdict = self.pipeline.apply(input.document_id, &event).await?;
        tracing::error!(
            document_id = %input.document_id, machine = %machine.name, cause = %failure.cause, answer = ?verdict.answer,
            "a machine ended without an outcome"
        );
        Ok(())
    }

    async fn archive(&self, key: &str, body: &str) -> Result<(), Trouble> {
        let put = self.s3.put_object().bucket(&self.results_bucket).key(key).content_type("application/json");
        let stored = put.body(body.as_bytes().to_vec().into()).send().await;
        stored.map(drop).map_err(|error| Trouble::passing("the archive took nothing", error))
    }
}
