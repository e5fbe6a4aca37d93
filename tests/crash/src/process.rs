//! A `lectern` that is started to be killed.

use anyhow::{Context as _, Result, bail};
use std::{
    fs::OpenOptions,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdin, Command},
    sync::watch,
    time::{Instant, timeout},
};

/// A start on a machine that does other things too.
const START_MAX: Duration = Duration::from_mins(1);
/// A host that is told to stop gives what is under way ten seconds.
const STOP_MAX: Duration = Duration::from_secs(30);

/// A running process. It dies when this is dropped, and when the suite dies.
pub(crate) struct Process {
    child: Child,
    started: Instant,
    ready: watch::Receiver<Option<(String, Duration)>>,
    /// The guard kills the process once nobody holds the other end of its input.
    _guard: (Child, Option<ChildStdin>),
}

impl Process {
    /// Starts it, its log appended to a file.
    pub(crate) fn start(mut command: Command, log: &Path) -> Result<Self> {
        let log = OpenOptions::new().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true).process_group(0);
        let started = Instant::now();
        let mut child = command.spawn().context("lectern cannot be started")?;
        let guard = guard(child.id().context("it ended at once")?)?;
        let mut lines = BufReader::new(child.stdout.take().context("its output is not there")?).lines();
        let (said, ready) = watch::channel(None);
        tokio::spawn(async move {
            // Read to the end: a process that cannot write may stop.
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(addresses) = line.strip_prefix("ready ") {
                    said.send_replace(Some((addresses.to_owned(), started.elapsed())));
                }
            }
        });
        Ok(Self { child, started, ready, _guard: guard })
    }

    /// Waits until it serves; what it said after `ready`.
    pub(crate) async fn ready(&mut self) -> Result<String> {
        let ready = timeout(START_MAX, self.ready.wait_for(Option::is_some)).await;
        match ready.context("it does not serve in time")? {
            Ok(said) => Ok(said.as_ref().map(|(addresses, _)| addresses.clone()).unwrap_or_default()),
            Err(_) => bail!("it ended before it served"),
        }
    }

    /// How long it took until it served, if it has.
    pub(crate) fn ready_after(&self) -> Option<Duration> {
        self.ready.borrow().as_ref().map(|(_, after)| *after)
    }

    /// How long it has been running.
    pub(crate) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// SIGKILL: not an instruction more.
    pub(crate) async fn kill(mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("it ended by itself, with {status}");
        }
        Ok(self.child.kill().await?)
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn terminate(mut self) -> Result<ExitStatus> {
        let id = self.child.id().context("it ended by itself")?.to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await?;
        anyhow::ensure!(asked.success(), "it cannot be asked to stop");
        self.ended().await
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(&mut self) -> Result<ExitStatus> {
        Ok(timeout(STOP_MAX, self.child.wait()).await.context("it does not end")??)
    }
}

fn guard(id: u32) -> Result<(Child, Option<ChildStdin>)> {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("read -r line || kill -9 {id}")]).process_group(0).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut guard = command.spawn()?;
    let input = guard.stdin.take();
    Ok((guard, input))
}
