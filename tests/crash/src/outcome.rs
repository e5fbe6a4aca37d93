//! What has to be true once faults have stopped, looked at from outside: the AWS port and the HTTP API.

use crate::{
    aws::{Aws, NORMALIZED, RESULTS, UPLOADS},
    submission::{Acknowledged, Place, Teacher},
};
use anyhow::{Context as _, Result, ensure};
use document::{Document, Status};
use reqwest::Method;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::Instant;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Whom the suite may meet beside what it knows to be acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strangers {
    /// Nobody but announcements whose answer was lost.
    None,
    /// Uploads that were under way too: whether they went on is theirs to know.
    Any,
}

/// How a run ended.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) ready: usize,
    pub(crate) rejected: usize,
    /// Failed with a reason, and let go on by an operator.
    pub(crate) redriven: usize,
    /// Announcements whose answer was lost: nobody knows their id, and they end by their own deadline.
    pub(crate) abandoned: usize,
    pub(crate) drained_in: Duration,
}

/// Waits until everything has drained, lets failed documents go on once, and checks every promise.
pub(crate) async fn check(
    aws: &Aws,
    operator: &Teacher,
    acknowledged: &[Acknowledged],
    strangers: Strangers,
    within: Duration,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let begun = Instant::now();
    let mut register = drained(aws, within).await?;
    let failed: Vec<_> = register.iter().filter(|document| document.status == Status::Failed).collect();
    for document in &failed {
        has_reason(document)?;
        // A machine's slow way out is no fault; a document that cannot go on would be.
        eprintln!("  failed: {} {:?}", document.document_id, document.failure);
    }
    if !failed.is_empty() {
        outcome.redriven = failed.len();
        let ids: Vec<_> = failed.iter().map(|document| document.document_id.to_string()).collect();
        for ids in ids.chunks(100) {
            let body = json!({ "ids": ids });
            operator.insist(Method::POST, "/api/operations/redrive", Some(&body)).await?;
        }
        register = drained(aws, within).await?;
    }
    outcome.drained_in = begun.elapsed();
    let mut known = BTreeSet::new();
    for upload in acknowledged {
        let document = the_one(&register, upload)?;
        known.insert(document.document_id);
        ended_as_it_should(aws, document, upload).await?;
        match document.status {
            Status::Ready => outcome.ready += 1,
            _ => outcome.rejected += 1,
        }
    }
    for document in register.iter().filter(|document| !known.contains(&document.document_id)) {
        let lost = matches!(document.status, Status::Uploading | Status::Rejected);
        ensure!(
            lost || strangers == Strangers::Any,
            "nobody handed {} in: {document:?}",
            document.document_id
        );
        outcome.abandoned += 1;
    }
    nothing_else_is_published(aws, &register).await?;
    Ok(outcome)
}

/// The register, once nothing moves any more.
async fn drained(aws: &Aws, within: Duration) -> Result<Vec<Document>> {
    let end = Instant::now() + within;
    loop {
        let register = aws.register().await?;
        let under_way = |document: &&Document| {
            !document.status.is_final() && (document.status != Status::Uploading || is_there(document))
        };
        let moving: Vec<_> = register.iter().filter(under_way).collect();
        let (messages, executions) = (aws.waiting_messages().await?, aws.running_executions().await?);
        if moving.is_empty() && messages.is_empty() && executions.is_empty() {
            return Ok(register);
        }
        ensure!(
            Instant::now() < end,
            "not drained within {within:?}: messages {messages:?}, executions {executions:?}, documents {moving:#?}"
        );
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether the host has said that the upload is complete.
fn is_there(document: &Document) -> bool {
    document.upload.as_ref().is_none_or(|upload| upload.completed)
}

fn the_one<'r>(register: &'r [Document], upload: &Acknowledged) -> Result<&'r Document> {
    let is_it = |document: &&Document| match &upload.place {
        Place::Document(id) => document.document_id.to_string() == *id,
        Place::Object { key, .. } => document.key == *key,
    };
    let found: Vec<_> = register.iter().filter(is_it).collect();
    ensure!(found.len() == 1, "{} ({:?}) is {} documents", upload.file.name, upload.place, found.len());
    Ok(found[0])
}

async fn ended_as_it_should(aws: &Aws, document: &Document, upload: &Acknowledged) -> Result<()> {
    let id = document.document_id;
    let expected = if upload.file.sound { Status::Ready } else { Status::Rejected };
    ensure!(document.status == expected, "{id} should be {expected:?}: {document:#?}");
    if let Place::Object { version, .. } = &upload.place {
        let superseded = document.revisions.iter().any(|closed| closed.id == *version);
        ensure!(
            document.revision_id() == version || superseded,
            "{id} does not know {version}: {document:#?}"
        );
    }
    let original = aws.object(UPLOADS, &document.key, Some(document.revision_id())).await?;
    ensure!(original == upload.file.bytes, "{id}: the original is not what was handed in");
    let ordered = document.timeline.windows(2).all(|pair| pair[0].at <= pair[1].at);
    ensure!(ordered, "{id}: its timeline runs backwards: {:#?}", document.timeline);
    ensure!(
        document.deadline.is_none() && document.owner == document::Owner::default(),
        "{id} is still owned"
    );
    if document.status == Status::Rejected {
        return has_reason(document);
    }
    let last = document.timeline.iter().rfind(|entry| entry.status == Status::Ready);
    ensure!(last.is_some(), "{id}: its timeline does not say ready: {:#?}", document.timeline);
    published(aws, document).await
}

/// A failure carries a code and what to do next.
fn has_reason(document: &Document) -> Result<()> {
    let failure = document.failure.as_ref();
    let failure =
        failure.with_context(|| format!("{} has no reason: {document:#?}", document.document_id))?;
    ensure!(!failure.message.is_empty() && !failure.next_action.is_empty(), "{failure:?} helps nobody");
    Ok(())
}

/// What the register names is there, and is what it is called after.
async fn published(aws: &Aws, document: &Document) -> Result<()> {
    let id = document.document_id;
    let normalized =
        document.normalized.as_ref().with_context(|| format!("{id} has no normalized document"))?;
    let bytes = aws.object(NORMALIZED, &normalized.key, None).await?;
    let name = format!("{}.json", hex::encode(Sha256::digest(&bytes)));
    ensure!(normalized.key.ends_with(&name), "{id}: {} is not called after its bytes", normalized.key);
    let text: serde_json::Value = serde_json::from_slice(&bytes)?;
    ensure!(text["schema"] == "lectern.document/1", "{id}: {}", text["schema"]);
    let result = document.result.as_ref().with_context(|| format!("{id} has no result"))?;
    for file in &result.files {
        let sha256 = hex::encode(Sha256::digest(aws.object(RESULTS, &file.key, None).await?));
        ensure!(
            sha256 == file.sha256 && file.key.ends_with(&sha256),
            "{id}: {} is not what was proved",
            file.key
        );
    }
    Ok(())
}

/// One normalized document for each ready one, and none for any other.
async fn nothing_else_is_published(aws: &Aws, register: &[Document]) -> Result<()> {
    let named: BTreeMap<_, _> = register
        .iter()
        .filter_map(|document| Some((document.normalized.as_ref()?.key.clone(), document.document_id)))
        .collect();
    for key in aws.keys(NORMALIZED).await? {
        ensure!(named.contains_key(&key), "{key} is published and no document names it");
    }
    Ok(())
}
