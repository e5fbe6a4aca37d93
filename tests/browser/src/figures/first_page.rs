//! The first page of each role: requests and bytes, by somebody who is signed in, nothing cached. And what signing in costs
//! before that: the page that invites to it, and the one that people come back to.

use crate::{page::Page, stage::Stage};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

/// What is promised of the first page of every role.
pub(crate) const REQUESTS_MAX: u64 = 6;
pub(crate) const BYTES_MAX: u64 = 100_000;

/// Each role's first page, and when it can be used: when it shows what its answer said.
const ROLES: [(&str, &str, &str); 3] = [
    ("teacher", "/", ".drop button"),
    ("evaluator", "/reading", ".rows, .empty"),
    ("operator", "/operations", ".counts li"),
];

/// How long a page is watched once it can be used: what it asks for without being told to is counted too.
const WATCHED: Duration = Duration::from_secs(2);

/// The browser counts what it was sent, headers included. What has not ended is a long poll, which waits for news.
const COUNTED: &str = r#"
const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(({ name }) => !/^(data|blob):/.test(name));
const answered = entries.filter(({ initiatorType }) => initiatorType === "fetch").length;
return {
  requests: entries.length,
  polls_waiting: fetchesBegun() - answered,
  bytes: entries.reduce((sum, { transferSize }) => sum + transferSize, 0),
  of: entries.map(({ name, transferSize }) => `${new URL(name).pathname} ${transferSize}`),
};"#;

pub(crate) async fn measure(stage: &Stage) -> Result<Value> {
    let mut figures = json!({});
    for (account, path, usable) in ROLES {
        let signing_in;
        (figures[account], signing_in) =
            stage.visit(async |page| of(page, account, path, usable).await).await?;
        figures["signing_in"][account] = signing_in;
    }
    figures["signing_in"]["begins"] = stage.visit(async |page| opened(page, "/", "#sign-in").await).await?;
    Ok(figures)
}

/// The first page, and the page that the person came back to from the issuer, most of it cached.
async fn of(page: &Page, account: &str, path: &str, usable: &str) -> Result<(Value, Value)> {
    page.sign_in(account, path).await?;
    shown(page, usable).await?;
    let signing_in = page.eval(COUNTED, &[]).await?;
    Ok((opened(page, path, usable).await?, signing_in))
}

async fn opened(page: &Page, path: &str, usable: &str) -> Result<Value> {
    page.devtools("Network.enable", json!({})).await?;
    page.devtools("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await?;
    page.open(path).await?;
    shown(page, usable).await?;
    let usable_after = page.eval("return Math.round(performance.now());", &[]).await?;
    sleep(WATCHED).await;
    let mut figure = page.eval(COUNTED, &[]).await?;
    figure.as_object_mut().context("no figures")?.insert("usable_after_ms".to_owned(), usable_after);
    Ok(figure)
}

async fn shown(page: &Page, usable: &str) -> Result<()> {
    let script = "return [...document.querySelectorAll(arguments[0])].some((one) => one.checkVisibility());";
    page.until("the page can be used", script, &[usable]).await
}
