//! Looking for an object that was announced and of which S3 never told.

use crate::{Ingest, arrival::Found, originals::Facts};
use contract::queue::Look;
use document::{Answer, Document, Event, Revision, Sequencer, Status};
use edge::Trouble;

impl Ingest {
    /// Looks, lets the document know, and reports to the machine that asked.
    pub(crate) async fn look(&self, look: Look) -> Result<(), Trouble> {
        let answer = self.look_for(&look).await?;
        self.reports.answer(look.task_token.as_deref(), &answer, None).await
    }

    async fn look_for(&self, look: &Look) -> Result<Answer, Trouble> {
        let id = look.look;
        let Some(document) = self.pipeline.register.read(id).await? else {
            return Ok(Answer::Unknown);
        };
        if document.status != Status::Uploading {
            return Ok(Answer::Stale("the upload is not awaited any more"));
        }
        if let Some(facts) = self.originals.facts(&document.key, None).await? {
            return self.found(&document, &facts).await;
        }
        if let Some(upload) = &document.upload {
            self.originals.abort(&document.key, &upload.id).await?;
        }
        // The last part may have come between the look and the abort; after the abort nothing can come any more.
        match self.originals.facts(&document.key, None).await? {
            Some(facts) => self.found(&document, &facts).await,
            None => Ok(self.pipeline.apply(id, &Event::NotThere).await?.answer),
        }
    }

    async fn found(&self, document: &Document, facts: &Facts) -> Result<Answer, Trouble> {
        // Only an event says where the version stands in the order of events.
        let revision = Revision { id: facts.version.clone(), sequencer: Sequencer(String::new()) };
        let found = Found::upload(document);
        Ok(self.arrived(&found, Some(document), revision, facts).await?.answer)
    }
}
