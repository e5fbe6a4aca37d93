//! An operator sees what failed and why, looks at what a redrive would do, and lets it go on.

use crate::{files, page::Page, stage::Stage};
use anyhow::{Context as _, Result, ensure};
use serde_json::json;

const TITLES: [&str; 2] = ["Deserts, refused", "Steppes, refused"];

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let teacher = stage.host.api("teacher").await?;
    let mut failed = Vec::new();
    for (name, title) in ["deserts.md", "steppes.md"].into_iter().zip(TITLES) {
        stage.processor.refuses(name).await?;
        let id = teacher.hand_in(name, &files::plan(title, "dry land"), &json!({ "title": title })).await?;
        failed.push(teacher.finished(&id).await?);
    }
    let [first, second] = &failed[..] else { anyhow::bail!("two documents fail") };
    let cause = first["failure"]["cause"].as_str().with_context(|| format!("{first:#}"))?;
    let (one, other) =
        (first["document_id"].as_str().context("id")?, second["document_id"].as_str().context("id")?);
    let group = format!("[data-cause=\"{cause}\"]");
    stage
        .visit(async |page| {
            page.sign_in("operator", "/").await?;
            ensure!(page.path().await? == "/operations", "an operator begins with operations");
            overview(page).await?;
            page.press_in(&group, "Show the documents").await?;
            page.see(TITLES[0]).await?;
            page.see(TITLES[1]).await?;
            page.press_in(&group, "Hide the documents").await?;
            page.see_no(TITLES[0]).await?;
            page.press_in(&group, "Show the documents").await?;

            page.press_in(&group, "Preview a redrive").await?;
            page.see("Nothing has been done yet").await?;
            ensure!(teacher.document(one).await?["version"] == first["version"], "a preview changes nothing");
            page.press_in(&format!("{group} .outcome"), "Close").await?;

            page.press_in(&group, &format!("Redrive {}", TITLES[0])).await?;
            page.see("Goes on").await?;
            ensure!(teacher.finished(one).await?["status"] == "ready", "the one goes on to its end");

            page.press_in(&group, "Preview a redrive").await?;
            page.press_in(&format!("{group} .outcome"), "Redrive ").await?;
            page.see("0 skipped").await?;
            ensure!(teacher.finished(other).await?["status"] == "ready", "the other goes on to its end");
            page.press_in(&format!("{group} .outcome"), "Close").await
        })
        .await
}

async fn overview(page: &Page) -> Result<()> {
    for part in ["Documents", "The last 24 hours", "Failed", "Queues", "Machines"] {
        page.see(part).await?;
    }
    let counts = "return [...document.querySelectorAll('.counts li')].some((one) => /^\\s*[1-9]/.test(one.innerText) \
                  && Boolean(one.querySelector('[data-status=failed]')));";
    page.until("the failed ones are counted", counts, &[]).await?;
    for name in ["lesson-plans", "videos"] {
        page.see(name).await?;
    }
    let chart = "return document.querySelectorAll('.chart svg rect.failed').length > 0;";
    page.until("the chart shows the hour in which they failed", chart, &[]).await
}
