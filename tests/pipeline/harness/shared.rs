use super::{FOLDER, Host, Machine, Processor, logs, referee, rights};
use std::{fs, process::ExitCode};
use tokio::sync::OnceCell;

/// The calm host divides times by this: a minute becomes a second, and an hour is still longer than a busy machine
/// keeps a document waiting.
const CALM_SCALE: &str = "60";
/// The stage's host waits an hour for the processor before it asks: half a minute here.
const STAGE_SCALE: u32 = 120;

/// What the narrow host takes at most, in bytes.
pub(crate) const NARROW_BYTES_MAX: usize = 1000;

static CALM: OnceCell<Machine> = OnceCell::const_new();
static NARROW: OnceCell<Machine> = OnceCell::const_new();
static CROSSED: OnceCell<Machine> = OnceCell::const_new();
static STAGE: OnceCell<Stage> = OnceCell::const_new();

/// A host and the processor that it uses, for everything that goes wrong between them.
pub(crate) struct Stage {
    pub(crate) host: &'static Host,
    pub(crate) processor: Processor,
    /// Divides every configured duration.
    pub(crate) scale: u32,
}

impl Stage {
    /// What so many configured seconds are here, in seconds.
    pub(crate) fn seconds(&self, configured: u32) -> u32 {
        configured.div_ceil(self.scale)
    }
}

/// The host on which nothing goes wrong but what is handed in.
pub(crate) async fn calm() -> &'static Host {
    match referee() {
        Some(stage) => stage.host,
        None => calm_machine().await,
    }
}

/// The same, as a process with a folder.
pub(crate) async fn calm_machine() -> &'static Machine {
    CALM.get_or_init(|| Machine::start("calm", &["--time-scale", CALM_SCALE])).await
}

/// A host that takes small files only.
pub(crate) async fn narrow() -> &'static Host {
    let options = ["--time-scale", CALM_SCALE, "--upload-bytes-max", "1000"];
    NARROW.get_or_init(|| async move { Machine::start("narrow", &options).await }).await
}

/// The host whose processor misbehaves as it is told.
pub(crate) async fn stage() -> &'static Stage {
    let start = async || {
        let processor = Processor::start().await;
        let scale = STAGE_SCALE.to_string();
        let options = [&["--time-scale", &scale], &processor.options()[..]].concat();
        let host = CROSSED.get_or_init(|| async move { Machine::start("stage", &options).await }).await;
        Stage { host, processor, scale: STAGE_SCALE }
    };
    match referee() {
        Some(stage) => stage,
        None => STAGE.get_or_init(start).await,
    }
}

/// Ends the shared hosts. What lies in a dead-letter queue by then was lost to everybody; what lies on disk is kept if
/// somebody has to look at it. Only if the run was `whole` do the roles have to be as narrow as what was done.
pub(crate) async fn end(passed: bool, whole: bool) -> ExitCode {
    let mut dead = 0;
    for machine in [CALM.get(), NARROW.get(), CROSSED.get()].into_iter().flatten() {
        dead += machine.aws().await.dead_letters().await;
        rights::collect(&machine.aws_url).await;
        machine.kill().await;
    }
    if let Some(stage) = referee() {
        dead += stage.host.aws().await.dead_letters().await;
    }
    if let Some(stage) = STAGE.get() {
        stage.processor.kill().await;
    }
    if dead > 0 {
        eprintln!("{dead} messages are left in dead-letter queues");
    }
    // A referee looks after its roles itself, and logs elsewhere.
    let ours = passed && referee().is_none();
    let problems = if ours { [rights::problems(whole), logs::problems()].concat() } else { Vec::new() };
    for problem in &problems {
        eprintln!("{problem}");
    }
    if passed && dead == 0 && problems.is_empty() {
        fs::remove_dir_all(&*FOLDER).unwrap();
        return ExitCode::SUCCESS;
    }
    eprintln!("logs and data are kept in {}", FOLDER.display());
    ExitCode::from(101)
}
