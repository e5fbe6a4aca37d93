//! Files that hold the bytes of objects, named by chance and never by anything a client sent.

use crate::bounds::BLOB_NAME_TRIES_MAX;
use bytes::Bytes;
use clock::Random;
use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Where they are, beside the database.
pub(crate) const DIRECTORY: &str = "blobs";

/// The name of a blob: 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BlobId(pub(crate) String);

impl BlobId {
    fn draw(random: &dyn Random) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        Self(hex::encode(bytes))
    }
}

/// Where blobs are kept.
#[derive(Debug)]
pub(crate) enum Blobs {
    Directory(PathBuf),
    Memory(Mutex<HashMap<BlobId, Bytes>>),
}

impl Blobs {
    /// Blobs in `directory`, which is created when missing.
    pub(crate) fn in_directory(directory: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        sync_directory(&directory)?;
        Ok(Self::Directory(directory))
    }

    /// Blobs that vanish with the process.
    pub(crate) fn in_memory() -> Self {
        Self::Memory(Mutex::default())
    }

    /// Begins a blob. It vanishes again unless it is kept.
    pub(crate) fn begin(self: &Arc<Self>, random: &dyn Random) -> io::Result<Draft> {
        let mut last = None;
        for _ in 0..BLOB_NAME_TRIES_MAX {
            let id = BlobId::draw(random);
            let target = match &**self {
                Self::Memory(_) => Target::Memory(Vec::new()),
                Self::Directory(directory) => match File::create_new(directory.join(&id.0)) {
                    Ok(file) => Target::File(file),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        last = Some(error);
                        continue;
                    }
                    Err(error) => return Err(error),
                },
            };
            return Ok(Draft { blobs: Arc::clone(self), id, target, fate: Fate::Remove });
        }
        Err(last.unwrap_or_else(|| io::Error::other("no free name for a blob")))
    }

    /// Opens a blob for reading at `offset`.
    pub(crate) fn open(&self, id: &BlobId, offset: u64) -> io::Result<Source> {
        match self {
            Self::Directory(directory) => {
                let mut file = File::open(directory.join(&id.0))?;
                file.seek(SeekFrom::Start(offset))?;
                Ok(Source::File(file))
            }
            Self::Memory(blobs) => {
                let bytes = lock(blobs).get(id).cloned().ok_or(io::ErrorKind::NotFound)?;
                let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                Ok(Source::Memory(bytes.slice(start..)))
            }
        }
    }

    /// Removes a blob that no row names any more. What cannot be removed now is swept when the store opens.
    pub(crate) fn remove(&self, id: &BlobId) {
        match self {
            Self::Directory(directory) => {
                if let Err(error) = fs::remove_file(directory.join(&id.0)) {
                    tracing::warn!(blob = id.0, %error, "a blob without owner stays until the next start");
                }
            }
            Self::Memory(blobs) => {
                lock(blobs).remove(id);
            }
        }
    }

    /// Removes every blob that is not in `named`: written, but never committed. Says how many there were.
    pub(crate) fn sweep(&self, named: &HashSet<String>) -> io::Result<usize> {
        let Self::Directory(directory) = self else { return Ok(0) };
        let mut swept = 0;
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if entry.file_name().to_str().is_none_or(|name| !named.contains(name)) {
                fs::remove_file(entry.path())?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// Whether work on blobs blocks, and so belongs on a thread of its own.
    pub(crate) fn blocking(&self) -> bool {
        matches!(self, Self::Directory(_))
    }
}

/// Makes the entries of a directory durable: without it a synced file may lose its name in a crash.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn lock(blobs: &Mutex<HashMap<BlobId, Bytes>>) -> std::sync::MutexGuard<'_, HashMap<BlobId, Bytes>> {
    blobs.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An open blob.
#[derive(Debug)]
pub(crate) enum Source {
    File(File),
    Memory(Bytes),
}

impl Source {
    /// The next bytes, at most `limit`; fewer only at the end.
    pub(crate) fn read(&mut self, limit: usize) -> io::Result<Bytes> {
        match self {
            Self::File(file) => {
                let mut chunk = Vec::with_capacity(limit);
                file.take(limit as u64).read_to_end(&mut chunk)?;
                Ok(chunk.into())
            }
            Self::Memory(bytes) => Ok(bytes.split_to(limit.min(bytes.len()))),
        }
    }
}

#[derive(Debug)]
enum Target {
    File(File),
    Memory(Vec<u8>),
    Sealed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Remove,
    Keep,
}

/// A blob being written.
#[derive(Debug)]
pub(crate) struct Draft {
    blobs: Arc<Blobs>,
    id: BlobId,
    target: Target,
    fate: Fate,
}

impl Draft {
    pub(crate) fn id(&self) -> &BlobId {
        &self.id
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.target {
            Target::File(file) => file.write_all(bytes),
            Target::Memory(held) => {
                held.extend_from_slice(bytes);
                Ok(())
            }
            Target::Sealed => Err(io::Error::other("a sealed blob takes no more bytes")),
        }
    }

    /// Makes bytes and name durable. Only then may a row name the blob.
    pub(crate) fn seal(&mut self) -> io::Result<()> {
        match (std::mem::replace(&mut self.target, Target::Sealed), &*self.blobs) {
            (Target::File(file), Blobs::Directory(directory)) => {
                file.sync_all()?;
                sync_directory(directory)
            }
            (Target::Memory(held), Blobs::Memory(blobs)) => {
                lock(blobs).insert(self.id.clone(), held.into());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A row names the blob now, or may: leave it where it is.
    pub(crate) fn keep(mut self) {
        self.fate = Fate::Keep;
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.fate == Fate::Remove {
            self.blobs.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::SeededRandom;

    #[test]
    fn a_dropped_draft_leaves_no_file_and_a_kept_one_stays_until_swept() {
        let directory = tempfile::tempdir().unwrap();
        let blobs = Arc::new(Blobs::in_directory(directory.path().join("blobs")).unwrap());
        let random = SeededRandom::new(1);
        let count = || fs::read_dir(directory.path().join("blobs")).unwrap().count();

        let mut dropped = blobs.begin(&random).unwrap();
        dropped.write(b"half").unwrap();
        assert_eq!(count(), 1);
        drop(dropped);
        assert_eq!(count(), 0);

        let mut kept = blobs.begin(&random).unwrap();
        kept.write(b"whole").unwrap();
        kept.seal().unwrap();
        let id = kept.id().clone();
        kept.keep();
        assert_eq!(blobs.open(&id, 1).unwrap().read(100).unwrap(), "hole");
        assert_eq!(blobs.sweep(&HashSet::from([id.0.clone()])).unwrap(), 0);
        assert_eq!(blobs.sweep(&HashSet::new()).unwrap(), 1);
        assert_eq!(blobs.open(&id, 0).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_name_that_is_taken_is_drawn_again() {
        let directory = tempfile::tempdir().unwrap();
        let blobs = Arc::new(Blobs::in_directory(directory.path().to_owned()).unwrap());
        let first = blobs.begin(&SeededRandom::new(7)).unwrap();
        let second = blobs.begin(&SeededRandom::new(7)).unwrap();
        assert_ne!(first.id(), second.id());
    }
}
