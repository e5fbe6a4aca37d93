//! The host is killed while a file is on its way, and started again: the page goes on by itself.

use crate::{api::file_hash, files, host::Host, stage::Stage};
use anyhow::{Context as _, Result, ensure};

const MEBIBYTES: u64 = 24;
const BYTES_PER_SECOND: i64 = 3_000_000;

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let mut host = Host::start(&stage.lectern, &stage.work.join("killed"), &[]).await?;
    let video = files::large_video(&stage.work.join("large"), "interrupted.mp4", MEBIBYTES)?;
    let url = host.url.clone();
    let killed = &mut host;
    stage
        .visit_at(&url, async move |page| {
            page.sign_in("teacher", "/").await?;
            page.line(false, BYTES_PER_SECOND).await?;
            page.choose_files(&[&video]).await?;
            page.press_in("main", "Hand in").await?;
            let moves = "return document.querySelector('progress')?.value > 1_000_000;";
            page.until("the first parts are on their way", moves, &[]).await?;
            killed.kill().await?;
            page.see("The connection is interrupted; trying again").await?;
            killed.start_again().await?;
            page.line(false, -1).await?;
            page.see_at_last("Follow this document").await?;
            let teacher = killed.api("teacher").await?;
            let row = teacher.found("interrupted").await?;
            let id = row["document_id"].as_str().context("no id")?;
            teacher.finished(id).await?;
            ensure!(
                teacher.original_hash(id).await? == file_hash(&video).await?,
                "other bytes than the file's"
            );
            Ok(())
        })
        .await
}
