//! A document on paper: the text alone, and what stands beside it on the screen in full behind it.

use crate::{files, stage::Stage};
use anyhow::{Result, ensure};
use reqwest::Method;
use serde_json::json;

const NOTE: &str = "Bring enough paper for everybody.";

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let teacher = stage.host.api("teacher").await?;
    let id = teacher
        .ready("paper.docx", &files::sample_bytes("plan.docx")?, &json!({ "title": "On paper" }))
        .await?;
    let note = json!({ "body": NOTE });
    let evaluator = stage.host.api("evaluator").await?;
    evaluator
        .request(Method::POST, &format!("/api/documents/{id}/notes"))
        .json(&note)
        .send()
        .await?
        .error_for_status()?;
    stage
        .visit(async |page| {
            page.sign_in("evaluator", &format!("/reading/{id}")).await?;
            page.see("The pupils can name the four stages").await?;
            page.until("the note is known", "return document.querySelectorAll('.note').length === 1;", &[])
                .await?;
            page.media("print", "light").await?;
            page.until(
                "findings and notes stand behind the text, and nothing to press is left",
                "const seen = (selector) => Boolean(document.querySelector(selector)?.checkVisibility()); \
                 const behind = document.querySelector('.endnotes').innerText; \
                 return behind.includes('Did you mean to spell') && behind.includes(arguments[0]) \
                 && seen('.reading-text') && !seen('#header nav') && !seen('.panel') && !seen('.find');",
                &[NOTE],
            )
            .await?;
            page.media("", "light").await?;
            let pdf = page.printed().await?;
            ensure!(
                pdf.starts_with(b"%PDF-") && pdf.len() > 10_000,
                "{} bytes are no printed document",
                pdf.len()
            );
            std::fs::write(stage.pictures.join("lesson-plan.pdf"), pdf)?;
            Ok(())
        })
        .await
}
