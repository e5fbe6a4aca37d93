//! How long the API takes to answer what pages ask for most, and the reading room to show it.

use super::summary;
use crate::{
    api::{Api, list as rows},
    files,
    page::Page,
    stage::Stage,
};
use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

const BYTES: usize = 100_000;
/// Answers that are not counted: caches fill.
const WARM_UP: usize = 5;
/// How often the page is loaded: a browser takes its time.
const LOADED: usize = 10;
/// Notes when the text of a document is on the page, in ms since its address was opened.
const WATCH: &str = "new MutationObserver((_, observer) => { \
                     if (!document.querySelector('.reading-text')?.hasChildNodes()) return; \
                     observer.disconnect(); \
                     requestAnimationFrame(() => setTimeout(() => { globalThis.readAfter = performance.now(); })); \
                     }).observe(document, { subtree: true, childList: true });";

/// The list of 50 documents as a teacher's page asks for it.
pub(super) async fn list(teacher: &Api, asked: usize) -> Result<Value> {
    let path = "/api/documents?limit=50";
    ensure!(rows(&teacher.get(path).await?, "documents").len() == 50, "too few are stored");
    times(teacher, &[path], asked).await
}

/// A document of 100 KB: how long the API takes to say what is known of it and its text, and how long until an evaluator's
/// page, loaded anew, shows it.
pub(super) async fn reading(stage: &Stage, asked: usize) -> Result<Value> {
    let teacher = stage.host.api("teacher").await?;
    let id = teacher.ready("long.md", &files::long_plan(BYTES), &json!({})).await?;
    let path = format!("/api/documents/{id}");
    let answered = times(&teacher, &[&path, &format!("{path}/normalized")], asked).await?;
    let shown = stage.visit(async |page| shown(page, &format!("/reading/{id}")).await).await?;
    Ok(json!({ "answered": answered, "page_loaded_and_drawn": shown }))
}

async fn shown(page: &Page, path: &str) -> Result<Value> {
    page.sign_in("evaluator", path).await?;
    page.before_every_document(WATCH).await?;
    let mut took = Vec::new();
    for _ in 0..LOADED {
        page.open(path).await?;
        page.until("the text is there", "return globalThis.readAfter !== undefined;", &[]).await?;
        took.push(page.eval("return globalThis.readAfter;", &[]).await?.as_f64().context("no time")?);
    }
    Ok(summary(took))
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
