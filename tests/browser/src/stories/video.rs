//! A video is watched: captions, the transcript that follows, seeking, and a note at a moment.

use crate::{files, page::Page, stage::Stage};
use anyhow::Result;
use serde_json::json;
use thirtyfour::Key;

const NOTE: &str = "A good question.";
const PLAYS: &str =
    "const video = document.querySelector('video'); return !video.paused && video.currentTime > 0.2;";
const RESTS: &str = "return document.querySelector('video').paused;";

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let teacher = stage.host.api("teacher").await?;
    let fields = json!({ "title": "A drop of water, filmed" });
    let id = teacher.ready("drop.mp4", &files::sample_bytes("lesson.mp4")?, &fields).await?;
    stage
        .visit(async |page| {
            page.sign_in("evaluator", &format!("/reading/{id}")).await?;
            page.see("Please open your books at page twelve.").await?;
            captions(page).await?;
            playback(page).await?;
            search(page).await?;
            note(page).await
        })
        .await
}

async fn captions(page: &Page) -> Result<()> {
    let script = "const [track] = document.querySelector('video').textTracks; \
                  return track?.mode === 'showing' && track.cues?.length > 4 && track.cues[0].text.includes('Good morning');";
    page.until("the captions are there and shown", script, &[]).await
}

async fn playback(page: &Page) -> Result<()> {
    page.until(
        "the video has its first picture",
        "return document.querySelector('video').readyState >= 2;",
        &[],
    )
    .await?;
    page.keys(" ").await?;
    page.until("the video plays", PLAYS, &[]).await?;
    following(page, "Good morning").await?;
    page.keys(" ").await?;
    page.until("the video rests", RESTS, &[]).await?;
    // From the keyboard, the pointer, and ten seconds on.
    page.press_in(".transcript li:nth-child(2)", "Play from").await?;
    following(page, "hills and back").await?;
    page.until("the video plays from there", PLAYS, &[]).await?;
    page.keys(Key::Escape.value().to_string()).await?;
    let before = page.eval("return document.querySelector('video').currentTime;", &[]).await?;
    page.keys("l").await?;
    let on = "return document.querySelector('video').currentTime > Number(arguments[0]) + 9;";
    page.until("ten seconds further on", on, &[&before.to_string()]).await?;
    page.keys(">").await?;
    page.until("faster", "return document.querySelector('video').playbackRate === 1.25;", &[]).await?;
    page.keys("<").await
}

/// Waits until the transcript marks what is said now.
async fn following(page: &Page, words: &str) -> Result<()> {
    let script = "return Boolean(document.querySelector('.segment[aria-current=true]')?.innerText.includes(arguments[0]));";
    page.until(&format!("the transcript is at “{words}”"), script, &[words]).await
}

async fn search(page: &Page) -> Result<()> {
    page.keys("/").await?;
    page.keys("evaporates").await?;
    page.see("1 of 1").await?;
    page.tab_to("Previous place").await
}

/// Writing a note makes the video rest, and saving it lets it go on.
async fn note(page: &Page) -> Result<()> {
    page.press_in(".transcript li:nth-child(2)", "Play from").await?;
    page.until("the video plays", PLAYS, &[]).await?;
    page.keys("a").await?;
    page.until("the field has the focus", "return document.activeElement?.localName === 'textarea';", &[])
        .await?;
    page.until("the video rests", RESTS, &[]).await?;
    page.see("Note at 0:0").await?;
    page.keys(NOTE).await?;
    page.with_control(Key::Enter).await?;
    page.until("the video goes on", PLAYS, &[]).await?;
    let saved = "const note = document.querySelector('.note'); \
                 return note?.innerText.includes(arguments[0]) && Boolean(note.querySelector('.note-actions'));";
    page.until("the note is saved", saved, &[NOTE]).await?;
    page.press_in(".transcript", "N1, note at 0:0").await?;
    page.until("the note is shown", "return Boolean(document.querySelector('.note.current'));", &[]).await
}
