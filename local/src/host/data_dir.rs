use super::HostError;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use clock::Random;
use serde::{Deserialize, Serialize};
use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The layout of the data directory. It changes only with a migration.
const FORMAT: u32 = 1;
/// The file that says so; written last, when everything else is there.
const FORMAT_FILE: &str = "format";
/// The file that one host locks.
const LOCK: &str = "lock";
/// What a disk that is mounted here may bring along.
const MOUNTED: &str = "lost+found";
/// The file with this machine's secrets.
const SECRETS: &str = "secrets.json";
/// The file that remembers the reference processor's port.
const PROCESSOR_PORT: &str = "processor-port";

/// The folder that holds everything this host knows. Locked against a second host for as long as it lives.
#[derive(Debug)]
pub(super) struct DataDir {
    path: PathBuf,
    complete: bool,
    _lock: File,
}

/// What one machine invents for itself at its first start and keeps.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Secrets {
    /// What the processor asks for.
    pub(super) processor_token: String,
    /// What the processor signs its callbacks with (`whsec_…`).
    pub(super) callback_secret: String,
}

impl DataDir {
    /// Locks the folder and checks who wrote it, before anything in it is opened.
    pub(super) fn open(path: &Path) -> Result<Self, HostError> {
        let failed = |source| HostError::DataDir { path: path.to_owned(), source };
        make(path).map_err(failed)?;
        let complete = is_complete(path)?;
        let lock = path.join(LOCK);
        if !complete
            && !lock.exists()
            && let Some(found) = foreign(path).map_err(failed)?
        {
            return Err(HostError::Foreign { path: path.to_owned(), found });
        }
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(lock).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HostError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        Ok(Self { path: path.to_owned(), complete, _lock: lock })
    }

    /// A file or folder in it.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether a start has got so far that everything must be there. Before, nothing was promised.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Everything is there now: the folder says which version it is of.
    pub(super) fn complete(&self) -> Result<(), HostError> {
        if self.complete {
            return Ok(());
        }
        let failed = |source| HostError::DataDir { path: self.join(FORMAT_FILE), source };
        self.keep(FORMAT_FILE, format!("{FORMAT}\n").as_bytes()).map_err(failed)
    }

    /// Reads the small files that a start depends on, as far as they are there.
    pub(super) fn check_small_files(&self) -> Result<(), HostError> {
        self.kept_secrets()?;
        self.processor_port().map(drop)
    }

    /// The secrets of this machine, invented at the first start.
    pub(super) fn secrets(&self, random: &dyn Random) -> Result<Secrets, HostError> {
        if let Some(secrets) = self.kept_secrets()? {
            return Ok(secrets);
        }
        let failed = |source| HostError::DataDir { path: self.join(SECRETS), source };
        let mut bytes = [0; 64];
        random.fill(&mut bytes);
        let (token, secret) = bytes.split_at(32);
        let secrets = Secrets {
            processor_token: hex::encode(token),
            callback_secret: format!("whsec_{}", BASE64_STANDARD.encode(secret)),
        };
        let text = serde_json::to_vec_pretty(&secrets).map_err(|error| failed(error.into()))?;
        self.keep(SECRETS, &text).map_err(failed)?;
        Ok(secrets)
    }

    fn kept_secrets(&self) -> Result<Option<Secrets>, HostError> {
        self.small_file(SECRETS, |text| serde_json::from_str(text).map_err(|error| error.to_string()))
    }

    /// The port that the reference processor had last; 0 before the first start.
    pub(super) fn processor_port(&self) -> Result<u16, HostError> {
        let port = self.small_file(PROCESSOR_PORT, |text| {
            text.trim().parse().map_err(|_| "it does not hold a port".to_owned())
        })?;
        Ok(port.unwrap_or(0))
    }

    /// Remembers the reference processor's port.
    pub(super) fn keep_processor_port(&self, port: u16) -> Result<(), HostError> {
        let failed = |source| HostError::DataDir { path: self.join(PROCESSOR_PORT), source };
        self.keep(PROCESSOR_PORT, port.to_string().as_bytes()).map_err(failed)
    }

    /// What a small file says, if it is there.
    fn small_file<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, HostError> {
        let path = self.join(name);
        let problem = match std::fs::read_to_string(&path) {
            Ok(text) => match read(&text) {
                Ok(value) => return Ok(Some(value)),
                Err(problem) => problem,
            },
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => error.to_string(),
        };
        Err(HostError::Unreadable { path, problem })
    }

    /// Writes a small file whole: beside, synced, renamed, and the folder synced too.
    fn keep(&self, name: &str, content: &[u8]) -> std::io::Result<()> {
        let beside = self.join(&format!("{name}.new"));
        let mut file =
            OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&beside, self.join(name))?;
        File::open(&self.path)?.sync_all()
    }
}

/// Makes the folder if it is not there, its name durable too.
fn make(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    // What teachers hand in is nobody else's on this machine.
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

/// The first thing in a folder without a lock that Lectern did not put there.
fn foreign(path: &Path) -> std::io::Result<Option<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.retain(|name| name != MOUNTED);
    names.sort();
    Ok(names.into_iter().next())
}

/// Whether the folder says that it is of this version. One that says nothing is new, or its first start was cut off.
fn is_complete(folder: &Path) -> Result<bool, HostError> {
    let path = folder.join(FORMAT_FILE);
    match std::fs::read_to_string(&path) {
        Ok(found) if found.trim() == FORMAT.to_string() => Ok(true),
        Ok(found) => Err(HostError::OtherFormat {
            path: folder.to_owned(),
            found: found.trim().chars().take(32).collect(),
            expected: FORMAT,
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(source) => Err(HostError::DataDir { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::SeededRandom;

    #[test]
    fn a_second_host_is_kept_out() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataDir::open(folder.path()).unwrap();
        assert!(matches!(DataDir::open(folder.path()), Err(HostError::InUse { .. })));
        drop(first);
        DataDir::open(folder.path()).unwrap();
    }

    #[test]
    fn another_format_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("format"), "2\n").unwrap();
        let error = DataDir::open(folder.path()).unwrap_err();
        assert!(matches!(&error, HostError::OtherFormat { found, .. } if found == "2"), "{error}");
        assert_eq!(std::fs::read_to_string(folder.path().join("format")).unwrap(), "2\n");
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("thesis.docx"), "mine").unwrap();
        let error = DataDir::open(folder.path()).unwrap_err();
        assert!(matches!(&error, HostError::Foreign { found, .. } if found == "thesis.docx"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_complete_once_a_start_has_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let directory = DataDir::open(folder.path()).unwrap();
        assert!(!directory.is_complete());
        directory.complete().unwrap();
        drop(directory);
        assert!(DataDir::open(folder.path()).unwrap().is_complete());
    }

    #[test]
    fn secrets_are_invented_once() {
        let folder = tempfile::tempdir().unwrap();
        let directory = DataDir::open(folder.path()).unwrap();
        let secrets = directory.secrets(&SeededRandom::new(1)).unwrap();
        let again = directory.secrets(&SeededRandom::new(2)).unwrap();
        assert_eq!(secrets.callback_secret, again.callback_secret);
        assert!(secrets.callback_secret.starts_with("whsec_"));
    }
}
