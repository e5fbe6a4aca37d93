//! How stories begin and end: what cases have in common.

use faults::{Acknowledged, Handout, Simulation};
use serde_json::Value;

/// Puts a file straight into the bucket, until that is acknowledged.
pub(crate) async fn put(simulation: &Simulation, handout: &Handout) -> Acknowledged {
    let upload = simulation.people.put(handout).await.expect("it is acknowledged");
    simulation.acknowledged(upload)
}

/// Announces a file and hands it in, until that is acknowledged.
pub(crate) async fn hand_in(simulation: &Simulation, handout: &Handout) -> Acknowledged {
    let upload = simulation.people.hand_in(handout).await.expect("it is acknowledged");
    simulation.acknowledged(upload)
}

/// Lets everything drain, and gives the document that an upload became: it must be in this status.
pub(crate) async fn ended(simulation: &Simulation, upload: &Acknowledged, status: &str) -> Value {
    assert!(simulation.drain().await, "it never drains: {:?}", simulation.unfinished().await);
    let document = simulation.document(upload).await;
    assert_eq!(document["status"], status, "{document:#}");
    document
}

/// The same of a document that came through with so many jobs, the last of which was its own.
pub(crate) async fn ready_after(simulation: &Simulation, upload: &Acknowledged, jobs: usize) -> Value {
    let document = ended(simulation, upload, "ready").await;
    assert_eq!(simulation.processor.jobs(), jobs, "jobs that the processor took: {document:#}");
    document
}

/// Waits until a document is in a status.
pub(crate) async fn is(simulation: &Simulation, upload: &Acknowledged, status: &str) -> Value {
    let key = upload.key.as_str();
    let reached = |items: &[Value]| items.iter().any(|item| item["key"] == key && item["status"] == status);
    assert!(simulation.until(reached).await, "it is never {status}: {:#}", simulation.document(upload).await);
    simulation.document(upload).await
}

/// How often a document's timeline says this.
pub(crate) fn notes(document: &Value, note: &str) -> usize {
    let timeline = document["timeline"].as_array();
    timeline
        .into_iter()
        .flatten()
        .filter(|entry| entry["note"].as_str().unwrap_or_default().contains(note))
        .count()
}

/// How often a document has been in a status.
pub(crate) fn times(document: &Value, status: &str) -> usize {
    let timeline = document["timeline"].as_array().into_iter().flatten();
    let statuses: Vec<_> = timeline.map(|entry| entry["status"].as_str().unwrap_or_default()).collect();
    statuses.chunk_by(|one, next| one == next).filter(|run| run.first() == Some(&status)).count()
}

/// How many attempts a document has been through.
pub(crate) fn attempts(document: &Value) -> usize {
    document["attempts"].as_array().map_or(0, Vec::len)
}
