use crate::{
    aws::{Aws, UPLOADS},
    percentile::{float, round},
    stage::{Setting, Stage},
    usage,
};
use anyhow::{Context as _, bail, ensure};
use aws_sdk_s3::{
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use clap::Args;
use fastrand::Rng;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    time::Duration,
};
use tokio::{
    process::Command,
    time::{Instant, sleep},
};

const MIB: u64 = 1024 * 1024;
/// Bytes of each part of the upload.
const PART_BYTES: u64 = 16 * MIB;
/// Bytes made up at once; they repeat, which nothing on the way notices.
const BLOCK_BYTES: usize = 1024 * 1024;
/// Between two looks at whether the video has passed.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A video that takes longer is stuck.
const PASSED_MAX: Duration = Duration::from_mins(10);

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Bytes of the video, such as 512MiB or 2GiB; above 2 GiB the processor fetches it itself.
    #[arg(long, default_value = "2GiB", value_parser = bytes)]
    size: u64,
    /// How often each way is measured; the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    runs: u32,
}

/// What the processor measured of the last large file, from its first byte to its last.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Passed {
    files: u64,
    bytes: u64,
    seconds: f64,
}

impl Passed {
    fn mib_per_second(self) -> f64 {
        float(self.bytes) / float(MIB) / self.seconds
    }
}

pub(crate) async fn run(setting: &Setting, options: &Options) -> anyhow::Result<Value> {
    let stage = Stage::set(setting).await?;
    let aws = Aws::at(&stage.host.aws_url)?;
    let video = stage.path("video.mp4");
    write_video(&video, options.size, setting.seed)?;
    let host = stage.host.process;
    // A first small one loads what is loaded once.
    let small = stage.path("small.mp4");
    write_video(&small, 8 * MIB, setting.seed)?;
    transferred(&stage, &aws, &small, "small.mp4").await?;
    let (mut transfers, mut curls, mut added) = (Vec::new(), Vec::new(), 0);
    for run in 0..options.runs {
        let before = usage::resident_bytes(host)?;
        usage::forget_peak(host)?;
        transfers
            .push(transferred(&stage, &aws, &video, &format!("video-{run}.mp4")).await?.mib_per_second());
        added = added.max(usage::peak_bytes(host)?.saturating_sub(before));
        curls.push(curled(&stage, &video).await?.mib_per_second());
    }
    let peak = usage::peak_bytes(host)?;
    stage.strike().await?;
    let (transfer, curl) = (median(&mut transfers), median(&mut curls));
    Ok(json!({
        "benchmark": "stream",
        "bytes": options.size,
        "runs": options.runs,
        "transfer_mib_per_second": round(transfer, 1),
        "curl_mib_per_second": round(curl, 1),
        "of_curl_percent": round(transfer / curl * 100.0, 1),
        "host_rss_added_mib": round(float(added) / float(MIB), 1),
        "host_rss_peak_mib": round(float(peak) / float(MIB), 1),
    }))
}

/// Uploads the video and waits until the processor has it.
async fn transferred(stage: &Stage, aws: &Aws, video: &Path, name: &str) -> anyhow::Result<Passed> {
    let before = passed(stage).await?.files;
    upload(aws, video, &format!("inbox/school-1/{name}")).await?;
    let begun = Instant::now();
    loop {
        let passed = passed(stage).await?;
        if passed.files > before {
            return Ok(passed);
        }
        ensure!(begun.elapsed() < PASSED_MAX, "the video never came to the processor");
        sleep(LOOK_EVERY).await;
    }
}

/// Sends the same file to the same receiver.
async fn curled(stage: &Stage, video: &Path) -> anyhow::Result<Passed> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--fail", "--noproxy", "*", "--output", "/dev/null", "-H", "Expect:", "-T"]);
    let status = curl.arg(video).arg(format!("{}/sink", stage.processor_url)).status().await;
    ensure!(status.context("curl cannot be started; install it")?.success(), "curl could not send the video");
    passed(stage).await
}

async fn passed(stage: &Stage) -> anyhow::Result<Passed> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    Ok(client.get(format!("{}/passed", stage.processor_url)).send().await?.json().await?)
}

async fn upload(aws: &Aws, video: &Path, key: &str) -> anyhow::Result<()> {
    let size = std::fs::metadata(video)?.len();
    let created = aws.s3.create_multipart_upload().bucket(UPLOADS).key(key).send().await?;
    let id = created.upload_id().context("an upload has an id")?;
    let mut parts = Vec::new();
    for number in 1..=i32::try_from(size.div_ceil(PART_BYTES))? {
        let offset = u64::from(number.unsigned_abs() - 1) * PART_BYTES;
        let length = PART_BYTES.min(size - offset);
        let body = ByteStream::read_from().path(video).offset(offset);
        let body = body.length(aws_sdk_s3::primitives::Length::Exact(length)).build().await?;
        let part = aws.s3.upload_part().bucket(UPLOADS).key(key).upload_id(id).part_number(number).body(body);
        let sent = part.send().await?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag);
        parts.push(part.set_checksum_crc32(sent.checksum_crc32).build());
    }
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let complete = aws.s3.complete_multipart_upload().bucket(UPLOADS).key(key).upload_id(id);
    complete.multipart_upload(parts).send().await?;
    Ok(())
}

/// An MP4 as far as its boxes go: a type, an empty movie, and data up to the size (ISO/IEC 14496-12).
fn write_video(path: &Path, size: u64, seed: u64) -> anyhow::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let head: Vec<u8> =
        [b"\0\0\0\x14ftypisom\0\0\x02\0isom".as_slice(), b"\0\0\0\x08moov", b"\0\0\0\x01mdat"].concat();
    // Behind its header comes the box's size in 64 bits, which counts the header.
    let data = size.checked_sub(head.len() as u64 - 8).context("a video is longer than that")?;
    out.write_all(&head)?;
    out.write_all(&data.to_be_bytes())?;
    let mut left = data.checked_sub(16).context("a video is longer than that")?;
    let mut block = vec![0; BLOCK_BYTES];
    Rng::with_seed(seed).fill(&mut block);
    while left > 0 {
        let now = usize::try_from(left).unwrap_or(usize::MAX).min(BLOCK_BYTES);
        out.write_all(&block[..now])?;
        left -= now as u64;
    }
    out.into_inner()?.sync_all().map_err(Into::into)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    crate::percentile::of(values, 50.0)
}

/// Reads a size: a number with nothing, `KiB`, `MiB` or `GiB` behind it.
fn bytes(text: &str) -> anyhow::Result<u64> {
    let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
    let unit = match &text[digits.len()..] {
        "" => 1,
        "KiB" => 1024,
        "MiB" => MIB,
        "GiB" => 1024 * MIB,
        unit => bail!("{unit:?} is not KiB, MiB or GiB"),
    };
    digits.parse::<u64>()?.checked_mul(unit).context("that is too large")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units() {
        for (text, expected) in [("1", 1), ("3KiB", 3072), ("512MiB", 512 * MIB), ("2GiB", 2048 * MIB)] {
            assert_eq!(bytes(text).unwrap(), expected, "{text}");
        }
        for wrong in ["", "GiB", "2GB", "-1", "1.5GiB", "99999999999GiB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_video_is_as_long_as_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("video.mp4");
        write_video(&path, 3 * MIB + 1, 1).unwrap();
        let written = std::fs::read(&path).unwrap();
        assert_eq!(written.len() as u64, 3 * MIB + 1);
        let data = u64::from_be_bytes(written[36..44].try_into().unwrap());
        assert_eq!(28 + data, 3 * MIB + 1);
        assert!(write_video(&path, 30, 1).is_err());
    }
}
