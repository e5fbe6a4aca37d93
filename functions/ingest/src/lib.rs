//! The function `ingest`: what arrives in the uploads bucket is looked at and either waits for its turn or is rejected
//! with a plain reason.
//!
//! It reads the queue `uploads`, on which S3 tells of new objects and the overdue machine asks to look for one that S3
//! never told of.

mod announcement;
mod arrival;
mod inspection;
mod look;
mod originals;

use announcement::Announcement;
use async_trait::async_trait;
use edge::{
    Batch, Call, Delivery, FunctionError, Handler, Misconfigured, Pipeline, Reports, Runtime, Trouble,
};
use originals::Originals;
use serde_json::Value;

/// The largest file taken unless the template says otherwise, in bytes: what S3 takes in one piece, and hours of video.
const UPLOAD_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;

/// The function, ready to be called.
#[derive(Debug)]
pub struct Ingest {
    batch: Batch,
    pipeline: Pipeline,
    reports: Reports,
    originals: Originals,
    upload_bytes_max: u64,
}

/// Wires the function.
///
/// Settings: `DOCUMENTS_TABLE`, `UPLOADS_BUCKET`, `UPLOAD_BYTES_MAX` (bytes, optional), `QUEUE_URL` (its own queue,
/// optional), and the queues and machines that [`Pipeline`] sends to.
#[expect(clippy::unused_async, reason = "every function is built in the same way, and some must wait")]
pub async fn build(runtime: Runtime) -> Result<Ingest, Misconfigured> {
    Ok(Ingest {
        batch: Batch::new(&runtime)?,
        pipeline: Pipeline::new(&runtime)?,
        reports: Reports::new(&runtime),
        originals: Originals::new(&runtime)?,
        upload_bytes_max: runtime.variables.parsed(
            "UPLOAD_BYTES_MAX",
            "a number of bytes",
            UPLOAD_BYTES_MAX,
        )?,
    })
}

#[async_trait]
impl Handler for Ingest {
    async fn handle(&self, event: Value, call: Call) -> Result<Value, FunctionError> {
        self.batch.run(event, &call, |delivery| self.message(delivery)).await
    }
}

impl Ingest {
    async fn message(&self, delivery: Delivery) -> Result<(), Trouble> {
        match Announcement::read(&delivery.body)? {
            Announcement::Objects(objects) => {
                // One after the other: two of them may be versions of one document.
                for object in objects {
                    self.object(object).await?;
                }
                Ok(())
            }
            Announcement::Look(look) => self.look(look).await,
        }
    }
}
