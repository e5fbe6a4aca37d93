//! A document that the proofreader refuses: the teacher reads why and what to do, and hands a better file in from there.

use crate::{files, stage::Stage};
use anyhow::{Context as _, Result};
use serde_json::json;

const TITLE: &str = "Volcanoes, first try";

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    stage.processor.refuses("volcanoes").await?;
    let teacher = stage.host.api("teacher").await?;
    let fields = json!({ "title": TITLE, "lesson": { "subject": "Geology" } });
    let plan = files::plan("Volcanoes", "volcanoes");
    let id = teacher.hand_in("volcanoes.md", &plan, &fields).await?;
    let failure = teacher.finished(&id).await?["failure"].clone();
    let said = |name: &str| failure[name].as_str().map(str::to_owned).with_context(|| format!("{failure}"));
    let (message, next_action) = (said("message")?, said("next_action")?);
    let better = files::write(&stage.work.join("better"), "better.md", &plan)?;
    stage
        .visit(async |page| {
            page.sign_in("teacher", "/documents").await?;
            page.see("Could not be finished").await?;
            page.press(TITLE).await?;
            page.see("This document could not be finished").await?;
            page.see(&message).await?;
            page.see(&format!("What to do: {next_action}")).await?;
            page.press("Hand in again").await?;
            page.see(&format!("Choose the corrected file of “{TITLE}”")).await?;
            page.choose_files(&[&better]).await?;
            page.until(
                "what the teacher wrote about it is kept",
                "return document.querySelector('input[name=title]')?.value === arguments[0] \
                 && document.querySelector('input[name=subject]')?.value === 'Geology';",
                &[TITLE],
            )
            .await?;
            page.press_in("main", "Hand in").await?;
            page.until(
                "it is ready",
                "return Boolean(document.querySelector('.file .badge[data-status=ready]'));",
                &[],
            )
            .await
        })
        .await
}
