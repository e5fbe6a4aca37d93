use super::run_to_end;
use std::{
    ffi::OsStr,
    fs::{self, OpenOptions},
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdout, Command},
    sync::Mutex,
};

/// A start in an unoptimised build, beside eleven others.
const START_MAX: Duration = Duration::from_mins(1);
/// The host gives what is under way ten seconds.
const STOP_MAX: Duration = Duration::from_secs(30);

/// The command under test, with nothing from this environment that would change what it does.
pub(crate) fn lectern<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(arguments: I) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lectern"));
    for name in
        ["LECTERN_TOKEN", "LECTERN_PROCESSOR_TOKEN", "LECTERN_PROCESSOR_SECRET", "LECTERN_CALLBACK_SECRETS"]
    {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// A `lectern` that serves until it is told to stop. It dies with this process, whatever happens.
pub(crate) struct Process {
    /// The line with which it said that it serves.
    pub(crate) ready: String,
    running: Mutex<Option<Running>>,
}

struct Running {
    child: Child,
    guard: Child,
    /// Kept open: a process that cannot write there may stop.
    _stdout: BufReader<ChildStdout>,
}

impl Process {
    /// Starts it and waits until it serves; its log goes to a file of this run.
    pub(crate) async fn start(name: &str, arguments: &[String]) -> Self {
        let log = super::fresh(&format!("{name}.log"));
        let file = OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut command = lectern(arguments);
        command.env("LECTERN_LOG", super::logs::FILTER);
        // Signals to this process's group are not for it.
        command.process_group(0).stdout(Stdio::piped()).stderr(file);
        let mut child = command.spawn().unwrap();
        let guard = guard(child.id().unwrap());
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut ready = String::new();
        let line = tokio::time::timeout(START_MAX, stdout.read_line(&mut ready)).await;
        let serves = matches!(line, Ok(Ok(1..))) && ready.starts_with("ready ");
        assert!(serves, "{name} does not serve: {ready:?} {}", read(&log));
        Self {
            ready: ready.trim_end().to_owned(),
            running: Mutex::new(Some(Running { child, guard, _stdout: stdout })),
        }
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn terminate(&self) -> ExitStatus {
        let mut running = self.running.lock().await.take().expect("it runs");
        let id = running.child.id().expect("nobody waited for it yet").to_string();
        assert!(run_to_end(Command::new("kill").args(["-TERM", &id])).await.status.success());
        let ended = tokio::time::timeout(STOP_MAX, running.child.wait()).await;
        running.release().await;
        ended.expect("it stops").unwrap()
    }

    /// Kills it, as a power cut would.
    pub(crate) async fn kill(&self) {
        if let Some(mut running) = self.running.lock().await.take() {
            running.child.kill().await.unwrap();
            running.release().await;
        }
    }
}

impl Running {
    async fn release(&mut self) {
        let mut told = self.guard.stdin.take().unwrap();
        told.write_all(b"\n").await.unwrap();
        drop(told);
        self.guard.wait().await.unwrap();
    }
}

/// Kills the process when this one is gone: it holds the other end of the guard's input.
fn guard(id: u32) -> Child {
    let watch = format!("read -r line || kill -9 {id}");
    let mut command = Command::new("sh");
    command.args(["-c", &watch]).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn read(log: &PathBuf) -> String {
    fs::read_to_string(log).unwrap_or_default()
}
