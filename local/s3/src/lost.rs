//! Objects whose bytes are gone: a row names a file that is not there, or has another length.

use crate::{blobs, index};
use rusqlite::Connection;
use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
};

/// A version, or a part of an upload, that has lost its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The file that should be there.
    pub file: PathBuf,
    /// The bucket's name.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// The version's id; of an upload that is under way, the upload's.
    pub version: String,
}

/// Why a store could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LostError {
    /// The index cannot be read.
    #[error("the object index cannot be read: {0}")]
    Index(#[from] rusqlite::Error),
    /// The folder of the blobs cannot be read.
    #[error("the files of objects cannot be listed: {0}")]
    Blobs(#[from] io::Error),
}

/// Compares the index with the files beside it, and changes neither. The store must not be open.
///
/// The cost is one listing of a folder and one look at each file: about a second for a million of them.
pub fn lost(directory: &Path) -> Result<Vec<Lost>, LostError> {
    let folder = directory.join(blobs::DIRECTORY);
    let mut lengths = HashMap::new();
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        lengths.insert(entry.file_name().to_string_lossy().into_owned(), entry.metadata()?.len());
    }
    let connection = local_disk::untouched(&directory.join(index::DATABASE_FILE))?;
    let mut missing = HashSet::new();
    // Most pieces are kept in the index itself: what the named one leads past is not read.
    for table in ["pieces INDEXED BY pieces_of_blob", "parts"] {
        let sql = format!("SELECT blob, size FROM {table} WHERE blob IS NOT NULL");
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (blob, size): (String, i64) = (row.get(0)?, row.get(1)?);
            if lengths.get(&blob) != Some(&size.unsigned_abs()) {
                missing.insert(blob);
            }
        }
    }
    let mut lost = Vec::new();
    for blob in missing {
        lost.extend(owners(&connection, &folder, &blob)?);
    }
    lost.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(lost)
}

fn owners(connection: &Connection, folder: &Path, blob: &str) -> rusqlite::Result<Vec<Lost>> {
    let mut statement = connection.prepare_cached(
        "SELECT bucket, key, version_id FROM versions JOIN pieces USING (sequence) WHERE blob = ?1
         UNION SELECT bucket, key, id FROM uploads JOIN parts ON upload = id WHERE blob = ?1",
    )?;
    let owners = statement.query_map([blob], |row| {
        Ok(Lost { file: folder.join(blob), bucket: row.get(0)?, key: row.get(1)?, version: row.get(2)? })
    })?;
    owners.collect()
}
