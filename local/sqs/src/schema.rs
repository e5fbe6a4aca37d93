use crate::error::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::{fs::File, path::Path, time::Duration};

/// The `user_version` of the file. Changes with every change to the tables.
pub const SCHEMA_VERSION: i64 = 1;
/// The statements of all operations, so that none is compiled twice.
const STATEMENTS_MAX: usize = 64;

/// A message is in one queue. `visible_at` covers delay and visibility time-out alike; `receipt` is the secret
/// of the latest delivery, absent until the first one in this queue. `received_here` decides about redrive,
/// `received_total` is what receivers are told. The body comes last: a scan of the other columns skips it.
const TABLES: &str = "
    CREATE TABLE queues (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        visibility_ms INTEGER NOT NULL,
        delay_ms INTEGER NOT NULL,
        retention_ms INTEGER NOT NULL,
        receive_wait_ms INTEGER NOT NULL,
        max_message_bytes INTEGER NOT NULL,
        redrive_target TEXT,
        max_receive_count INTEGER,
        created_at INTEGER NOT NULL,
        modified_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY,
        queue INTEGER NOT NULL REFERENCES queues (id),
        visible_at INTEGER NOT NULL,
        sent_at INTEGER NOT NULL,
        received_here INTEGER NOT NULL DEFAULT 0,
        received_total INTEGER NOT NULL DEFAULT 0,
        first_received_at INTEGER,
        received_at INTEGER,
        receipt BLOB,
        dead_letter_source TEXT,
        message_id TEXT NOT NULL,
        trace_header TEXT,
        attributes TEXT,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX messages_by_visibility ON messages (queue, visible_at);
";

/// Opens the file, creating it if need be. The connection holds it alone, which also spares shared memory.
pub(crate) fn open_file(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::default())?;
    // Whoever holds the file holds it for good: there is nothing to wait for.
    connection.busy_timeout(Duration::ZERO)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    prepare(&connection)?;
    sync_directory_of(path)?;
    Ok(connection)
}

/// A store that ends with the process.
pub(crate) fn open_memory() -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory()?;
    prepare(&connection)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found {
        0 => {
            let create = format!("BEGIN; {TABLES} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;");
            Ok(connection.execute_batch(&create)?)
        }
        SCHEMA_VERSION => Ok(()),
        _ => Err(StoreError::UnknownSchema { found, known: SCHEMA_VERSION }),
    }
}

/// Makes the file's name itself survive a loss of power.
fn sync_directory_of(path: &Path) -> Result<(), StoreError> {
    let directory =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|error| StoreError::Failed { reason: format!("syncing {}: {error}", directory.display()) })
}
