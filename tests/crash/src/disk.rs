//! The watched disk: the shim, built when it is needed, and what it is told.

use anyhow::{Context as _, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// `struct control` of the shim.
const CONTROL_BYTES: usize = 8 + PART_BYTES;
const PART_BYTES: usize = 256;

/// A host's disk as the suite sees it.
pub(crate) struct WatchedDisk {
    pub(crate) journal: PathBuf,
    control: PathBuf,
    /// What makes a process use it.
    pub(crate) environment: Vec<(String, String)>,
}

impl WatchedDisk {
    /// Builds the shim and lays everything out for a host whose data lies in `data_dir`.
    pub(crate) fn new(folder: &Path, data_dir: &Path) -> Result<Self> {
        let shim = folder.join("disk.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("shim/disk.c");
        let mut compiler = Command::new("cc");
        compiler
            .args(["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"])
            .arg(&shim)
            .arg(source);
        let built = compiler.args(["-ldl", "-lpthread"]).status().context("there is no C compiler")?;
        ensure!(built.success(), "the shim cannot be built");
        let (journal, control) = (folder.join("journal"), folder.join("control"));
        fs::write(&control, [0; CONTROL_BYTES])?;
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let environment = vec![
            ("LD_PRELOAD".to_owned(), text(&shim)),
            ("DISK_ROOT".to_owned(), text(data_dir)),
            ("DISK_JOURNAL".to_owned(), text(&journal)),
            ("DISK_CONTROL".to_owned(), text(&control)),
        ];
        Ok(Self { journal, control, environment })
    }

    /// How far the journal is: what is acknowledged now lies before.
    pub(crate) fn moment(&self) -> Result<usize> {
        Ok(usize::try_from(fs::metadata(&self.journal)?.len())?)
    }

    /// From now on there is room, or none.
    pub(crate) fn set_full(&self, full: bool) -> Result<()> {
        self.tell(0, &i32::from(full).to_ne_bytes())
    }

    /// The next `count` syncs fail of files whose path holds `part`.
    pub(crate) fn fail_syncs(&self, count: i32, part: &str) -> Result<()> {
        let mut text = [0; PART_BYTES];
        text[..part.len()].copy_from_slice(part.as_bytes());
        self.tell(8, &text)?;
        self.tell(4, &count.to_ne_bytes())
    }

    /// How many of them have not failed yet.
    pub(crate) fn failing_syncs_left(&self) -> Result<i32> {
        let control = fs::read(&self.control)?;
        Ok(i32::from_ne_bytes(control[4..8].try_into()?))
    }

    /// Writes in place: the host has the file mapped.
    fn tell(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let file = fs::OpenOptions::new().write(true).open(&self.control)?;
        Ok(std::os::unix::fs::FileExt::write_all_at(&file, bytes, at)?)
    }
}
