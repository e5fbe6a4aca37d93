//! Whatever comes from outside stays text: in file names, titles, lesson plans, notes, addresses, and in all that the
//! proofreader says.

use crate::{files, stage::Stage};
use anyhow::Result;
use serde_json::json;

const NAME: &str = "<img src=x onerror=ran('name')>.md";
const TITLE: &str = "<script>ran('title')</script><svg onload=ran('title')>";
const SUBJECT: &str = "\"><img src=x onerror=ran('subject')>";
const NOTE: &str = "<iframe srcdoc=\"<script>parent.ran('note')</script>\"></iframe>";
const TEXT: &str = "# <img src=x onerror=ran('heading')>\n\nA `<script>ran('code')</script>` and [a link](javascript:ran('link')).\n\n\
                    <script>ran('text')</script> Pupils recieve a worksheet about markup and learn what it does.\n";

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    stage.processor.refuses("onerror").await?;
    let teacher = stage.host.api("teacher").await?;
    let fields = json!({ "title": TITLE, "lesson": { "subject": SUBJECT } });
    let failed = teacher.hand_in(NAME, TEXT.as_bytes(), &fields).await?;
    teacher.finished(&failed).await?;
    let plan = teacher.ready(NAME, TEXT.as_bytes(), &fields).await?;
    let video = teacher.ready("filmed.mp4", &files::sample_bytes("lesson.mp4")?, &fields).await?;
    let chosen = files::write(&stage.work.join("inert"), NAME, TEXT.as_bytes())?;

    stage
        .visit(async |page| {
            page.sign_in("teacher", "/").await?;
            page.choose_files(&[&chosen]).await?;
            page.see(NAME).await?;
            for path in ["/documents", &format!("/documents/{plan}"), &format!("/?again={failed}")] {
                page.open(path).await?;
                page.see(TITLE).await?;
            }
            page.open("/signed-in?error=<img src=x onerror=ran('error')>&error_description=<img src=x onerror=ran('why')>").await?;
            page.see("<img src=x onerror=ran('why')>").await
        })
        .await?;
    stage
        .visit(async |page| {
            page.before_every_document(include_str!("../hostile.js")).await?;
            page.sign_in("evaluator", "/reading").await?;
            page.see(TITLE).await?;
            page.see(SUBJECT).await?;
            page.open(&format!("/reading/{plan}")).await?;
            page.see("ran('code')").await?;
            page.keys("j").await?;
            page.see("ran('suggestion')").await?;
            page.see("<img src=x onerror=\"ran('message')\">").await?;
            page.press("Notes").await?;
            page.press("Add note on the whole").await?;
            page.keys(NOTE).await?;
            page.press("Save").await?;
            page.until(
                "the note is saved",
                "return Boolean(document.querySelector('.note .note-actions'));",
                &[],
            )
            .await?;
            page.see(NOTE).await?;
            page.open(&format!("/reading/{video}")).await?;
            page.see("<img src=x onerror=\"ran('said')\">").await?;
            page.see("<img src=x onerror=\"ran('speaker')\">").await?;
            page.open("/reading?q=<img src=x onerror=ran('query')>").await?;
            page.see("Nothing matches").await
        })
        .await?;
    stage
        .visit(async |page| {
            page.sign_in("operator", "/operations").await?;
            page.press_in(".cause:has([aria-expanded])", "Show the documents").await?;
            page.see(TITLE).await
        })
        .await
}
