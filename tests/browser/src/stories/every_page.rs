//! Every page, as everybody sees it: without a barrier that axe-core knows, and pictured at three widths, light and dark.

use crate::{files, gallery::Gallery, stage::Stage};
use anyhow::Result;
use serde_json::json;

const PLAN: &str = "The water cycle";
/// As long as titles and names of files get.
const VIDEO: &str = "Unterrichtsbeobachtung „Der Wasserkreislauf“ mit anschließender Schülerselbsteinschätzung in der Jahrgangsstufe 7";
const FAILED: &str = "Niederschlagsverteilung und Hochwasserschutzmaßnahmen im Einzugsgebiet der Donau";
const FAILED_FILE: &str =
    "Klassenarbeitsvorbereitungsunterlagen_Niederschlagsverteilung_Hochwasserschutz_endgueltige_Fassung_3.md";

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let teacher = stage.host.api("teacher").await?;
    let about = |title: &str| json!({ "title": title, "lesson": { "subject": "Geography", "grade": "7" } });
    let plan = teacher.ready("water.docx", &files::sample_bytes("plan.docx")?, &about(PLAN)).await?;
    let video = teacher.ready("water.mp4", &files::sample_bytes("lesson.mp4")?, &about(VIDEO)).await?;
    stage.processor.refuses("Niederschlagsverteilung").await?;
    let failed = teacher.hand_in(FAILED_FILE, &files::plan("Storms", "storms"), &about(FAILED)).await?;
    teacher.finished(&failed).await?;
    let deleted = teacher.ready("deleted.md", &files::plan("Deleted", "nothing"), &about("Deleted")).await?;
    teacher
        .request(reqwest::Method::DELETE, &format!("/api/documents/{deleted}"))
        .send()
        .await?
        .error_for_status()?;

    let mut gallery = Gallery::new(stage);
    // What one role's pages lack does not hide what another's do.
    let teachers = of_teachers(stage, &mut gallery, [&plan, &failed, &deleted]).await;
    gallery.note(teachers);
    let evaluators = of_evaluators(stage, &mut gallery, &plan, &video).await;
    gallery.note(evaluators);
    let operators = of_operators(stage, &mut gallery).await;
    gallery.note(operators);
    let newcomers = of_newcomers(stage, &mut gallery).await;
    gallery.note(newcomers);
    gallery.judged()
}

async fn of_teachers(
    stage: &Stage,
    gallery: &mut Gallery<'_>,
    [plan, failed, deleted]: [&str; 3],
) -> Result<()> {
    let refused = files::write(&stage.work.join("gallery"), &FAILED_FILE.replace(".md", ".exe"), b"MZ")?;
    stage
        .visit(async |page| {
            page.open("/").await?;
            page.see("no password is asked for").await?;
            gallery.show(page, "sign-in").await?;
            page.press("Sign in").await?;
            page.see("Who are you today?").await?;
            gallery.show(page, "accounts").await?;
            page.sign_in("teacher", "/").await?;
            gallery.show(page, "hand-in").await?;
            page.choose_files(&[&files::sample("plan.docx"), &files::sample("lesson.mp4"), &refused]).await?;
            page.see("Hand in 2 files").await?;
            gallery.show(page, "hand-in-chosen").await?;
            page.open("/documents").await?;
            page.see(PLAN).await?;
            gallery.show(page, "my-documents").await?;
            page.open(&format!("/documents/{plan}")).await?;
            page.see("What happened").await?;
            gallery.show(page, "timeline").await?;
            page.open(&format!("/documents/{failed}")).await?;
            page.see("This document could not be finished").await?;
            gallery.show(page, "failed-document").await?;
            page.press("Delete").await?;
            page.see("Delete this document?").await?;
            gallery.show(page, "delete").await?;
            page.open(&format!("/documents/{deleted}")).await?;
            page.see_at_last("Receipt: all of it is gone").await?;
            gallery.show(page, "receipt").await?;
            page.open("/nowhere").await?;
            page.see("There is nothing at this address").await?;
            gallery.show(page, "not-found").await?;
            page.open("/documents/018f2f6e-7c1a-7000-8000-0123456789ab").await?;
            page.see("Nothing to be seen here").await?;
            gallery.show(page, "nothing-here").await
        })
        .await
}

async fn of_evaluators(stage: &Stage, gallery: &mut Gallery<'_>, plan: &str, video: &str) -> Result<()> {
    stage
        .visit(async |page| {
            page.sign_in("evaluator", "/reading").await?;
            page.see(PLAN).await?;
            gallery.show(page, "reading-room").await?;
            page.open(&format!("/reading/{plan}")).await?;
            page.see("The pupils can name the four stages").await?;
            page.keys("j").await?;
            page.see("Add note here").await?;
            gallery.show(page, "lesson-plan").await?;
            page.keys("a").await?;
            page.see("Note on").await?;
            page.keys("Say it once.").await?;
            page.press("Save").await?;
            page.until(
                "the note is saved",
                "return Boolean(document.querySelector('.note .note-actions'));",
                &[],
            )
            .await?;
            page.keys("c").await?;
            gallery.show(page, "lesson-plan-notes").await?;
            page.open(&format!("/reading/{video}")).await?;
            page.see("Good morning, everyone.").await?;
            page.until(
                "the video has its first picture",
                "return document.querySelector('video').readyState >= 2;",
                &[],
            )
            .await?;
            page.press_in(".transcript li:nth-child(3)", "Play from").await?;
            page.keys("a").await?;
            page.see("Note at").await?;
            gallery.show(page, "video").await?;
            page.keys("Nicely begun.").await?;
            page.press("Save").await
        })
        .await
}

/// A school where nobody has handed anything in.
async fn of_newcomers(stage: &Stage, gallery: &mut Gallery<'_>) -> Result<()> {
    for (account, path, said) in [
        ("teacher-2", "/documents", "Nothing handed in yet"),
        ("evaluator-2", "/reading", "Nothing to read yet"),
        ("operator-2", "/operations", "Nothing has failed"),
    ] {
        stage
            .visit(async |page| {
                page.sign_in(account, path).await?;
                page.see(said).await?;
                gallery.show(page, &format!("empty-{account}")).await
            })
            .await?;
    }
    Ok(())
}

async fn of_operators(stage: &Stage, gallery: &mut Gallery<'_>) -> Result<()> {
    stage
        .visit(async |page| {
            page.sign_in("operator", "/operations").await?;
            page.see("The last 24 hours").await?;
            gallery.show(page, "operations").await?;
            page.press_in(".cause", "Show the documents").await?;
            page.press_in(".cause", "Preview a redrive").await?;
            page.see("Nothing has been done yet").await?;
            gallery.show(page, "operations-redrive").await
        })
        .await
}
