use super::record::{Record, Stored};
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Why the data directory cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another processor works in it.
    #[error("another processor uses {0}")]
    Locked(PathBuf),
    /// The disk says no.
    #[error("{path} cannot be used: {source}")]
    Io { path: PathBuf, source: io::Error },
}

/// Jobs on disk, one folder each:
///
/// ```text
/// <data-dir>/jobs/<SHA-256 of the reference>/job.json   the record, replaced as a whole
///                                            input      the file as it came
///                                            results/   the files to return
/// <data-dir>/incoming/<name>/                being received; emptied at start
/// <data-dir>/forgotten/<name>/               being removed; emptied at start
/// ```
#[derive(Debug)]
pub(crate) struct Store {
    root: PathBuf,
    /// Held as long as the store is used.
    _lock: File,
}

impl Store {
    pub(crate) fn open(root: &Path) -> Result<Self, StoreError> {
        let fail = |source| StoreError::Io { path: root.to_owned(), source };
        fs::create_dir_all(root.join("jobs")).map_err(fail)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(root.join("lock"))
            .map_err(fail)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked(root.to_owned())),
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
        for passing in ["incoming", "forgotten"] {
            match fs::remove_dir_all(root.join(passing)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fail(error)),
                _ => fs::create_dir(root.join(passing)).map_err(fail)?,
            }
        }
        sync_folder(root).map_err(fail)?;
        Ok(Self { root: root.to_owned(), _lock: lock })
    }

    /// Every job on disk. A folder whose record cannot be read is left alone and named in the log.
    pub(crate) fn records(&self) -> io::Result<Vec<Record>> {
        let mut records = Vec::new();
        for entry in fs::read_dir(self.root.join("jobs"))? {
            let path = entry?.path().join("job.json");
            let read = fs::read(&path).and_then(|bytes| Ok(serde_json::from_slice::<Record>(&bytes)?));
            match read {
                Ok(record) => records.push(record),
                Err(error) => tracing::error!(path = %path.display(), %error, "a job cannot be read"),
            }
        }
        records.sort_by_key(|record| record.accepted_at);
        Ok(records)
    }

    /// A folder for something that is about to arrive.
    pub(crate) fn incoming(&self, name: &str) -> io::Result<Incoming> {
        let folder = self.root.join("incoming").join(name);
        fs::create_dir(&folder)?;
        Ok(Incoming { folder: Some(folder) })
    }

    /// Makes what arrived a job: after this it survives a crash.
    pub(crate) fn admit(&self, mut incoming: Incoming, record: &Record) -> io::Result<()> {
        let Some(from) = incoming.folder.take() else { return Err(io::ErrorKind::NotFound.into()) };
        let folder = self.folder(&record.submission.reference);
        let admitted = write_record(&from, record)
            .and_then(|()| fs::rename(&from, &folder))
            .and_then(|()| sync_folder(&self.root.join("jobs")));
        if admitted.is_err() {
            incoming.folder = Some(from);
        }
        admitted
    }

    /// Replaces a job's record. A job that was forgotten meanwhile has no folder any more, and this fails.
    pub(crate) fn write(&self, record: &Record) -> io::Result<()> {
        write_record(&self.folder(&record.submission.reference), record)
    }

    /// Writes one result, whole and synced, or not at all.
    pub(crate) fn write_result(
        &self,
        reference: &str,
        role: &str,
        name: &str,
        media_type: &str,
        content: &[u8],
    ) -> io::Result<Stored> {
        let folder = self.folder(reference).join("results");
        if !folder.exists() {
            fs::create_dir(&folder)?;
        }
        write_whole(&folder, name, content)?;
        Ok(Stored {
            role: role.to_owned(),
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            size: content.len() as u64,
            sha256: hex::encode(Sha256::digest(content)),
        })
    }

    /// The file as it came.
    pub(crate) fn input(&self, reference: &str) -> PathBuf {
        self.folder(reference).join("input")
    }

    /// One of the files to return; `name` must be one that the record holds.
    pub(crate) fn result(&self, reference: &str, name: &str) -> PathBuf {
        self.folder(reference).join("results").join(name)
    }

    /// Removes a job: at once out of the way, then piece by piece.
    pub(crate) fn forget(&self, record: &Record) -> io::Result<()> {
        let aside = self.root.join("forgotten").join(&record.job_id);
        match fs::rename(self.folder(&record.submission.reference), &aside) {
            // Somebody was faster, or the last try got this far.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            moved => moved?,
        }
        sync_folder(&self.root.join("jobs"))?;
        match fs::remove_dir_all(aside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// A reference is a stranger's text, never a path.
    fn folder(&self, reference: &str) -> PathBuf {
        self.root.join("jobs").join(hex::encode(Sha256::digest(reference.as_bytes())))
    }
}

/// Something that is arriving; gone unless it is admitted.
#[derive(Debug)]
pub(crate) struct Incoming {
    folder: Option<PathBuf>,
}

impl Incoming {
    /// Where the file is written.
    pub(crate) fn input(&self) -> PathBuf {
        self.folder.as_deref().unwrap_or_else(|| Path::new("")).join("input")
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take()
            && let Err(error) = fs::remove_dir_all(&folder)
        {
            tracing::warn!(folder = %folder.display(), %error, "what did not become a job could not be removed");
        }
    }
}

fn write_record(folder: &Path, record: &Record) -> io::Result<()> {
    write_whole(folder, "job.json", &serde_json::to_vec_pretty(record)?)
}

/// A file that is there is there whole: written beside, synced, renamed.
fn write_whole(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let beside = folder.join(format!("{name}.new"));
    let mut file = File::create(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(beside, folder.join(name))?;
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
