//! A program that serves until this suite is done with it.

use anyhow::{Context as _, Result, bail, ensure};
use std::{fs::OpenOptions, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdin, Command},
    sync::watch,
    time::timeout,
};

/// A start of an unoptimised build on a machine that does other things too.
const START_MAX: Duration = Duration::from_mins(2);

/// A running process. It dies when this is dropped, and when the suite dies.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    ready: String,
    /// The guard kills the process once nobody holds the other end of its input.
    _guard: (Child, Option<ChildStdin>),
}

impl Process {
    /// Starts it, its log appended to a file, and waits for the line in which `ready` finds that it serves.
    pub(crate) async fn start(
        mut command: Command,
        log: &Path,
        ready: impl Fn(&str) -> Option<String> + Send + 'static,
    ) -> Result<Self> {
        let written = OpenOptions::new().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(written).kill_on_drop(true);
        let mut child = command.process_group(0).spawn().with_context(|| format!("{command:?}"))?;
        let guard = guard(child.id().context("it ended at once")?)?;
        let mut lines = BufReader::new(child.stdout.take().context("its output is not there")?).lines();
        let (tell, mut told) = watch::channel(None);
        tokio::spawn(async move {
            // Read to the end: a process that cannot write may stop.
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(said) = ready(&line) {
                    tell.send_replace(Some(said));
                }
            }
        });
        let said = match timeout(START_MAX, told.wait_for(Option::is_some)).await {
            Ok(Ok(said)) => said.clone().unwrap_or_default(),
            Ok(Err(_)) => bail!("it ended before it served; see {}", log.display()),
            Err(_) => bail!("it does not serve in time; see {}", log.display()),
        };
        Ok(Self { child, ready: said, _guard: guard })
    }

    /// What it said when it served.
    pub(crate) fn ready(&self) -> &str {
        &self.ready
    }

    /// SIGKILL: not an instruction more.
    pub(crate) async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Stops it in its tracks until it is told to go on: whoever asks it something waits.
    pub(crate) async fn halt(&self) -> Result<()> {
        self.signal("-STOP").await
    }

    /// Lets a halted process go on.
    pub(crate) async fn go_on(&self) -> Result<()> {
        self.signal("-CONT").await
    }

    async fn signal(&self, signal: &str) -> Result<()> {
        let id = self.child.id().context("it has ended")?.to_string();
        let sent = Command::new("kill").args([signal, &id]).status().await?;
        ensure!(sent.success(), "kill {signal} has failed");
        Ok(())
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
