//! What every scenario stands on: processes, clients, waiting.

mod api;
mod aws;
mod host;
mod logs;
mod machine;
mod process;
mod processor;
mod referee;
mod rights;
mod shared;
mod wait;

pub(crate) use api::{Answer, Api};
pub(crate) use aws::{Aws, NORMALIZED, RESULTS, UPLOADS, states_entered, states_named};
pub(crate) use host::Host;
pub(crate) use machine::Machine;
pub(crate) use process::{Process, lectern};
pub(crate) use processor::{Processor, Script};
pub(crate) use referee::{appoint, referee};
pub(crate) use shared::{NARROW_BYTES_MAX, Stage, calm, calm_machine, end, narrow, stage};
pub(crate) use wait::{eventually, run_to_end};

use std::{
    path::{Path, PathBuf},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio::runtime::Runtime;

/// One runtime for all scenarios, so that the clients of shared hosts can be shared too.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
/// Where everything of one run lies, logs included; kept if a scenario fails.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pipeline-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
});

pub(crate) fn block_on<T>(scenario: impl Future<Output = T>) -> T {
    RUNTIME.block_on(Box::pin(scenario))
}

/// A fresh path of this run, for a file or a folder.
pub(crate) fn fresh(name: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    FOLDER.join(format!("{}-{name}", COUNT.fetch_add(1, Ordering::Relaxed)))
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
