//! A lesson plan is found, read and annotated without touching the mouse.

use crate::{files, page::Page, stage::Stage};
use anyhow::{Result, ensure};
use serde_json::json;
use thirtyfour::Key;

const TITLE: &str = "Water, read with keys";
const NOTE: &str = "Ask them where the rain goes.";
const CHANGED: &str = "Ask them where the snow goes.";

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let teacher = stage.host.api("teacher").await?;
    teacher.ready("keys.docx", &files::sample_bytes("plan.docx")?, &json!({ "title": TITLE })).await?;
    stage
        .visit(async |page| {
            page.sign_in("evaluator", "/").await?;
            page.see(TITLE).await?;
            page.tab_to(TITLE).await?;
            page.keys(Key::Enter.value().to_string()).await?;
            page.see("The pupils can name the four stages").await?;
            findings(page).await?;
            readings(page).await?;
            search(page).await?;
            note(page).await
        })
        .await
}

/// Next and previous, with the place in the text marked.
async fn findings(page: &Page) -> Result<()> {
    page.keys("j").await?;
    current(page, "the the").await?;
    page.keys("j").await?;
    current(page, "seperate").await?;
    page.see("2 of 7").await?;
    page.keys("k").await?;
    current(page, "the the").await?;
    page.keys("?").await?;
    page.see("Previous finding").await?;
    page.keys(Key::Escape.value().to_string()).await?;
    page.see_no("Previous finding").await
}

async fn current(page: &Page, quote: &str) -> Result<()> {
    let script = "return document.querySelector('.reading-text .mark.current')?.textContent === arguments[0] \
                  && Boolean(document.querySelector('.finding-card.current .finding-more'));";
    page.until(&format!("“{quote}” is marked, and said more about"), script, &[quote]).await
}

/// Original, with changes, corrected.
async fn readings(page: &Page) -> Result<()> {
    let reads = "const text = document.querySelector('.reading-text').innerText; \
                 return text.includes(arguments[0]) && !text.includes(arguments[1]);";
    page.until("the original is shown", reads, &["seperate facts", "separate facts"]).await?;
    page.keys("c").await?;
    let both = "return document.querySelector('.reading-text del')?.checkVisibility() \
                && Boolean(document.querySelector('.reading-text ins')?.checkVisibility());";
    page.until("the changes are shown", both, &[]).await?;
    page.keys("c").await?;
    page.until("the corrected text is shown", reads, &["separate facts", "seperate"]).await?;
    page.keys("c").await?;
    page.until("the original is shown again", reads, &["seperate facts", "separate facts"]).await
}

async fn search(page: &Page) -> Result<()> {
    page.keys("/").await?;
    page.keys("water").await?;
    page.see("1 of 4").await?;
    page.keys(Key::Enter.value().to_string()).await?;
    page.see("2 of 4").await?;
    page.keys(Key::Escape.value().to_string()).await?;
    page.keys("blue pencil").await?;
    page.see("1 of 1").await?;
    // Out of the field, so that single keys are meant again.
    page.tab_to("Previous place").await
}

/// A note on what was found: written, changed and deleted.
async fn note(page: &Page) -> Result<()> {
    page.keys("a").await?;
    page.see("Note on “blue pencil”").await?;
    writing(page).await?;
    page.keys(NOTE).await?;
    page.with_control(Key::Enter).await?;
    listed(page, NOTE).await?;
    ensure!(page.texts(".reading-text .noted").await?.join("") == "blue pencil", "the passage is marked");

    page.tab_to("Edit the note on “blue pencil”").await?;
    page.keys(Key::Enter.value().to_string()).await?;
    writing(page).await?;
    page.with_control('a').await?;
    page.keys(CHANGED).await?;
    page.with_control(Key::Enter).await?;
    listed(page, CHANGED).await?;
    page.reload().await?;
    page.keys("j").await?;
    page.tab_to("Findings").await?;
    page.keys(Key::Right.value().to_string()).await?;
    listed(page, CHANGED).await?;

    page.tab_to("Delete the note on “blue pencil”").await?;
    page.keys(Key::Enter.value().to_string()).await?;
    page.see("Delete this note?").await?;
    page.tab_to("Delete").await?;
    page.keys(Key::Enter.value().to_string()).await?;
    page.see("No notes yet").await
}

async fn writing(page: &Page) -> Result<()> {
    page.until("the field has the focus", "return document.activeElement?.localName === 'textarea';", &[])
        .await
}

/// Waits until the note is saved.
async fn listed(page: &Page, words: &str) -> Result<()> {
    let script = "const note = document.querySelector('.note'); \
                  return note?.querySelector('.note-body')?.innerText === arguments[0] \
                  && Boolean(note.querySelector('.note-actions'));";
    page.until(&format!("the note “{words}” is saved"), script, &[words]).await
}
