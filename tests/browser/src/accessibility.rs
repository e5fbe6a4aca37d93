//! What axe-core has to say about a page.

use crate::{api::list, page::Page};
use anyhow::{Result, ensure};

/// Runs once axe is there: WCAG 2.2 A and AA, and what it calls best practice.
const RUN: &str = r#"
const done = arguments[0];
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] })
  .then(({ passes, violations }) => done({ passes: passes.length, violations: violations.map(({ id, help, nodes }) => ({
    id, help, nodes: nodes.slice(0, 3).map(({ target, failureSummary }) => ({ target: target.join(" "), failureSummary })),
  })) }), (error) => done({ error: String(error) }));"#;

/// The barriers on a page as it is now, each in a line.
pub(crate) async fn barriers(page: &Page, axe: &str) -> Result<Vec<String>> {
    if page.eval("return typeof axe;", &[]).await? == "undefined" {
        page.eval(axe, &[]).await?;
    }
    let found = page.eval_later(RUN).await?;
    ensure!(found["error"].is_null(), "axe-core: {}", found["error"]);
    // Whoever looks at nothing finds nothing.
    ensure!(found["passes"].as_u64() > Some(0), "axe-core had nothing to judge");
    let line = |violation: &serde_json::Value| {
        let nodes: Vec<_> = list(violation, "nodes")
            .iter()
            .map(|node| {
                let why = node["failureSummary"].as_str().unwrap_or_default().replace('\n', " ");
                format!("{} ({why})", node["target"].as_str().unwrap_or_default())
            })
            .collect();
        format!("{}: {}: {}", violation["id"], violation["help"], nodes.join("; "))
    };
    Ok(list(&found, "violations").iter().map(line).collect())
}
