//! The reading room: what is ready, found by kind, words, subject, teacher and date.

use crate::{files, page::Page, stage::Stage};
use anyhow::{Result, ensure};
use serde_json::json;

const PLAN: &str = "Glaciers of the north";
const OTHER: &str = "Poems about winter";
const VIDEO: &str = "A lesson on glaciers, filmed";

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let teacher = stage.host.api("teacher").await?;
    let about = |title: &str, subject: &str| json!({ "title": title, "lesson": { "subject": subject } });
    teacher.ready("glaciers.md", &files::plan("Glaciers", "ice"), &about(PLAN, "Glaciology")).await?;
    teacher.ready("poems.md", &files::plan("Poems", "poems"), &about(OTHER, "Literature")).await?;
    teacher.ready("filmed.mp4", &files::sample_bytes("lesson.mp4")?, &about(VIDEO, "Glaciology")).await?;
    stage
        .visit(async |page| {
            page.sign_in("evaluator", "/").await?;
            ensure!(page.path().await? == "/reading", "an evaluator begins in the reading room");
            shows(page, &[PLAN, OTHER, VIDEO], &[]).await?;

            page.write("", "Search", "glaciers").await?;
            shows(page, &[PLAN, VIDEO], &[OTHER]).await?;
            page.pick("Kind", "Videos").await?;
            shows(page, &[VIDEO], &[PLAN, OTHER]).await?;
            page.reload().await?;
            shows(page, &[VIDEO], &[PLAN, OTHER]).await?;
            page.press("Clear").await?;
            shows(page, &[PLAN, OTHER, VIDEO], &[]).await?;

            page.write("", "Subject", "literature").await?;
            shows(page, &[OTHER], &[PLAN, VIDEO]).await?;
            page.write("", "Subject", "Glaciology").await?;
            page.pick("Teacher", "teacher").await?;
            shows(page, &[PLAN, VIDEO], &[OTHER]).await?;
            page.open("/reading?from=2999-01-01").await?;
            page.see("Nothing matches").await?;
            page.press("Clear the filters").await?;
            shows(page, &[PLAN, OTHER, VIDEO], &[]).await?;
            // Who comes back from a document finds the list as they left it.
            page.write("", "Search", "poems").await?;
            shows(page, &[OTHER], &[PLAN]).await?;
            page.press(OTHER).await?;
            page.see("Pupils recieve a worksheet").await?;
            page.press("Reading room").await?;
            shows(page, &[PLAN, OTHER, VIDEO], &[]).await?;
            live(stage, page).await
        })
        .await
}

/// Waits until the list shows some titles and none of some others.
async fn shows(page: &Page, there: &[&str], not_there: &[&str]) -> Result<()> {
    let script = "const titles = [...document.querySelectorAll('.rows .row-title')].map((one) => one.innerText); \
                  return JSON.parse(arguments[0]).every((one) => titles.includes(one)) \
                  && !JSON.parse(arguments[1]).some((one) => titles.includes(one));";
    let what = format!("the list shows {there:?} and not {not_there:?}");
    page.until(&what, script, &[&json!(there).to_string(), &json!(not_there).to_string()]).await
}

/// What becomes ready meanwhile is offered, and does not move the list by itself.
async fn live(stage: &Stage, page: &Page) -> Result<()> {
    let teacher = stage.host.api("teacher").await?;
    let title = "Icebergs, just now";
    teacher.ready("icebergs.md", &files::plan("Icebergs", "ice"), &json!({ "title": title })).await?;
    page.press("Show 1 new document").await?;
    shows(page, &[title], &[]).await
}
