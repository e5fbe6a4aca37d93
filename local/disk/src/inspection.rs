use crate::log;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};
use thiserror::Error;

/// What every file of SQLite begins with (sqlite.org/fileformat2.html, section 1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Files up to this many bytes are checked page by page, which takes some ten milliseconds. In larger ones only the ways
/// into each table are: what is broken inside them is found when it is read, and ends the host then.
const CHECKED_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// A path in a URI.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Why a file cannot be used as it is. Nothing was written to find out.
#[derive(Debug, Error)]
pub enum Damage {
    #[error("it is missing")]
    Missing,
    #[error("it is empty")]
    Empty,
    #[error("it cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    #[error("it is not a SQLite file")]
    NotSqlite,
    #[error("its end is missing")]
    CutShort,
    #[error("it is damaged: {0}")]
    Corrupt(String),
    #[error("its log ({0}) is damaged")]
    Log(String),
    #[error("a newer version wrote it (schema {found}, this one reads {known})")]
    Newer { found: i64, known: i64 },
}

impl From<rusqlite::Error> for Damage {
    fn from(error: rusqlite::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}

/// Looks whether a service can work with its file, and changes nothing. `known` is the newest schema (`user_version`)
/// that the service reads; without one any is.
pub fn inspect(path: &Path, known: Option<i64>) -> Result<(), Damage> {
    let bytes = length(path)?;
    let log = beside(path, "-wal");
    let logged = match std::fs::read(&log) {
        Ok(log) => log,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Damage::Unreadable(error)),
    };
    check_header(path, bytes, logged.is_empty())?;
    if log::is_damaged(&logged) {
        return Err(Damage::Log(log.file_name().unwrap_or_default().to_string_lossy().into_owned()));
    }
    let connection = untouched(path)?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if let Some(known) = known.filter(|known| found > *known) {
        return Err(Damage::Newer { found, known });
    }
    if bytes <= CHECKED_BYTES_MAX { check_pages(&connection) } else { check_ways_in(&connection) }
}

/// Opens a file for reading only, with what its log holds, and leaves both as they are, also when it is closed.
pub fn untouched(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if has_log(path) {
        // Only who may write reads a log without shared memory. Nothing is written: there is no checkpoint at the end.
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "query_only", true)?;
        return Ok(connection);
    }
    let path = utf8_percent_encode(&path.to_string_lossy(), PATH).to_string();
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(format!("file:{path}?immutable=1"), flags)
}

/// Whether a host that died left something beside the file.
pub(crate) fn has_log(path: &Path) -> bool {
    std::fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0)
}

fn length(path: &Path) -> Result<u64, Damage> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.len() == 0 => Err(Damage::Empty),
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Damage::Missing),
        Err(error) => Err(Damage::Unreadable(error)),
    }
}

fn check_header(path: &Path, bytes: u64, log_is_empty: bool) -> Result<(), Damage> {
    let mut header = [0; 100];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Damage::CutShort,
        _ => Damage::Unreadable(error),
    })?;
    if !header.starts_with(MAGIC) {
        return Err(Damage::NotSqlite);
    }
    let number =
        |offset: usize| header[offset..offset + 4].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let page_bytes = match (u64::from(header[16]) << 8) | u64::from(header[17]) {
        1 => 65_536,
        bytes => bytes,
    };
    // The number of pages counts if whoever wrote it also counted the change. While there is a log, pages may be there only.
    let counts = number(24) == number(92);
    if log_is_empty && counts && bytes < number(28) * page_bytes { Err(Damage::CutShort) } else { Ok(()) }
}

fn check_pages(connection: &Connection) -> Result<(), Damage> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(Damage::Corrupt(found.replace('\n', " "))) }
}

/// The first row of each table.
fn check_ways_in(connection: &Connection) -> Result<(), Damage> {
    let mut tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let names = tables.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    for name in names {
        let table = name.replace('"', "\"\"");
        connection.prepare(&format!("SELECT * FROM \"{table}\" LIMIT 1"))?.query([])?.next()?;
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with a few rows, as a program leaves it that ended well, or one that died.
    fn file(folder: &Path, died: bool) -> PathBuf {
        let (live, left) = (folder.join("live.sqlite"), folder.join("it's left?#%20.sqlite"));
        let connection = Connection::open(&live).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA user_version = 3;
                 CREATE TABLE t (text); CREATE INDEX i ON t (text); INSERT INTO t VALUES ('a'), ('b');",
            )
            .unwrap();
        if died {
            std::fs::copy(beside(&live, "-wal"), beside(&left, "-wal")).unwrap();
            std::fs::copy(&live, &left).unwrap();
        } else {
            drop(connection);
            std::fs::copy(&live, &left).unwrap();
        }
        left
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn looking_changes_nothing() {
        for died in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let path = file(folder.path(), died);
            let before = (
                names(folder.path()),
                std::fs::read(&path).unwrap(),
                std::fs::read(beside(&path, "-wal")).ok(),
            );
            inspect(&path, Some(3)).unwrap();
            let count: i64 =
                untouched(&path).unwrap().query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
            assert_eq!(count, 2, "what the log holds is seen");
            assert!(untouched(&path).unwrap().execute("DELETE FROM t", []).is_err());
            let after = (
                names(folder.path()),
                std::fs::read(&path).unwrap(),
                std::fs::read(beside(&path, "-wal")).ok(),
            );
            assert_eq!(before, after);
            assert!(matches!(inspect(&path, Some(2)), Err(Damage::Newer { found: 3, known: 2 })));
        }
    }

    #[test]
    fn each_damage_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), false);
        let sound = std::fs::read(&path).unwrap();
        let damage = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            inspect(&path, None).unwrap_err()
        };
        assert!(matches!(damage(b""), Damage::Empty));
        assert!(matches!(damage(b"short"), Damage::CutShort));
        assert!(matches!(damage(&[b'x'; 4096]), Damage::NotSqlite));
        assert!(matches!(damage(&sound[..sound.len() - 4096]), Damage::CutShort));
        let mut garbled = sound.clone();
        garbled[4096..4200].fill(b'x');
        assert!(matches!(damage(&garbled), Damage::Corrupt(_)));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(inspect(&path, None), Err(Damage::Missing)));
    }
}
