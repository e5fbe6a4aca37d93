use crate::error::OpenError;
use rusqlite::Connection;
use std::path::Path;

/// The newest schema (`user_version`) this program reads and the one it writes.
pub const SCHEMA_VERSION: i64 = 1;

/// `counter` numbers every commit that makes a version, so that numbers are never used again.
/// A version owns its `pieces` in order; a piece is either a blob's name or the bytes themselves.
/// `live` serves listings without reading what is hidden or past.
const SCHEMA: &str = "
CREATE TABLE counter (value INTEGER NOT NULL) STRICT;
INSERT INTO counter (value) VALUES (0);

CREATE TABLE buckets (
    name TEXT NOT NULL PRIMARY KEY,
    versioning INTEGER NOT NULL,
    notifications INTEGER NOT NULL,
    cors TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    sequence INTEGER NOT NULL PRIMARY KEY,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    version_id TEXT NOT NULL,
    latest INTEGER NOT NULL,
    marker INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified INTEGER NOT NULL,
    properties TEXT NOT NULL,
    checksum TEXT
) STRICT;
CREATE UNIQUE INDEX history ON versions (bucket, key, sequence DESC);
CREATE UNIQUE INDEX live ON versions (bucket, key, marker) WHERE latest = 1;
CREATE UNIQUE INDEX unversioned ON versions (bucket, key) WHERE version_id = 'null';

CREATE TABLE pieces (
    sequence INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    size INTEGER NOT NULL,
    blob TEXT,
    data BLOB
) STRICT;
CREATE UNIQUE INDEX pieces_of_version ON pieces (sequence, ordinal);
CREATE INDEX pieces_of_blob ON pieces (blob) WHERE blob IS NOT NULL;

CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    initiated INTEGER NOT NULL,
    properties TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    requested TEXT,
    answer TEXT,
    completed INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX open_uploads ON uploads (bucket, key, id) WHERE answer IS NULL;

CREATE TABLE parts (
    upload TEXT NOT NULL,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    checksum TEXT NOT NULL,
    modified INTEGER NOT NULL,
    blob TEXT,
    data BLOB
) STRICT;
CREATE UNIQUE INDEX parts_of_upload ON parts (upload, number);

CREATE TABLE events (
    id INTEGER NOT NULL PRIMARY KEY,
    bucket TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
";

/// Makes `connection` durable and exclusive, and brings the schema up to date.
/// Sync on every commit (FULL) is what lets an answer mean "it is on disk".
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::Database { path: path.to_owned(), source };
    connection
        .execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA cache_size = -16000;
             PRAGMA foreign_keys = OFF;",
        )
        .map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(64);
    let transaction = connection.transaction().map_err(failed)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    if found > SCHEMA_VERSION {
        return Err(OpenError::NewerSchema { path: path.to_owned(), found, known: SCHEMA_VERSION });
    }
    if found == 0 {
        transaction.execute_batch(SCHEMA).map_err(failed)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}
