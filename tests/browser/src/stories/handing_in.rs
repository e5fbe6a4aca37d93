//! A teacher hands in a lesson plan and a video, follows them without loading the page again, and deletes one.

use crate::{files, page::Page, stage::Stage};
use anyhow::{Context as _, Result, ensure};

const TITLE: &str = "The water cycle by hand";
const OPENED_AT: &str = "return performance.timeOrigin;";

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    stage
        .visit(async |page| {
            page.sign_in("teacher", "/").await?;
            let opened_at = page.eval(OPENED_AT, &[]).await?;
            hand_in(page).await?;
            page.press_in(".file:first-child", "Follow this document").await?;
            follow(page).await?;
            ensure!(page.eval(OPENED_AT, &[]).await? == opened_at, "the page was loaded again on the way");
            delete(stage, page).await
        })
        .await
}

async fn hand_in(page: &Page) -> Result<()> {
    page.choose_files(&[&files::sample("plan.docx"), &files::sample("lesson.mp4")]).await?;
    page.see("Hand in 2 files").await?;
    page.see("492.9 kB · 0:20 long").await?;
    page.write(".file:first-child", "Title", TITLE).await?;
    page.write(".file:first-child", "Subject", "Geography").await?;
    page.write(".file:first-child", "Grade", "7").await?;
    page.press("Hand in 2 files").await?;
    page.until(
        "both files are ready to be read",
        "return document.querySelectorAll('.file .badge[data-status=ready]').length === 2;",
        &[],
    )
    .await
}

async fn follow(page: &Page) -> Result<()> {
    page.see(TITLE).await?;
    page.see("What happened").await?;
    for step in ["The upload began", "With the proofreader", "Ready to be read"] {
        page.see(step).await?;
    }
    page.see("Geography").await?;
    page.press_in("nav", "My documents").await?;
    page.see("Their status changes here by itself").await?;
    page.press(TITLE).await?;
    page.see("What happened").await
}

async fn delete(stage: &Stage, page: &Page) -> Result<()> {
    let asked = async {
        page.press("Delete").await?;
        page.see("Delete this document?").await?;
        page.press("Delete").await?;
        page.see("all of it is being removed").await
    };
    // The proofreader is to forget it too, and does not answer: so the receipt has to wait.
    stage.processor.while_halted(asked).await?;
    page.see_at_last("Receipt: all of it is gone").await?;
    page.see("forgotten by the proofreader").await?;
    let id = page.path().await?.rsplit('/').next().context("no id")?.to_owned();
    page.press_in("nav", "My documents").await?;
    page.see("Their status changes here by itself").await?;
    let deleted = stage.host.api("teacher").await?.document(&id).await?;
    ensure!(deleted["receipt"]["jobs"] == 1, "{deleted:#}");
    Ok(())
}
