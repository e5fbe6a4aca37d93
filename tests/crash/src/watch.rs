//! Looks at the register again and again: nothing that was seen may be taken back.

use crate::aws::Aws;
use anyhow::{Result, ensure};
use document::{Document, DocumentId, Status};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// What was seen of a document last.
#[derive(Clone, Debug)]
struct Seen {
    version: u64,
    revision: String,
    status: Status,
    timeline: Vec<String>,
}

/// Everything that was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    seen: BTreeMap<DocumentId, Seen>,
    pub(crate) looks: u64,
    /// How many documents were under way at the last look.
    pub(crate) under_way: Arc<AtomicUsize>,
}

impl Memory {
    /// Looks for as long as it is let; a host that is away is looked for again.
    pub(crate) async fn watch(&mut self, aws: &Aws) -> Result<()> {
        loop {
            if let Ok(documents) = aws.register().await {
                self.look(&documents)?;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Compares the register with what was seen before.
    pub(crate) fn look(&mut self, documents: &[Document]) -> Result<()> {
        self.looks += 1;
        let under_way = documents.iter().filter(|document| !document.status.is_final()).count();
        self.under_way.store(under_way, Ordering::Relaxed);
        for document in documents {
            let now = Seen::of(document);
            if let Some(before) = self.seen.get(&document.document_id) {
                before.may_become(&now, document)?;
            }
            self.seen.insert(document.document_id, now);
        }
        let there: Vec<_> = documents.iter().map(|document| document.document_id).collect();
        if let Some(lost) = self.seen.keys().find(|id| !there.contains(id)) {
            anyhow::bail!("{lost} was in the register and no longer is");
        }
        Ok(())
    }
}

impl Seen {
    fn of(document: &Document) -> Self {
        Self {
            version: document.version,
            revision: document.revision_id().to_owned(),
            status: document.status,
            timeline: document.timeline.iter().map(|entry| format!("{} {}", entry.at, entry.note)).collect(),
        }
    }

    fn may_become(&self, now: &Self, document: &Document) -> Result<()> {
        let id = document.document_id;
        ensure!(now.version >= self.version, "{id}: a written version was lost: {self:?}, then {now:?}");
        if now.version == self.version {
            ensure!(now.status == self.status, "{id}: changed without a version: {self:?}, then {now:?}");
        }
        // A full timeline forgets its second line for every new one.
        let full = now.timeline.len() >= document::TIMELINE_ENTRIES_MAX;
        ensure!(
            full || now.timeline.starts_with(&self.timeline),
            "{id}: another past: {self:?}, then {now:?}"
        );
        if self.status.is_final() && now.revision == self.revision {
            // A failed document goes on when somebody redrives it, or when its result comes late.
            let goes_on = self.status == Status::Failed;
            ensure!(
                now.status == self.status || goes_on,
                "{id}: a final status went back: {self:?}, then {now:?}"
            );
        }
        Ok(())
    }
}
