//! What cannot be taken: the page says why before a byte is sent, and the host where only it can know.

use crate::{files, stage::Stage};
use anyhow::Result;

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let folder = stage.work.join("refused");
    let video = files::sample_bytes("lesson.mp4")?;
    let cut = video.get(..video.len() * 2 / 3).unwrap_or_default();
    let program = [&b"MZ\x90\0\x03\0\0\0"[..], &[0; 2000]].concat();
    let wrong = [
        (files::write(&folder, "setup.exe", &program)?, "Files that end in .exe are not taken"),
        (files::write(&folder, "empty.docx", b"")?, "The file is empty"),
        (files::write(&folder, "cut.mp4", cut)?, "The video is incomplete"),
        (silent(stage)?, "There is no sound in this video"),
    ];
    let disguised = files::write(&folder, "disguised.docx", &program)?;
    stage
        .visit(async |page| {
            page.sign_in("teacher", "/").await?;
            page.choose_files(&wrong.iter().map(|(file, _)| file.as_path()).collect::<Vec<_>>()).await?;
            for (_, why) in &wrong {
                page.see(why).await?;
            }
            page.until("nothing can be sent", "return document.querySelector('#send').hidden;", &[]).await?;
            page.choose_files(&[&disguised]).await?;
            page.press_in("main", "Hand in").await?;
            page.press("Follow this document").await?;
            page.see("This file was not taken").await?;
            page.see("What is inside the file is not what its name says").await?;
            page.see("What to do").await?;
            page.see("Hand in again").await
        })
        .await
}

/// The sample without its sound and captions: their boxes are called something else, which players pass over.
fn silent(stage: &Stage) -> Result<std::path::PathBuf> {
    let mut bytes = files::sample_bytes("lesson.mp4")?;
    for role in [b"soun", b"sbtl", b"text", b"subt"] {
        while let Some(at) = bytes.windows(4).position(|window| window == role) {
            if let Some(place) = bytes.get_mut(at..at + 4) {
                place.copy_from_slice(b"meta");
            }
        }
    }
    files::write(&stage.work.join("refused"), "silent.mp4", &bytes)
}
