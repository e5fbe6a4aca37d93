use super::{
    Properties, Scope,
    versions::{json, signed, timestamp, to_json},
};
use crate::{
    checksum::{Algorithm, Checksum, Coverage},
    error::Outcome,
};
use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

const UPLOAD_COLUMNS: &str = "id, bucket, key, initiated, properties, algorithm, requested, answer";

/// How the parts of an upload are summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summing {
    pub(crate) algorithm: Algorithm,
    pub(crate) coverage: Coverage,
    /// Whether the client named the algorithm; if not, answers do not mention it.
    pub(crate) named: bool,
}

/// What a completion answered, to be answered again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Completion {
    pub(crate) etag: String,
    pub(crate) version_id: String,
    pub(crate) checksum: Option<Checksum>,
}

/// A multipart upload, open or completed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) initiated: Timestamp,
    pub(crate) properties: Properties,
    pub(crate) summing: Summing,
    /// The parts that were completed, and what that answered.
    pub(crate) completed: Option<(String, Completion)>,
}

impl Upload {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let requested: Option<String> = row.get(6)?;
        let answer: Option<String> = row.get(7)?;
        Ok(Self {
            id: row.get(0)?,
            bucket: row.get(1)?,
            key: row.get(2)?,
            initiated: timestamp(row, 3)?,
            properties: json(4, &row.get::<_, String>(4)?)?,
            summing: json(5, &row.get::<_, String>(5)?)?,
            completed: match (requested, answer) {
                (Some(parts), Some(answer)) => Some((parts, json(7, &answer)?)),
                _ => None,
            },
        })
    }
}

/// A part of an open upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) number: i32,
    pub(crate) size: u64,
    /// The MD5 in hexadecimal.
    pub(crate) etag: String,
    /// The checksum by the upload's algorithm, in base64.
    pub(crate) checksum: String,
    pub(crate) modified: Timestamp,
}

impl Part {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let size: i64 = row.get(1)?;
        Ok(Self {
            number: row.get(0)?,
            size: size.unsigned_abs(),
            etag: row.get(2)?,
            checksum: row.get(3)?,
            modified: timestamp(row, 4)?,
        })
    }
}

impl Scope<'_> {
    /// Opens an upload and gives its id, which sorts by age.
    pub(crate) fn insert_upload(
        &mut self,
        bucket: &str,
        key: &str,
        properties: &Properties,
        summing: Summing,
    ) -> Outcome<String> {
        let id = format!("{:016x}{:016x}", self.number()?, self.draw());
        let initiated = self.now().as_microsecond();
        self.execute(
            "INSERT INTO uploads (id, bucket, key, initiated, properties, algorithm) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![id, bucket, key, initiated, to_json(properties)?, to_json(&summing)?],
        )?;
        Ok(id)
    }

    /// An upload, if it is one of this key.
    pub(crate) fn upload(&self, bucket: &str, key: &str, id: &str) -> Outcome<Option<Upload>> {
        let sql = format!("SELECT {UPLOAD_COLUMNS} FROM uploads WHERE id = ?1 AND bucket = ?2 AND key = ?3");
        Ok(self.prepare(&sql)?.query_row(params![id, bucket, key], Upload::read).optional()?)
    }

    /// Open uploads behind (`key`, `id`) whose keys are below `end`, by key and then by age.
    pub(crate) fn open_uploads(
        &self,
        bucket: &str,
        (key, id): (&str, &str),
        end: Option<&str>,
        limit: usize,
    ) -> Outcome<Vec<Upload>> {
        let sql = format!(
            "SELECT {UPLOAD_COLUMNS} FROM uploads WHERE bucket = ?1 AND answer IS NULL AND (key, id) > (?2, ?3)
             AND (?4 IS NULL OR key < ?4) ORDER BY key, id LIMIT ?5"
        );
        let mut statement = self.prepare(&sql)?;
        let uploads =
            statement.query_map(params![bucket, key, id, end, signed(limit as u64)], Upload::read)?;
        Ok(uploads.collect::<Result<_, _>>()?)
    }

    /// Stores a part in place of an earlier one of the same number.
    pub(crate) fn put_part(
        &mut self,
        upload: &str,
        part: &Part,
        blob: Option<&str>,
        data: Option<&Bytes>,
    ) -> Outcome<()> {
        self.remove_part(upload, part.number)?;
        self.execute(
            "INSERT INTO parts (upload, number, size, etag, checksum, modified, blob, data)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                upload,
                part.number,
                signed(part.size),
                part.etag,
                part.checksum,
                part.modified.as_microsecond(),
                blob,
                data.map(|bytes| &bytes[..]),
            ],
        )?;
        Ok(())
    }

    /// The parts behind number `after`, by number.
    pub(crate) fn parts(&self, upload: &str, after: i32, limit: usize) -> Outcome<Vec<Part>> {
        let mut statement = self.prepare(
            "SELECT number, size, etag, checksum, modified FROM parts
             WHERE upload = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
        )?;
        let parts = statement.query_map(params![upload, after, signed(limit as u64)], Part::read)?;
        Ok(parts.collect::<Result<_, _>>()?)
    }

    /// Removes one part.
    pub(crate) fn remove_part(&mut self, upload: &str, number: i32) -> Outcome<()> {
        self.delete_and_discard(
            "DELETE FROM parts WHERE upload = ?1 AND number = ?2 RETURNING blob",
            params![upload, number],
        )
    }

    /// Forgets an upload and its parts.
    pub(crate) fn remove_upload(&mut self, id: &str) -> Outcome<()> {
        self.delete_and_discard("DELETE FROM parts WHERE upload = ?1 RETURNING blob", params![id])?;
        self.execute("DELETE FROM uploads WHERE id = ?1", params![id])?;
        Ok(())
    }

    /// Remembers what completing an upload answered.
    pub(crate) fn close_upload(&mut self, id: &str, requested: &str, answer: &Completion) -> Outcome<()> {
        let completed = self.now().as_microsecond();
        self.execute(
            "UPDATE uploads SET requested = ?2, answer = ?3, completed = ?4 WHERE id = ?1",
            params![id, requested, to_json(answer)?, completed],
        )?;
        Ok(())
    }
}
