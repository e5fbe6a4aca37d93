//! A host that stops, or is killed, goes on where it was: every document becomes ready, once.

use crate::{
    files,
    harness::{Api, Host, Machine},
    normalized,
};
use futures::future::join_all;

/// The processor is asked after half a minute what became of a callback that nobody was there for.
const OPTIONS: [&str; 2] = ["--time-scale", "120"];

/// Hands several documents of both kinds in.
async fn submit(teacher: &Api) -> Vec<String> {
    let (plan, film) = (files::markdown(), files::fixture("lesson.mov"));
    let submissions = [
        ("first.md", &plan),
        ("second.md", &plan),
        ("lesson.mov", &film),
        ("third.md", &plan),
        ("again.mov", &film),
        ("fourth.md", &plan),
    ];
    join_all(submissions.map(|(name, bytes)| teacher.submit(name, bytes))).await
}

async fn all_ready_once(host: &Host, ids: &[String]) {
    // The account's key outlives the host, so that nobody is signed out by a restart.
    let teacher = host.api("teacher").await;
    for id in ids {
        let document = teacher.ready(id).await;
        normalized::check(&teacher.normalized(id).await, &document);
        host.aws().await.assert_one_normalized(id).await;
    }
    let failed = host.api("operator").await.get("/api/operations/failed").await;
    assert_eq!(failed.body["documents"], serde_json::json!([]), "{}", failed.text);
    assert_eq!(host.aws().await.dead_letters().await, 0);
}

pub(crate) async fn a_host_that_was_stopped_goes_on() {
    let host = Machine::start("stopped", &OPTIONS).await;
    let teacher = host.api("teacher").await;
    let ids = submit(&teacher).await;
    let with_the_processor = |document: &serde_json::Value| document["attempts"][0].is_object();
    teacher.until(&ids[0], "was sent", with_the_processor).await;
    assert!(host.terminate().await.success());
    let host = host.start_again().await;
    assert_eq!(
        teacher.get(&format!("/api/documents/{}", ids[0])).await.status,
        200,
        "the token is still good"
    );
    all_ready_once(&host, &ids).await;
    assert!(host.terminate().await.success());
}

pub(crate) async fn a_host_that_was_killed_goes_on() {
    let host = Machine::start("killed", &OPTIONS).await;
    let ids = submit(&host.api("teacher").await).await;
    host.kill().await;
    let host = host.start_again().await;
    host.api("teacher")
        .await
        .until(&ids[3], "was sent", |document| document["attempts"][0].is_object())
        .await;
    host.kill().await;
    let host = host.start_again().await;
    host.api("teacher").await.ready(&ids[0]).await;
    host.kill().await;
    let host = host.start_again().await;
    all_ready_once(&host, &ids).await;
    host.kill().await;
}

pub(crate) async fn a_host_goes_on_at_other_addresses() {
    let host = Machine::start("moved", &OPTIONS).await;
    let ids = submit(&host.api("teacher").await).await;
    host.kill().await;
    let host = host.start_elsewhere().await;
    all_ready_once(&host, &ids).await;
    host.kill().await;
}
