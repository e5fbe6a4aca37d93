//! A note on a selected passage, with the mouse; a colleague sees it and cannot change it.

use crate::{files, stage::Stage};
use anyhow::{Result, ensure};
use serde_json::json;

const TITLE: &str = "Stars, read with the mouse";
const NOTE: &str = "Which ones can be seen from here?";

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let teacher = stage.host.api("teacher").await?;
    let plan = files::plan("Constellations", "stars");
    let id = teacher.ready("stars.md", &plan, &json!({ "title": TITLE })).await?;
    stage
        .visit(async |page| {
            page.sign_in("evaluator", &format!("/reading/{id}")).await?;
            let word = "return document.querySelector('.reading-text .mark');";
            let word = page.element("a word that was found wrong", word, &[]).await?;
            page.double_click(&word).await?;
            page.press("Add note").await?;
            page.see("Note on “recieve”").await?;
            page.keys(NOTE).await?;
            page.press("Save").await?;
            page.until(
                "the note is saved",
                "return Boolean(document.querySelector('.note .note-actions'));",
                &[],
            )
            .await?;
            page.until(
                "the passage is marked",
                "return document.querySelector('.reading-text .noted')?.textContent === 'recieve';",
                &[],
            )
            .await
        })
        .await?;
    stage
        .visit(async |page| {
            page.sign_in("operator", &format!("/reading/{id}")).await?;
            page.press("Notes").await?;
            page.see(NOTE).await?;
            page.see("evaluator ·").await?;
            ensure!(page.texts(".note-actions").await?.is_empty(), "only the author may change a note");
            Ok(())
        })
        .await?;
    stage
        .visit(async |page| {
            page.sign_in("teacher", &format!("/reading/{id}")).await?;
            page.see("Pupils recieve a worksheet").await?;
            ensure!(!page.text().await?.contains(NOTE), "notes are the evaluators' own");
            Ok(())
        })
        .await
}
