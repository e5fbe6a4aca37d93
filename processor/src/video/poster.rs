use crate::format::Format;
use std::{path::Path, process::Stdio, time::Duration};
use tokio::process::Command;

/// One picture takes a second or two, wherever it lies.
const POSTER_WAIT: Duration = Duration::from_secs(30);
/// A picture of 640 points across is some 60 KiB.
const POSTER_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// A picture from the first third, made by `ffmpeg` if that is installed. A video without a poster is a good video, so
/// every trouble means none.
pub(crate) async fn poster(format: Format, video: &Path, duration_ms: u64, target: &Path) -> Option<Vec<u8>> {
    let demuxer = if format == Format::Mp4 { "mov" } else { "matroska" };
    let at_ms = duration_ms / 3;
    let mut command = Command::new("ffmpeg");
    command
        .args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y"])
        // What a stranger sent is read as this container and from this file only.
        .args(["-protocol_whitelist", "file", "-f", demuxer])
        .args(["-ss", &format!("{}.{:03}", at_ms / 1000, at_ms % 1000), "-i"])
        .arg(video)
        .args(["-frames:v", "1", "-vf", "scale=640:-2", "-an", "-sn", "-f", "image2", "-update", "1"])
        .arg(target)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let run = async { command.spawn().ok()?.wait().await.ok() };
    let ended = tokio::time::timeout(POSTER_WAIT, run).await.ok().flatten()?;
    let size = tokio::fs::metadata(target).await.ok()?.len();
    if !ended.success() || size > POSTER_BYTES_MAX {
        return None;
    }
    let picture = tokio::fs::read(target).await.ok()?;
    picture.starts_with(&[0xFF, 0xD8, 0xFF]).then_some(picture)
}
