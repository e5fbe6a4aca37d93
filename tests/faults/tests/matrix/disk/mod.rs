//! What only a disk can do: 11 and 12. The embedded services on disk, each by itself.

mod services;

use crate::case::{Case, Ends, alone};
use services::Service;
use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};
use tempfile::TempDir;

/// Writes that are acknowledged before power is lost during one more.
const ACKNOWLEDGED: usize = 12;
/// Places between the beginning and the end of the torn write at which it is cut.
const CUTS: usize = 9;
/// How large a file may become on the disk that is full, in the 512 bytes that `ulimit -f` counts in.
const DISK_BLOCKS: usize = 4096;
/// More writes than fit on it.
const WRITES_MAX: usize = 4_000;
/// Writes that are tried on the full disk.
const REFUSALS: usize = 3;
/// The argument by which a process is told to fill a disk.
const FILL: &str = "--fill";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        alone!(11, f11_power_is_lost_in_a_queue, Ends::Kept, ["local/sqs/src/schema.rs synchronous"]),
        alone!(
            11,
            f11_power_is_lost_in_the_object_store,
            Ends::Kept,
            ["local/s3/src/index/schema.rs synchronous"]
        ),
        alone!(11, f11_power_is_lost_in_the_register, Ends::Kept, ["local/dynamodb/src/tables.rs sync_all"]),
        alone!(
            11,
            f11_power_is_lost_in_the_machines,
            Ends::Kept,
            ["local/states/src/store/mod.rs synchronous"]
        ),
        alone!(12, f12_the_disk_is_full_for_a_queue, Ends::Refused, ["local/sqs/src/error.rs StoreError"]),
        alone!(
            12,
            f12_the_disk_is_full_for_the_object_store,
            Ends::Refused,
            ["local/s3/src/error.rs Health"]
        ),
        alone!(
            12,
            f12_the_disk_is_full_for_the_register,
            Ends::Refused,
            ["local/dynamodb/src/tables.rs TablesError"]
        ),
        alone!(
            12,
            f12_the_disk_is_full_for_the_machines,
            Ends::Refused,
            ["local/states/src/error.rs StoreError"]
        ),
    ]
}

fn f11_power_is_lost_in_a_queue() {
    power_is_lost(Service::Queue);
}

fn f11_power_is_lost_in_the_object_store() {
    power_is_lost(Service::Objects);
}

fn f11_power_is_lost_in_the_register() {
    power_is_lost(Service::Register);
}

fn f11_power_is_lost_in_the_machines() {
    power_is_lost(Service::Machines);
}

fn f12_the_disk_is_full_for_a_queue() {
    disk_is_full(Service::Queue);
}

fn f12_the_disk_is_full_for_the_object_store() {
    disk_is_full(Service::Objects);
}

fn f12_the_disk_is_full_for_the_register() {
    disk_is_full(Service::Register);
}

fn f12_the_disk_is_full_for_the_machines() {
    disk_is_full(Service::Machines);
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime starts").block_on(future)
}

/// Loses power in the middle of a write that nobody acknowledged: what it left of its log is cut at many places, and has
/// rubbish at its end. Everything that was acknowledged before is there each time, and whole.
fn power_is_lost(service: Service) {
    let folder = TempDir::new().expect("there is room");
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    block_on(async {
        let live = folder.path().join("live");
        let opened = service.open(&live).await.expect("an empty folder opens");
        for number in 0..ACKNOWLEDGED {
            opened.write(number).await.expect("there is room");
        }
        copy(&live, &before);
        opened.write(ACKNOWLEDGED).await.expect("there is room");
        copy(&live, &after);
    });
    let (log, written) = log(&after);
    let kept = fs::metadata(before.join(&log)).map_or(0, |log| log.len());
    let torn = usize::try_from(written.len() as u64 - kept).unwrap_or_default();
    assert!(torn > 0, "the last write is in the log: {} bytes before, {} after", kept, written.len());
    let kept = written.len() - torn;
    for cut in (0..=CUTS).map(|part| kept + torn * part / CUTS) {
        for rubbish in [0, 1_000] {
            let torn = folder.path().join(format!("torn-{cut}-{rubbish}"));
            copy(&after, &torn);
            let tail = [&written[..cut], &vec![0xA5; rubbish]].concat();
            fs::write(torn.join(&log), tail).expect("there is room");
            let found = block_on(async {
                service.open(&torn).await.expect("what power left opens").read(ACKNOWLEDGED + 1).await
            });
            let acknowledged: BTreeSet<_> = (0..ACKNOWLEDGED).collect();
            assert!(found.is_superset(&acknowledged), "{service:?} cut at {cut}: only {found:?}");
        }
    }
}

/// The one log in a folder, and what is in it.
fn log(folder: &Path) -> (PathBuf, Vec<u8>) {
    let entries =
        fs::read_dir(folder).expect("it is a folder").map(|entry| entry.expect("it can be read").path());
    let mut logs = entries.filter(|path| path.to_string_lossy().ends_with("-wal"));
    let log = logs.next().expect("it has a log");
    assert!(logs.next().is_none(), "and only one");
    let content = fs::read(&log).expect("it can be read");
    (log.file_name().map(PathBuf::from).unwrap_or_default(), content)
}

/// Copies a folder as a disk keeps it: without what lies in memory only.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("there is room");
    for entry in fs::read_dir(from).expect("it is a folder") {
        let path = entry.expect("it can be read").path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target);
        } else if !path.to_string_lossy().ends_with("-shm") {
            fs::copy(&path, &target).expect("there is room");
        }
    }
}

/// Fills a disk until a write is refused: no later one is taken either, and what was acknowledged is there when the disk
/// has room again. A service whose disk failed may refuse to read as well until then.
fn disk_is_full(service: Service) {
    let folder = TempDir::new().expect("there is room");
    let limited = "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"";
    let child = Command::new("sh")
        .args(["-c", limited, "sh", &DISK_BLOCKS.to_string()])
        .arg(std::env::current_exe().expect("this test has a file"))
        .args([FILL, service.name()])
        .arg(folder.path())
        .output()
        .expect("there is a shell");
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}{}", String::from_utf8_lossy(&child.stderr));
    let acknowledged: BTreeSet<usize> =
        said.lines().filter_map(|line| line.strip_prefix("acknowledged ")?.parse().ok()).collect();
    let refusals = said.lines().filter(|line| line.starts_with("refused ")).count();
    assert_eq!(refusals, REFUSALS, "it stops accepting: {said}");
    assert!(!acknowledged.is_empty(), "{said}");
    let last = acknowledged.last().copied().unwrap_or_default();
    let found = block_on(async {
        service.open(folder.path()).await.expect("it opens again").read(last + 1 + REFUSALS).await
    });
    assert_eq!(found, acknowledged, "exactly what was acknowledged is there");
}

/// A process that fills its disk.
pub(crate) struct Fill {
    service: Service,
    folder: PathBuf,
}

impl Fill {
    /// Whether this process is to be one.
    pub(crate) fn asked_for() -> Option<Self> {
        let mut arguments = std::env::args().skip_while(|argument| argument != FILL).skip(1);
        let service = Service::named(&arguments.next()?)?;
        Some(Self { service, folder: arguments.next()?.into() })
    }

    /// Says of each write whether it was acknowledged, and stops after a few that were not.
    pub(crate) fn run(&self) -> ExitCode {
        let mut out = std::io::stdout().lock();
        let mut say = |line: String| writeln!(out, "{line}").expect("the parent listens");
        block_on(async {
            let opened = self.service.open(&self.folder).await.expect("an empty folder opens");
            let mut refused = 0;
            for number in 0..WRITES_MAX {
                match opened.write(number).await {
                    Ok(()) => say(format!("acknowledged {number}")),
                    Err(error) => {
                        refused += 1;
                        say(format!("refused {number}: {error}"));
                    }
                }
                if refused == REFUSALS {
                    break;
                }
            }
        });
        ExitCode::SUCCESS
    }
}
