//! Loss of power, at any moment of a run: what was not synced is gone, or torn, and everything acknowledged must still end.

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
use std::{fs, sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::Instant};

/// After a loss of power everything has drained within this time.
const DRAIN_MAX: Duration = Duration::from_mins(2);
/// Between two files, so that losses find each of them at another point.
const PAUSE: Duration = Duration::from_millis(20);

/// How a run goes.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// How many losses of power are tried, each at a moment of its own.
    #[arg(long, default_value_t = 30)]
    losses: u32,
    /// How many files are handed in.
    #[arg(long, default_value_t = 40)]
    documents: usize,
}

pub(crate) async fn run(options: &Options, mut machine: Machine, seed: u64) -> Result<()> {
    let begun = Instant::now();
    let processor = machine.start_processor(seed, 0).await?;
    let disk = Arc::new(WatchedDisk::new(&machine.folder, &machine.data_dir())?);
    machine.environment.clone_from(&disk.environment);
    let host = machine.start_host().await?;
    let acknowledged = hand_in(options.documents, &machine, &disk).await?;
    let end = disk.moment()?;
    host.kill().await?;
    machine.environment.clear();

    let journal = fs::read(&disk.journal)?;
    println!("{} uploads acknowledged; {} MB written down", acknowledged.len(), journal.len() / 1_000_000);
    let first = acknowledged.iter().map(|(moment, _)| *moment).min().context("something was acknowledged")?;
    let home = machine.folder.clone();
    let mut rng = Rng::with_seed(seed);
    let mut kept = 0;
    for loss in 1..=options.losses {
        let moment = rng.usize(first..=end);
        let known: Vec<_> =
            acknowledged.iter().filter(|(at, _)| *at <= moment).map(|(_, upload)| upload.clone()).collect();
        let folder = home.join(format!("loss-{loss}"));
        fs::create_dir(&folder)?;
        machine.folder.clone_from(&folder);
        Disk::at(&journal, moment)?.leave(&machine.data_dir(), &mut rng)?;
        let ready = after_loss(&mut machine, &known)
            .await
            .with_context(|| format!("loss {loss}, at {moment} of {end}, {} acknowledged", known.len()))?;
        kept += known.len();
        println!(
            "loss {loss} at {moment}: {} acknowledged, all ended; served again after {} ms",
            known.len(),
            ready.as_millis()
        );
        fs::remove_dir_all(folder)?;
    }
    processor.kill().await?;
    println!(
        "{} losses of power, {kept} acknowledged uploads met them, none was lost ({:.0} s)",
        options.losses,
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Hands everything in; each upload with the moment at which it was acknowledged.
async fn hand_in(
    count: usize,
    machine: &Machine,
    disk: &Arc<WatchedDisk>,
) -> Result<Vec<(usize, Acknowledged)>> {
    let aws = Aws::at(&machine.aws_url).await;
    let teacher = Teacher::sign_in(&machine.api_url, &aws, "teacher").await?;
    let mut submissions = JoinSet::new();
    for file in files::all(count)? {
        let (teacher, disk) = (teacher.clone(), Arc::clone(disk));
        submissions.spawn(async move {
            let acknowledged = teacher.hand_in(file).await?;
            Ok::<_, anyhow::Error>((disk.moment()?, acknowledged))
        });
        tokio::time::sleep(PAUSE).await;
    }
    let mut acknowledged = Vec::new();
    while let Some(submission) = submissions.join_next().await {
        acknowledged.push(submission??);
    }
    let operator = Teacher::sign_in(&machine.api_url, &aws, "operator").await?;
    let uploads: Vec<_> = acknowledged.iter().map(|(_, upload)| upload.clone()).collect();
    outcome::check(&aws, &operator, &uploads, Strangers::None, DRAIN_MAX).await?;
    Ok(acknowledged)
}

/// Starts on what was left, and checks every promise.
async fn after_loss(machine: &mut Machine, known: &[Acknowledged]) -> Result<Duration> {
    let host = machine.start_host().await?;
    let ready = host.ready_after().unwrap_or_default();
    let aws = Aws::at(&machine.aws_url).await;
    let operator = Teacher::sign_in(&machine.api_url, &aws, "operator").await?;
    // Others were under way when the power went.
    outcome::check(&aws, &operator, known, Strangers::Any, DRAIN_MAX).await?;
    host.kill().await?;
    ensure!(ready > Duration::ZERO, "it served");
    Ok(ready)
}
