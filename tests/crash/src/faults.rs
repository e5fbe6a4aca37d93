//! A disk that is full, and disks whose syncs fail: the host says so, acknowledges nothing that it cannot keep, and once the
//! disk is well again everything acknowledged ends.

use crate::{
    aws::Aws,
    disk::WatchedDisk,
    files,
    journal::Disk,
    machine::Machine,
    outcome::{self, Strangers},
    submission::{Acknowledged, Teacher},
};
use anyhow::{Context as _, Result, ensure};
use fastrand::Rng;
use reqwest::Method;
use serde_json::{Value, json};
use std::{fs, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, timeout},
};

/// Once the disk is well again, everything has drained within this time.
const DRAIN_MAX: Duration = Duration::from_mins(2);
/// How long a full disk stays full.
const FULL_TIME: Duration = Duration::from_secs(2);
/// A sync of the kind that is to fail comes within this time.
const SYNC_MAX: Duration = Duration::from_mins(1);
/// What the command ends with when the disk failed (`EX_IOERR`).
const DISK_FAILED: i32 = 74;

/// Files whose syncs fail in turn: each service's log, the blobs, and the folder that names them.
const SYNCED: [&str; 5] = [
    "/queues.sqlite-wal",
    "/register.sqlite-wal",
    "/machines.sqlite-wal",
    "/s3/index.sqlite-wal",
    "/s3/blobs",
];

/// How a run goes.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// How many files are handed in while the disk fails.
    #[arg(long, default_value_t = 30)]
    documents: usize,
}

pub(crate) async fn run(options: &Options, mut machine: Machine, seed: u64) -> Result<()> {
    let begun = Instant::now();
    let processor = machine.start_processor(seed, 0).await?;
    let home = machine.folder.clone();
    full(options, &mut machine).await.context("a full disk")?;
    for (number, synced) in SYNCED.iter().enumerate() {
        machine.folder = home.join(format!("sync-{number}"));
        fs::create_dir(&machine.folder)?;
        failing_sync(options, &mut machine, synced, seed)
            .await
            .with_context(|| format!("a failing sync of {synced}"))?;
    }
    processor.kill().await?;
    println!(
        "a full disk and {} failing syncs: nothing acknowledged was lost ({:.0} s)",
        SYNCED.len(),
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Hands files in, each in a task of its own.
fn hand_in(count: usize, teacher: &Teacher) -> Result<JoinSet<Result<Acknowledged>>> {
    let mut submissions = JoinSet::new();
    for file in files::all(count)? {
        let teacher = teacher.clone();
        submissions.spawn(async move { teacher.hand_in(file).await });
    }
    Ok(submissions)
}

async fn full(options: &Options, machine: &mut Machine) -> Result<()> {
    let disk = WatchedDisk::new(&machine.folder, &machine.data_dir())?;
    machine.environment.clone_from(&disk.environment);
    let host = machine.start_host().await?;
    let aws = Aws::at(&machine.aws_url).await;
    let teacher = Teacher::sign_in(&machine.api_url, &aws, "teacher").await?;
    let submissions = hand_in(options.documents, &teacher)?;
    tokio::time::sleep(Duration::from_millis(200)).await;

    disk.set_full(true)?;
    let (status, said) = health(&teacher).await?;
    ensure!(
        status == 503 && said["problem"].as_str().is_some_and(|it| it.contains("full")),
        "healthz: {status} {said}"
    );
    let announcement = json!({ "file_name": "one-more.md", "size": 10 });
    let refused = teacher.ask(Method::POST, "/api/uploads", Some(&announcement)).await?;
    let (status, text) = (refused.status(), refused.text().await?);
    let problem: Value = serde_json::from_str(&text).unwrap_or_default();
    ensure!(
        status.is_server_error() && problem["code"].is_string(),
        "an upload is announced: {status} {text}"
    );
    let put =
        aws.put("inbox/school-1/one-more.md", b"# One more").await.err().map(|error| format!("{error:?}"));
    ensure!(
        put.as_ref().is_some_and(|put| put.contains("SlowDown") && put.contains("full")),
        "an object is put: {put:?}"
    );
    tokio::time::sleep(FULL_TIME).await;
    println!(
        "full: healthz says {:?}; an upload is answered {status} {}; PutObject 503 SlowDown",
        said["problem"], problem["code"]
    );

    disk.set_full(false)?;
    let (status, said) = health(&teacher).await?;
    ensure!(status == 200, "healthz, once there is room: {status} {said}");
    ended(machine, submissions).await?;
    host.kill().await?;
    machine.environment.clear();
    let host = machine.start_host().await?;
    host.kill().await
}

async fn health(teacher: &Teacher) -> Result<(u16, Value)> {
    let answer = teacher.ask(Method::GET, "/healthz", None).await?;
    Ok((answer.status().as_u16(), answer.json().await.unwrap_or_default()))
}

async fn ended(
    machine: &Machine,
    mut submissions: JoinSet<Result<Acknowledged>>,
) -> Result<Vec<Acknowledged>> {
    let aws = Aws::at(&machine.aws_url).await;
    let operator = Teacher::sign_in(&machine.api_url, &aws, "operator").await?;
    let mut acknowledged = Vec::new();
    while let Some(submission) = submissions.join_next().await {
        acknowledged.push(submission??);
    }
    let checked = outcome::check(&aws, &operator, &acknowledged, Strangers::None, DRAIN_MAX).await?;
    println!(
        "  {} acknowledged, all ended {:.1} s later; let go on after a failure {}",
        acknowledged.len(),
        checked.drained_in.as_secs_f64(),
        checked.redriven
    );
    Ok(acknowledged)
}

/// One sync fails: the host ends, starts again, and loses power later on.
async fn failing_sync(options: &Options, machine: &mut Machine, synced: &str, seed: u64) -> Result<()> {
    let disk = WatchedDisk::new(&machine.folder, &machine.data_dir())?;
    machine.environment.clone_from(&disk.environment);
    let mut host = machine.start_host().await?;
    let aws = Aws::at(&machine.aws_url).await;
    let teacher = Teacher::sign_in(&machine.api_url, &aws, "teacher").await?;
    let submissions = hand_in(options.documents, &teacher)?;
    tokio::time::sleep(Duration::from_millis(100)).await;
    disk.fail_syncs(1, synced)?;
    let status = timeout(SYNC_MAX, host.ended()).await.context("it goes on")??;
    ensure!(disk.failing_syncs_left()? == 0, "no such sync came");
    ensure!(status.code() == Some(DISK_FAILED), "it ended with {status}");
    let log = fs::read_to_string(machine.folder.join("host.log"))?;
    let told = log.lines().rfind(|line| line.starts_with("lectern: ")).context("it says why")?;
    ensure!(told.contains("disk") && told.contains("start again"), "{told}");
    println!("{synced}: {told}");

    // The kernel has dropped what it could not write and says nothing of it any more.
    let host = machine.start_host().await?;
    let acknowledged = ended(machine, submissions).await?;
    host.kill().await?;
    machine.environment.clear();
    let journal = fs::read(&disk.journal)?;
    machine.folder = machine.folder.join("later");
    fs::create_dir(&machine.folder)?;
    Disk::at(&journal, journal.len())?.leave(&machine.data_dir(), &mut Rng::with_seed(seed))?;
    let host = machine.start_host().await?;
    let operator = Teacher::sign_in(&machine.api_url, &aws, "operator").await?;
    outcome::check(&aws, &operator, &acknowledged, Strangers::None, DRAIN_MAX).await?;
    host.kill().await
}
