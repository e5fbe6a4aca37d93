//! What somebody may not see does not exist for them.

use crate::{files, page::Page, stage::Stage};
use anyhow::{Context as _, Result, ensure};
use serde_json::json;

const TITLE: &str = "Castles of school one";
const NOTHING: &str = "Nothing to be seen here";

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let host = &stage.host;
    let own = host
        .api("teacher")
        .await?
        .ready("castles.md", &files::plan("Castles", "walls"), &json!({ "title": TITLE }))
        .await?;
    host.put_into_inbox("school-1", "of-a-colleague.md", "a-colleague", files::plan("Towers", "towers"))
        .await?;
    let colleagues = host.api("evaluator").await?.found("of-a-colleague").await?;
    let colleagues = colleagues["document_id"].as_str().context("no id")?.to_owned();

    stage
        .visit(async |page| {
            page.sign_in("teacher", "/documents").await?;
            page.see(TITLE).await?;
            ensure!(!page.text().await?.contains("of-a-colleague"), "a colleague's document is listed");
            for path in [format!("/documents/{colleagues}"), format!("/reading/{colleagues}")] {
                nothing(page, &path, NOTHING).await?;
            }
            for path in ["/operations", "/reading"] {
                nothing(page, path, "This page is not for your account").await?;
            }
            nothing(page, "/nowhere", "There is nothing at this address").await
        })
        .await?;
    stage
        .visit(async |page| {
            page.sign_in("teacher-2", &format!("/documents/{own}")).await?;
            page.see(NOTHING).await?;
            page.press("My documents").await?;
            page.see("Nothing handed in yet").await
        })
        .await?;
    stage
        .visit(async |page| {
            page.sign_in("evaluator-2", "/reading").await?;
            page.see("Nothing to read yet").await?;
            page.write("", "Search", "Castles").await?;
            page.see("Nothing matches").await?;
            nothing(page, &format!("/reading/{own}"), NOTHING).await
        })
        .await?;
    stage
        .visit(async |page| {
            page.sign_in("operator-2", "/operations").await?;
            page.see("Nothing has failed").await?;
            page.see("Nothing waits").await?;
            let none = "return [...document.querySelectorAll('.counts .count')].every((one) => one.innerText === '0');";
            page.until("no document of the other school is counted", none, &[]).await?;
            nothing(page, &format!("/documents/{own}"), NOTHING).await
        })
        .await
}

async fn nothing(page: &Page, path: &str, said: &str) -> Result<()> {
    page.open(path).await?;
    page.see(said).await?;
    ensure!(!page.text().await?.contains("of-a-colleague"), "{path} says more than nothing");
    Ok(())
}
