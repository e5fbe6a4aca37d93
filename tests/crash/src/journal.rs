//! What a loss of power leaves behind: the journal of a watched disk, played up to a moment.
//!
//! The rule is POSIX's and no kinder (fsync(2)): of a file, what was written before a sync began that succeeded is kept; of
//! a folder, the names that were there before it was synced. Whatever is younger may be there, or not, or in part. A write
//! that a failed sync dropped is gone although later syncs succeed.

use anyhow::{Context as _, Result, ensure};
use fastrand::Rng;
use std::{collections::BTreeMap, fs, path::Path};

/// A disk writes sectors of this many bytes whole or not at all.
const SECTOR_BYTES: usize = 512;
const RECORD_BYTES: usize = 32;

/// The number of a file or folder; names come and go.
type Node = usize;

#[derive(Debug)]
enum Change {
    Write { at: usize, data: Vec<u8> },
    Truncate { length: usize },
}

#[derive(Debug, Default)]
struct File {
    /// Each with the moment at which it was made.
    changes: Vec<(u64, Change)>,
    /// What is older is on the disk.
    synced_to: u64,
    /// Moments between which a sync failed: what was made between them is not on the disk.
    lost: Vec<(u64, u64)>,
}

#[derive(Debug, Default)]
struct Folder {
    names: BTreeMap<String, Node>,
    /// A name was given, or taken away.
    changes: Vec<(u64, String, Option<Node>)>,
    synced_to: u64,
}

#[derive(Debug)]
enum Thing {
    File(File),
    Folder(Folder),
}

/// Everything that happened to the disk up to a moment.
#[derive(Debug)]
pub(crate) struct Disk {
    things: Vec<Thing>,
    /// Which file an inode is now.
    inodes: BTreeMap<u64, Node>,
}

const ROOT: Node = 0;

impl Disk {
    /// Plays the journal up to `moment`, a number of its bytes.
    pub(crate) fn at(journal: &[u8], moment: usize) -> Result<Self> {
        let mut disk = Self { things: vec![Thing::Folder(Folder::default())], inodes: BTreeMap::new() };
        let mut position = 0;
        while let Some(record) = Record::read(journal, position) {
            if position + record.bytes > moment {
                break;
            }
            disk.play(&record, position as u64).with_context(|| format!("at {position} of the journal"))?;
            position += record.bytes;
        }
        Ok(disk)
    }

    fn play(&mut self, record: &Record<'_>, now: u64) -> Result<()> {
        match record.kind {
            1 => {
                let node = self.add(Thing::File(File::default()));
                self.inodes.insert(record.inode, node);
                self.name(record.text, now, Some(node))
            }
            2 => {
                // The root itself is made by whoever starts the host.
                let node = self.add(Thing::Folder(Folder::default()));
                if record.text.is_empty() { Ok(()) } else { self.name(record.text, now, Some(node)) }
            }
            3 => {
                let change = Change::Write { at: usize::try_from(record.at)?, data: record.data.to_vec() };
                self.file(record.inode)?.changes.push((now, change));
                Ok(())
            }
            4 => {
                let change = Change::Truncate { length: usize::try_from(record.at)? };
                self.file(record.inode)?.changes.push((now, change));
                Ok(())
            }
            5 => {
                // A file that was there before the journal began, or whose name is not watched.
                if let Ok(file) = self.file(record.inode) {
                    file.synced_to = file.synced_to.max(record.at);
                }
                Ok(())
            }
            6 => {
                let folder = self.folder(record.text)?;
                folder.synced_to = folder.synced_to.max(record.at);
                Ok(())
            }
            7 => {
                if record.inode != 0 {
                    let file = self.file(record.inode)?;
                    file.lost.push((file.synced_to, record.at));
                }
                Ok(())
            }
            8 => {
                let (from, to) = record.text.split_once('\0').context("a renaming has two names")?;
                let node = self.find(from).with_context(|| format!("{from} was never made"))?;
                self.name(from, now, None)?;
                self.name(to, now, Some(node))
            }
            9 => self.name(record.text, now, None),
            kind => anyhow::bail!("there is no kind {kind}"),
        }
    }

    fn add(&mut self, thing: Thing) -> Node {
        self.things.push(thing);
        self.things.len() - 1
    }

    fn find(&self, path: &str) -> Option<Node> {
        path.split('/').filter(|name| !name.is_empty()).try_fold(ROOT, |node, name| {
            match &self.things[node] {
                Thing::Folder(folder) => folder.names.get(name).copied(),
                Thing::File(_) => None,
            }
        })
    }

    fn name(&mut self, path: &str, now: u64, node: Option<Node>) -> Result<()> {
        let (folder, name) = path.rsplit_once('/').with_context(|| format!("{path:?} is no path"))?;
        let folder = self.folder(folder)?;
        match node {
            Some(node) => folder.names.insert(name.to_owned(), node),
            None => folder.names.remove(name),
        };
        folder.changes.push((now, name.to_owned(), node));
        Ok(())
    }

    fn folder(&mut self, path: &str) -> Result<&mut Folder> {
        let node = self.find(path).with_context(|| format!("{path} was never made"))?;
        match &mut self.things[node] {
            Thing::Folder(folder) => Ok(folder),
            Thing::File(_) => anyhow::bail!("{path} is a file"),
        }
    }

    fn file(&mut self, inode: u64) -> Result<&mut File> {
        let node =
            self.inodes.get(&inode).copied().with_context(|| format!("inode {inode} was never made"))?;
        match &mut self.things[node] {
            Thing::File(file) => Ok(file),
            Thing::Folder(_) => anyhow::bail!("inode {inode} is a folder"),
        }
    }

    /// Writes down what a loss of power leaves.
    pub(crate) fn leave(&self, folder: &Path, rng: &mut Rng) -> Result<()> {
        ensure!(!folder.exists(), "{} is there already", folder.display());
        self.leave_folder(ROOT, folder, rng)
    }

    fn leave_folder(&self, node: Node, path: &Path, rng: &mut Rng) -> Result<()> {
        let Thing::Folder(folder) = &self.things[node] else { return Ok(()) };
        fs::create_dir(path)?;
        for (name, node) in folder.left(rng) {
            let path = path.join(name);
            match &self.things[node] {
                Thing::File(file) => fs::write(path, file.left(rng))?,
                Thing::Folder(_) => self.leave_folder(node, &path, rng)?,
            }
        }
        Ok(())
    }
}

impl Folder {
    /// Names are kept in the order in which they were given: all that were synced, and some of the rest.
    fn left(&self, rng: &mut Rng) -> BTreeMap<String, Node> {
        let synced = self.changes.iter().filter(|(at, ..)| *at < self.synced_to).count();
        let mut names = BTreeMap::new();
        for (_, name, node) in &self.changes[..rng.usize(synced..=self.changes.len())] {
            match node {
                Some(node) => names.insert(name.clone(), *node),
                None => names.remove(name),
            };
        }
        names
    }
}

impl File {
    fn left(&self, rng: &mut Rng) -> Vec<u8> {
        let mut bytes = Vec::new();
        let pending = self.changes.iter().filter(|(at, _)| *at >= self.synced_to).count();
        // Nothing of what was not synced, all of it up to some change, or any of it.
        let (any, mut up_to) = match rng.u8(0..3) {
            0 => (false, 0),
            1 => (false, rng.usize(0..=pending)),
            _ => (true, 0),
        };
        for (at, change) in &self.changes {
            if self.lost.iter().any(|(from, to)| (from..to).contains(&at)) {
                continue;
            }
            if *at < self.synced_to {
                change.make(&mut bytes, None);
            } else if any {
                change.make(&mut bytes, Some(&mut *rng));
            } else if up_to > 0 {
                up_to -= 1;
                change.make(&mut bytes, (up_to == 0).then_some(&mut *rng));
            }
        }
        bytes
    }
}

impl Change {
    /// Makes the change, or with `torn` some of it.
    fn make(&self, bytes: &mut Vec<u8>, torn: Option<&mut Rng>) {
        match (self, torn) {
            (Self::Truncate { length }, None) => bytes.resize(*length, 0),
            (Self::Truncate { length }, Some(rng)) => {
                if rng.bool() {
                    bytes.resize(*length, 0);
                }
            }
            (Self::Write { at, data }, None) => write(bytes, *at, data),
            (Self::Write { at, data }, Some(rng)) => {
                for (number, sector) in data.chunks(SECTOR_BYTES).enumerate() {
                    if rng.bool() {
                        write(bytes, at + number * SECTOR_BYTES, sector);
                    }
                }
            }
        }
    }
}

fn write(bytes: &mut Vec<u8>, at: usize, data: &[u8]) {
    let end = at + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[at..end].copy_from_slice(data);
}

/// One record, as `shim/disk.c` writes it.
struct Record<'j> {
    kind: u32,
    inode: u64,
    at: u64,
    text: &'j str,
    data: &'j [u8],
    bytes: usize,
}

impl<'j> Record<'j> {
    fn read(journal: &'j [u8], position: usize) -> Option<Self> {
        let header = journal.get(position..position + RECORD_BYTES)?;
        let short = |at: usize| Some(u32::from_ne_bytes(header[at..at + 4].try_into().ok()?));
        let long = |at: usize| Some(u64::from_ne_bytes(header[at..at + 8].try_into().ok()?));
        let (text_bytes, data_bytes) = (short(4)? as usize, usize::try_from(long(24)?).ok()?);
        let text_from = position + RECORD_BYTES;
        let data_from = text_from + text_bytes;
        Some(Self {
            kind: short(0)?,
            inode: long(8)?,
            at: long(16)?,
            text: std::str::from_utf8(journal.get(text_from..data_from)?).ok()?,
            data: journal.get(data_from..data_from + data_bytes)?,
            bytes: RECORD_BYTES + text_bytes + data_bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a journal as the shim does.
    #[derive(Default)]
    struct Writer(Vec<u8>);

    impl Writer {
        fn note(&mut self, kind: u32, text: &str, inode: u64, at: u64, data: &[u8]) -> u64 {
            let begun = self.0.len() as u64;
            self.0.extend(kind.to_ne_bytes());
            self.0.extend(u32::try_from(text.len()).unwrap().to_ne_bytes());
            for number in [inode, at, data.len() as u64] {
                self.0.extend(number.to_ne_bytes());
            }
            self.0.extend(text.bytes());
            self.0.extend(data);
            begun
        }

        fn now(&self) -> u64 {
            self.0.len() as u64
        }
    }

    /// What is left of `/file` in many losses of power, each kind once.
    fn left(journal: &Writer) -> Vec<Option<String>> {
        let mut found: Vec<_> = (0..200)
            .map(|seed| {
                let folder = std::env::temp_dir().join(format!(
                    "journal-{}-{seed}-{}",
                    std::process::id(),
                    journal.0.len()
                ));
                let disk = Disk::at(&journal.0, journal.0.len()).unwrap();
                disk.leave(&folder, &mut Rng::with_seed(seed)).unwrap();
                let text = fs::read_to_string(folder.join("file")).ok();
                fs::remove_dir_all(folder).unwrap();
                text
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn what_was_synced_is_kept_and_the_rest_may_be() {
        let mut journal = Writer::default();
        journal.note(1, "/file", 7, 0, b"");
        journal.note(3, "", 7, 0, b"one");
        let texts =
            |texts: &[Option<&str>]| texts.iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>();
        assert_eq!(left(&journal), texts(&[None, Some(""), Some("one")]));
        let synced = journal.now();
        journal.note(5, "", 7, synced, b"");
        journal.note(6, "", 0, synced, b"");
        assert_eq!(left(&journal), texts(&[Some("one")]));
        journal.note(3, "", 7, 3, b"two");
        assert_eq!(left(&journal), texts(&[Some("one"), Some("onetwo")]));
        let failed = journal.now();
        journal.note(7, "", 7, failed, b"");
        journal.note(3, "", 7, 3, b"six");
        let later = journal.now();
        journal.note(5, "", 7, later, b"");
        assert_eq!(left(&journal), texts(&[Some("onesix")]));
        journal.note(9, "/file", 0, 0, b"");
        assert_eq!(left(&journal), texts(&[None, Some("onesix")]));
    }

    #[test]
    fn a_new_name_for_a_file_is_another_file() {
        let mut journal = Writer::default();
        journal.note(1, "/file.new", 7, 0, b"");
        journal.note(3, "", 7, 0, b"new");
        let synced = journal.now();
        journal.note(5, "", 7, synced, b"");
        journal.note(8, "/file.new\0/file", 0, 0, b"");
        assert_eq!(left(&journal), vec![None, Some("new".to_owned())]);
        let synced = journal.now();
        journal.note(6, "", 0, synced, b"");
        assert_eq!(left(&journal), vec![Some("new".to_owned())]);
    }
}
