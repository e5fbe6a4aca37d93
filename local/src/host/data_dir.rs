use super::HostError;
use clock::Random;
use serde::{Deserialize, Serialize};
use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io::{Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The layout of the data directory. It changes only with a migration.
const FORMAT: u32 = 1;
/// The file that remembers the reference processor's port.
const PROCESSOR_PORT: &str = "processor-port";

/// The folder that holds everything this host knows. Locked against a second host for as long as it lives.
#[derive(Debug)]
pub(super) struct DataDir {
    path: PathBuf,
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
        // What teachers hand in is nobody else's on this machine.
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock"));
        let lock = lock.map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HostError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let directory = Self { path: path.to_owned(), _lock: lock };
        directory.check_format()?;
        Ok(directory)
    }

    /// A file or folder in it.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn check_format(&self) -> Result<(), HostError> {
        let path = self.join("format");
        let failed = |source| HostError::DataDir { path: path.clone(), source };
        match std::fs::read_to_string(&path) {
            Ok(found) if found.trim() == FORMAT.to_string() => Ok(()),
            Ok(found) => Err(HostError::OtherFormat {
                path: self.path.clone(),
                found: found.trim().chars().take(32).collect(),
                expected: FORMAT,
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.keep("format", format!("{FORMAT}\n").as_bytes()).map_err(failed)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The secrets of this machine, invented at the first start.
    pub(super) fn secrets(&self, random: &dyn Random) -> Result<Secrets, HostError> {
        let path = self.join("secrets.json");
        let failed = |source| HostError::DataDir { path: path.clone(), source };
        let mut text = String::new();
        match File::open(&path).and_then(|mut file| file.read_to_string(&mut text)) {
            Ok(_) => serde_json::from_str(&text).map_err(|error| failed(error.into())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                use base64::{Engine as _, prelude::BASE64_STANDARD};
                let mut bytes = [0; 64];
                random.fill(&mut bytes);
                let (token, secret) = bytes.split_at(32);
                let secrets = Secrets {
                    processor_token: hex::encode(token),
                    callback_secret: format!("whsec_{}", BASE64_STANDARD.encode(secret)),
                };
                let text = serde_json::to_vec_pretty(&secrets).map_err(|error| failed(error.into()))?;
                self.keep("secrets.json", &text).map_err(failed)?;
                Ok(secrets)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The port that the reference processor had last; 0 before the first start.
    pub(super) fn processor_port(&self) -> u16 {
        let kept = std::fs::read_to_string(self.join(PROCESSOR_PORT));
        kept.ok().and_then(|port| port.trim().parse().ok()).unwrap_or(0)
    }

    /// Remembers the reference processor's port.
    pub(super) fn keep_processor_port(&self, port: u16) -> Result<(), HostError> {
        let failed = |source| HostError::DataDir { path: self.join(PROCESSOR_PORT), source };
        self.keep(PROCESSOR_PORT, port.to_string().as_bytes()).map_err(failed)
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
    fn secrets_are_invented_once() {
        let folder = tempfile::tempdir().unwrap();
        let directory = DataDir::open(folder.path()).unwrap();
        let secrets = directory.secrets(&SeededRandom::new(1)).unwrap();
        let again = directory.secrets(&SeededRandom::new(2)).unwrap();
        assert_eq!(secrets.callback_secret, again.callback_secret);
        assert!(secrets.callback_secret.starts_with("whsec_"));
    }
}
