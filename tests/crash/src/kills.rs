//! The host is killed at random moments, its start included, while documents are under way; then it is let alone.

use crate::{
    aws::Aws,
    files,
    machine::Machine,
    outcome,
    submission::{Acknowledged, Teacher},
    watch::Memory,
};
use anyhow::{Context as _, Result, ensure};
use fastrand::Rng;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, task::JoinSet, time::Instant};

/// A host lives at most this often as long as its first start took: about one life in four ends before it serves.
const LIVES_IN_STARTS: u32 = 4;
/// And no longer than this, so that a run on a busy machine ends.
const LIFE_MAX: Duration = Duration::from_secs(3);
/// Once nobody kills it any more, everything has drained within this time.
const DRAIN_MAX: Duration = Duration::from_mins(3);

/// How a run goes.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// How often the host is killed.
    #[arg(long, default_value_t = 200)]
    kills: u32,
    /// How many files are handed in meanwhile.
    #[arg(long, default_value_t = 100)]
    documents: usize,
    /// Seconds by which the processor calls back late, so that documents are under way for as long.
    #[arg(long, default_value_t = 10)]
    delay: u64,
}

/// What the hosts of a run lived through.
#[derive(Debug, Default)]
struct Lives {
    before_ready: u32,
    to_ready: Vec<Duration>,
    under_way: Arc<AtomicUsize>,
    /// How many documents were under way, summed over the kills.
    met: usize,
}

pub(crate) async fn run(options: &Options, mut machine: Machine, seed: u64) -> Result<()> {
    let begun = Instant::now();
    let mut rng = Rng::with_seed(seed);
    let processor = machine.start_processor(seed, options.delay).await?;
    let host = machine.start_host().await?;
    let aws = Aws::at(&machine.aws_url).await;
    let teacher = Teacher::sign_in(&machine.api_url, &aws, "teacher").await?;
    let operator = Teacher::sign_in(&machine.api_url, &aws, "operator").await?;

    let (killed, kills) = watch::channel(0);
    let mut submissions = submit(options, &teacher, &kills)?;
    let mut memory = Memory::default();
    let mut lives = Lives { under_way: Arc::clone(&memory.under_way), ..Lives::default() };
    let killing = kill_again_and_again(options.kills, host, &machine, &killed, &mut rng, &mut lives);
    tokio::select! {
        watched = memory.watch(&aws) => watched.and(Err(anyhow::anyhow!("the watch ended")))?,
        killing = killing => killing?,
    }
    println!("killed {} times, {} of them before it served", options.kills, lives.before_ready);
    println!(
        "documents under way at a kill, on average: {}",
        lives.met / usize::try_from(options.kills)?.max(1)
    );
    println!("time to ready again: {}", spread(&mut lives.to_ready));

    let alone = Instant::now();
    let host = machine.start_host().await?;
    let mut acknowledged: Vec<Acknowledged> = Vec::new();
    while let Some(submission) = submissions.join_next().await {
        acknowledged.push(submission??);
    }
    ensure!(acknowledged.len() == options.documents, "every file is handed in");
    let checked = tokio::select! {
        watched = memory.watch(&aws) => watched.and(Err(anyhow::anyhow!("the watch ended")))?,
        checked = outcome::check(&aws, &operator, &acknowledged, outcome::Strangers::None, DRAIN_MAX) => checked?,
    };
    println!(
        "acknowledged {}: ready {}, rejected with a reason {}; let go on after a failure {}; announcements whose answer was lost {}",
        acknowledged.len(),
        checked.ready,
        checked.rejected,
        checked.redriven,
        checked.abandoned
    );
    println!(
        "drained {:.1} s after the last start; the register was looked at {} times",
        alone.elapsed().as_secs_f64(),
        memory.looks
    );

    let before = aws.register().await?;
    ensure!(host.terminate().await?.success(), "it stops");
    let host = machine.start_host().await?;
    let after = aws.register().await?;
    ensure!(before.len() == after.len(), "a quiet restart changes nothing");
    memory.look(&after)?;
    host.kill().await?;
    processor.kill().await?;
    println!("every acknowledged upload ended exactly once ({:.0} s)", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Hands files in, spread over the kills.
fn submit(
    options: &Options,
    teacher: &Teacher,
    kills: &watch::Receiver<u32>,
) -> Result<JoinSet<Result<Acknowledged>>> {
    let mut submissions = JoinSet::new();
    let teacher = Arc::new(teacher.clone());
    for (number, file) in files::all(options.documents)?.into_iter().enumerate() {
        let (teacher, mut kills) = (Arc::clone(&teacher), kills.clone());
        // The second half of the kills meets documents under way and nobody who hands in.
        let turn = u32::try_from(number)? * options.kills / u32::try_from(options.documents)? / 2;
        submissions.spawn(async move {
            kills.wait_for(|kills| *kills >= turn).await.context("the run ended")?;
            teacher.hand_in(file).await
        });
    }
    Ok(submissions)
}

async fn kill_again_and_again(
    kills: u32,
    mut host: crate::process::Process,
    machine: &Machine,
    killed: &watch::Sender<u32>,
    rng: &mut Rng,
    lives: &mut Lives,
) -> Result<()> {
    let life_max = (host.ready_after().unwrap_or_default() * LIVES_IN_STARTS).min(LIFE_MAX);
    for kill in 1..=kills {
        let life = life_max.mul_f64(rng.f64());
        tokio::time::sleep(life.saturating_sub(host.age())).await;
        match host.ready_after() {
            Some(after) => lives.to_ready.push(after),
            None => lives.before_ready += 1,
        }
        lives.met += lives.under_way.load(Ordering::Relaxed);
        host.kill().await.with_context(|| format!("before kill {kill}"))?;
        killed.send_replace(kill);
        if kill == kills {
            break;
        }
        host = machine.launch_host()?;
    }
    Ok(())
}

/// Median, 95th percentile and greatest, in milliseconds.
fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index into a list that is short"
        )]
        let index = (share * (times.len().saturating_sub(1)) as f64) as usize;
        times.get(index).copied().unwrap_or_default().as_millis()
    };
    format!(
        "median {} ms, 95 % within {} ms, at most {} ms ({} starts)",
        at(0.5),
        at(0.95),
        at(1.0),
        times.len()
    )
}
