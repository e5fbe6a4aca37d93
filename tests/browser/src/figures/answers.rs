//! How long the API takes to answer what pages ask for most.

use super::summary;
use crate::{
    api::{Api, list as rows},
    files,
    host::Host,
    wait::{LONG_MAX, within},
};
use anyhow::{Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::Instant};

const BYTES: usize = 100_000;
/// Answers that are not counted: caches fill.
const WARM_UP: usize = 5;
/// Documents handed in at once.
const AT_ONCE: usize = 8;

/// The list of 50 documents as a teacher's page asks for it.
pub(super) async fn list(teacher: &Api, asked: usize) -> Result<Value> {
    ensure!(
        rows(&teacher.get("/api/documents?limit=50").await?, "documents").len() == 50,
        "too few are stored"
    );
    times(teacher, &["/api/documents?limit=50"], asked).await
}

/// A document of 100 KB: what is known of it, and its text.
pub(super) async fn reading(teacher: &Api, asked: usize) -> Result<Value> {
    let id = teacher.ready("long.md", &files::long_plan(BYTES), &json!({})).await?;
    let path = format!("/api/documents/{id}");
    times(teacher, &[&path, &format!("{path}/normalized")], asked).await
}

async fn times(api: &Api, paths: &[&str], asked: usize) -> Result<Value> {
    let mut took = Vec::new();
    for turn in 0..asked + WARM_UP {
        let began = Instant::now();
        for path in paths {
            api.request(Method::GET, path).send().await?.error_for_status()?.bytes().await?;
        }
        if turn >= WARM_UP {
            took.push(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(summary(took))
}

/// Hands in documents until the host holds so many, and waits until none of them is under way.
pub(super) async fn fill(host: &Host, stored: usize) -> Result<()> {
    let mut under_way = JoinSet::new();
    let teacher = host.api("teacher").await?;
    for number in 0..stored {
        if under_way.len() >= AT_ONCE
            && let Some(done) = under_way.join_next().await
        {
            done??;
        }
        let teacher = teacher.clone();
        under_way.spawn(async move {
            let plan = files::plan(&format!("Plan {number}"), "rivers");
            teacher
                .hand_in(
                    &format!("plan-{number}.md"),
                    &plan,
                    &json!({ "lesson": { "subject": "Geography" } }),
                )
                .await
        });
    }
    while let Some(done) = under_way.join_next().await {
        done??;
    }
    let operator = host.api("operator").await?;
    within(LONG_MAX * 12, "nothing is under way", async || {
        let overview = operator.get("/api/operations/overview").await?;
        Ok(if overview["waiting"]["count"] == 0 { Ok(()) } else { Err(overview["waiting"].to_string()) })
    })
    .await
}
