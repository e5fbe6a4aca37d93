//! Stored documents by the hundred thousand, in minutes: copies of what the pipeline left of real ones. A ready document is an item
//! in the register and a few objects; nothing of it is left in queues or machines.

use crate::aws::{Aws, NORMALIZED, RESULTS, UPLOADS};
use anyhow::{Context as _, ensure};
use document::DocumentId;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;
use std::{
    io::{self, Write as _},
    ops::Range,
};

/// Copied at once: enough for many to be synced together.
const AT_ONCE: usize = 32;
/// Documents between two words about how far it is.
const SAID_EVERY: u64 = 5000;

/// Ready documents to copy from.
#[derive(Debug)]
pub(crate) struct Copies<'a> {
    aws: &'a Aws,
    models: Vec<Model>,
}

/// What one document left.
#[derive(Debug)]
struct Model {
    id: String,
    /// The register's item, in DynamoDB's JSON.
    item: Value,
    /// Bucket and key.
    objects: Vec<(&'static str, String)>,
}

impl<'a> Copies<'a> {
    pub(crate) async fn of(aws: &'a Aws, ready: &[DocumentId]) -> anyhow::Result<Self> {
        ensure!(!ready.is_empty(), "there is no document to copy");
        let mut models = Vec::new();
        for id in ready {
            let item = aws.item(&id.to_string()).await?;
            let original = item["key"]["S"].as_str().context("an item without its original")?;
            let mut objects = vec![(UPLOADS, original.to_owned())];
            for (bucket, folder) in [(RESULTS, "results"), (NORMALIZED, "normalized")] {
                let keys = aws.keys(bucket, &format!("{folder}/{id}/")).await?;
                ensure!(!keys.is_empty(), "{id} has nothing in {bucket}");
                objects.extend(keys.into_iter().map(|key| (bucket, key)));
            }
            models.push(Model { id: id.to_string(), item, objects });
        }
        Ok(Self { aws, models })
    }

    /// Stores the documents of these numbers, each as a copy of the models in turn.
    pub(crate) async fn store(&self, numbers: Range<u64>) -> anyhow::Result<()> {
        let (first, all) = (numbers.start, numbers.end - numbers.start);
        let models = self.models.iter().cycle();
        let mut stored = stream::iter(numbers.zip(models))
            .map(|(number, model)| self.one(number, model))
            .buffer_unordered(AT_ONCE);
        let mut done = 0;
        while stored.try_next().await?.is_some() {
            done += 1;
            if done % SAID_EVERY == 0 || done == all {
                writeln!(io::stderr(), "stored {done} of {all} documents, from number {first} on")?;
            }
        }
        Ok(())
    }

    async fn one(&self, number: u64, model: &Model) -> anyhow::Result<()> {
        let id = DocumentId::of_object(UPLOADS, &format!("copies/{number}")).to_string();
        for (bucket, key) in &model.objects {
            // An original would be announced and looked at; beside the results it takes as much room.
            let (to, named) = match *bucket {
                UPLOADS => (RESULTS, format!("originals/{id}")),
                other => (other, key.replace(&model.id, &id)),
            };
            self.aws.copy(bucket, key, to, &named).await?;
        }
        let item = serde_json::from_str(&model.item.to_string().replace(&model.id, &id))?;
        self.aws.put_item(&item).await
    }
}
