use anyhow::{Context as _, bail};
use std::{fs::File, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdout, Command},
};

/// How long a process may take until it serves.
const START_MAX: Duration = Duration::from_mins(1);
/// How long a process may take to stop.
const STOP_MAX: Duration = Duration::from_secs(30);

/// A process that serves until it is stopped. It dies with this one.
#[derive(Debug)]
pub(crate) struct Serving {
    /// What it said when it served, after `ready `.
    pub(crate) place: String,
    child: Child,
    /// Kept open: a process that cannot write there may stop.
    _stdout: BufReader<ChildStdout>,
}

impl Serving {
    /// Starts it, its log in a file, and waits for its line `ready …`.
    pub(crate) async fn start(mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let file = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{command:?} cannot be started"))?;
        let mut stdout = BufReader::new(child.stdout.take().context("its output was not taken yet")?);
        let mut line = String::new();
        let read = tokio::time::timeout(START_MAX, stdout.read_line(&mut line)).await;
        match line.trim_end().strip_prefix("ready ") {
            Some(place) if matches!(read, Ok(Ok(_))) => {
                Ok(Self { place: place.to_owned(), child, _stdout: stdout })
            }
            _ => bail!("{command:?} does not serve: {}", std::fs::read_to_string(log).unwrap_or_default()),
        }
    }

    /// The process's number.
    pub(crate) fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("the process has ended")
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let id = self.id()?.to_string();
        Command::new("kill").args(["-TERM", &id]).status().await?;
        let ended = tokio::time::timeout(STOP_MAX, self.child.wait()).await;
        ended.context("it does not stop")?.map(drop).map_err(Into::into)
    }
}
