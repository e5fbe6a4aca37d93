use super::Scope;
use crate::{
    blobs::BlobId,
    bucket::{Bucket, NULL_VERSION, Versioning},
    checksum::Checksum,
    error::{Outcome, StoreError},
};
use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params, types::Type};
use s3s::dto;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// The columns that [`Version::read`] expects, in order.
pub(crate) const VERSION_COLUMNS: &str =
    "sequence, key, version_id, latest, marker, size, etag, modified, properties, checksum";

/// What a client stores beside the bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Properties {
    pub(crate) content_type: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) expires: Option<dto::Timestamp>,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// One version of an object, or the marker that hides the ones before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Version {
    /// Greater than that of every version committed before, in the whole store.
    pub(crate) sequence: i64,
    pub(crate) key: String,
    /// Opaque; `null` for what a bucket without versions holds.
    pub(crate) id: String,
    pub(crate) latest: bool,
    pub(crate) marker: bool,
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) modified: Timestamp,
    pub(crate) properties: Properties,
    pub(crate) checksum: Option<Checksum>,
}

impl Version {
    /// Reads a row of [`VERSION_COLUMNS`].
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let size: i64 = row.get(5)?;
        let checksum: Option<String> = row.get(9)?;
        Ok(Self {
            sequence: row.get(0)?,
            key: row.get(1)?,
            id: row.get(2)?,
            latest: row.get(3)?,
            marker: row.get(4)?,
            size: size.unsigned_abs(),
            etag: row.get(6)?,
            modified: timestamp(row, 7)?,
            properties: json(8, &row.get::<_, String>(8)?)?,
            checksum: checksum.map(|text| json(9, &text)).transpose()?,
        })
    }
}

/// Reads a column of microseconds since 1970.
pub(crate) fn timestamp(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(row.get(column)?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(error)))
}

/// Reads what [`to_json`] wrote.
pub(super) fn json<T: DeserializeOwned>(column: usize, text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

/// Writes a value of our own types.
pub(super) fn to_json<T: Serialize>(value: &T) -> Outcome<String> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Database(rusqlite::Error::ToSqlConversionFailure(Box::new(error))))
}

/// Sizes stay far below 2^63.
pub(super) fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// Where the bytes of a new version come from.
#[derive(Clone, Debug)]
pub(crate) enum Contents {
    /// A delete marker has none.
    None,
    /// Kept in the index.
    Inline(Bytes),
    /// A sealed blob.
    Blob(BlobId),
    /// The parts of an upload, in order, which cease to be parts.
    Parts(String),
    /// The same as another version's.
    Version(i64),
}

/// A version to be inserted as the latest of its key.
#[derive(Clone, Debug)]
pub(crate) struct NewVersion<'v> {
    pub(crate) bucket: &'v Bucket,
    pub(crate) key: &'v str,
    pub(crate) marker: bool,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) properties: Properties,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) contents: Contents,
}

/// A run of bytes of a version.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) size: u64,
    pub(crate) held: Held,
}

/// Where the bytes of a piece are.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    Blob(BlobId),
    Inline(Bytes),
}

impl Scope<'_> {
    /// The newest version of a key, which may be a marker.
    pub(crate) fn current(&self, bucket: &str, key: &str) -> Outcome<Option<Version>> {
        let sql = format!(
            "SELECT {VERSION_COLUMNS} FROM versions WHERE bucket = ?1 AND key = ?2 ORDER BY sequence DESC LIMIT 1"
        );
        Ok(self.prepare(&sql)?.query_row(params![bucket, key], Version::read).optional()?)
    }

    /// A version by its id.
    pub(crate) fn version(&self, bucket: &str, key: &str, id: &str) -> Outcome<Option<Version>> {
        let select = format!("SELECT {VERSION_COLUMNS} FROM versions WHERE bucket = ?1 AND key = ?2");
        let found = if id == NULL_VERSION {
            // The id is not a parameter: it would be held against the condition of the index `unversioned`, and SQLite makes
            // such a statement anew each time.
            let mut statement = self.prepare(&format!("{select} AND version_id = 'null'"))?;
            statement.query_row(params![bucket, key], Version::read)
        } else {
            let mut statement = self.prepare(&format!("{select} AND sequence = ?3"))?;
            statement.query_row(params![bucket, key, sequence_of(id).unwrap_or(-1)], Version::read)
        };
        Ok(found.optional()?.filter(|version| version.id == id))
    }

    /// Inserts a version as the latest of its key; in a bucket that keeps none it replaces the one before.
    pub(crate) fn insert_version(&mut self, new: NewVersion<'_>) -> Outcome<Version> {
        let sequence = self.number()?;
        let bucket = &new.bucket.name;
        // First the pieces: they may be those of the version that is about to be replaced.
        self.insert_pieces(sequence, new.size, &new.contents)?;
        let id = if new.bucket.versioning == Versioning::Enabled {
            mint_version_id(sequence, self.draw())
        } else {
            if let Some(replaced) = self.version(bucket, new.key, NULL_VERSION)? {
                self.delete_rows(replaced.sequence)?;
            }
            NULL_VERSION.to_owned()
        };
        self.execute(
            "UPDATE versions SET latest = 0 WHERE bucket = ?1 AND key = ?2 AND latest = 1",
            params![bucket, new.key],
        )?;
        let version = Version {
            sequence,
            key: new.key.to_owned(),
            id,
            latest: true,
            marker: new.marker,
            size: new.size,
            etag: new.etag,
            modified: self.now(),
            properties: new.properties,
            checksum: new.checksum,
        };
        self.execute(
            "INSERT INTO versions (sequence, bucket, key, version_id, latest, marker, size, etag, modified, properties, checksum)
             VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                sequence,
                bucket,
                version.key,
                version.id,
                version.marker,
                signed(version.size),
                version.etag,
                version.modified.as_microsecond(),
                to_json(&version.properties)?,
                version.checksum.as_ref().map(to_json).transpose()?,
            ],
        )?;
        Ok(version)
    }

    fn insert_pieces(&mut self, sequence: i64, size: u64, contents: &Contents) -> Outcome<()> {
        const ONE: &str =
            "INSERT INTO pieces (sequence, ordinal, size, blob, data) VALUES (?1, 1, ?2, ?3, ?4)";
        match contents {
            Contents::None => {}
            Contents::Inline(bytes) => {
                self.execute(ONE, params![sequence, signed(size), None::<String>, &bytes[..]])?;
            }
            Contents::Blob(blob) => {
                self.execute(ONE, params![sequence, signed(size), blob.0, None::<Vec<u8>>])?;
            }
            Contents::Parts(upload) => {
                self.execute(
                    "INSERT INTO pieces (sequence, ordinal, size, blob, data)
                     SELECT ?1, number, size, blob, data FROM parts WHERE upload = ?2",
                    params![sequence, upload],
                )?;
                self.execute("DELETE FROM parts WHERE upload = ?1", params![upload])?;
            }
            Contents::Version(source) => {
                self.execute(
                    "INSERT INTO pieces (sequence, ordinal, size, blob, data)
                     SELECT ?1, ordinal, size, blob, data FROM pieces WHERE sequence = ?2",
                    params![sequence, source],
                )?;
            }
        }
        Ok(())
    }

    /// Deletes a version for good. If it was the latest, the one before it is the latest again.
    pub(crate) fn remove_version(&mut self, bucket: &str, version: &Version) -> Outcome<()> {
        self.delete_rows(version.sequence)?;
        if version.latest {
            self.execute(
                "UPDATE versions SET latest = 1 WHERE sequence =
                 (SELECT max(sequence) FROM versions WHERE bucket = ?1 AND key = ?2)",
                params![bucket, version.key],
            )?;
        }
        Ok(())
    }

    fn delete_rows(&mut self, sequence: i64) -> Outcome<()> {
        self.execute("DELETE FROM versions WHERE sequence = ?1", params![sequence])?;
        self.delete_and_discard("DELETE FROM pieces WHERE sequence = ?1 RETURNING blob", params![sequence])
    }

    /// The pieces of a version, in order.
    pub(crate) fn pieces(&self, sequence: i64) -> Outcome<Vec<Piece>> {
        let mut statement =
            self.prepare("SELECT size, blob, data FROM pieces WHERE sequence = ?1 ORDER BY ordinal")?;
        let pieces = statement.query_map(params![sequence], |row| {
            let size: i64 = row.get(0)?;
            let held = match row.get::<_, Option<String>>(1)? {
                Some(blob) => Held::Blob(BlobId(blob)),
                None => Held::Inline(row.get::<_, Option<Vec<u8>>>(2)?.unwrap_or_default().into()),
            };
            Ok(Piece { size: size.unsigned_abs(), held })
        })?;
        Ok(pieces.collect::<Result<_, _>>()?)
    }
}

/// A version id from which only we can tell the order: 16 digits of chance, and the sequence mixed with them. So
/// nobody can mistake its order for the order of versions, and a listing can go on behind a version that is gone.
fn mint_version_id(sequence: i64, chance: u64) -> String {
    format!("{chance:016x}{:016x}", sequence.unsigned_abs() ^ chance)
}

/// The sequence in a version id of our own, or none.
pub(crate) fn sequence_of(version_id: &str) -> Option<i64> {
    if version_id.len() != 32 {
        return None;
    }
    let chance = u64::from_str_radix(version_id.get(..16)?, 16).ok()?;
    let mixed = u64::from_str_radix(version_id.get(16..)?, 16).ok()?;
    i64::try_from(mixed ^ chance).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_version_id_gives_its_sequence_back(sequence in 0..i64::MAX, chance: u64) {
            prop_assert_eq!(sequence_of(&mint_version_id(sequence, chance)), Some(sequence));
        }

        #[test]
        fn foreign_version_ids_are_no_sequence_and_no_panic(id in ".{0,40}") {
            let _ = sequence_of(&id);
            prop_assert_eq!(sequence_of("null"), None);
        }
    }
}
