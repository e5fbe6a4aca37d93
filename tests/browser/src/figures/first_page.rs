//! The first page of each role: requests and bytes until it can be used, by somebody who is signed in, nothing cached.

use crate::{page::Page, stage::Stage};
use anyhow::Result;
use serde_json::{Value, json};

/// The browser counts what it was sent, headers included; requests without an end yet are the long polls.
const COUNTED: &str = r#"
const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(({ name }) => !/^(data|blob):/.test(name));
const asked = entries.filter(({ initiatorType }) => initiatorType === "fetch").length;
return {
  requests: entries.length,
  polls_begun: fetchesBegun() - asked,
  bytes: entries.reduce((sum, { transferSize }) => sum + transferSize, 0),
  usable_after_ms: Math.round(performance.now()),
  of: entries.map(({ name, transferSize }) => `${new URL(name).pathname} ${transferSize}`),
};"#;

pub(super) async fn measure(stage: &Stage) -> Result<Value> {
    let mut figures = json!({});
    for (account, path, usable) in [
        ("teacher", "/", ".drop button"),
        ("evaluator", "/reading", "main h1"),
        ("operator", "/operations", "main h1"),
    ] {
        figures[account] = stage.visit(async |page| of(page, account, path, usable).await).await?;
    }
    Ok(figures)
}

async fn of(page: &Page, account: &str, path: &str, usable: &str) -> Result<Value> {
    page.sign_in(account, path).await?;
    page.devtools("Network.enable", json!({})).await?;
    page.devtools("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await?;
    page.open(path).await?;
    page.until("the page can be used", "return Boolean(document.querySelector(arguments[0]));", &[usable])
        .await?;
    page.eval(COUNTED, &[]).await
}
