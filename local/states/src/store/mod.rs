//! The tables, and the statements that more than one operation needs.

mod executions;
mod outbox;
mod task_rows;

pub(crate) use executions::{
    COLUMNS, ExecutionRow, closed_before, delete_execution, due_before, execution, execution_by_id,
    insert_execution, next_due, park_execution, update_execution,
};
pub(crate) use outbox::{acknowledge, next_events, push_event};
pub(crate) use task_rows::{Phase, TaskRow, close_task, insert_task, set_phase, task_by_token, task_rows};

use crate::StoreError;
use rusqlite::{Connection, OptionalExtension, params};

/// The shape of the tables. A file of a later program is not touched.
pub const SCHEMA_VERSION: i64 = 2;

const SCHEMA: &str = "
    CREATE TABLE definitions (hash TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE machines (
        name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL, created INTEGER NOT NULL,
        updated INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE TABLE executions (
        id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, machine TEXT NOT NULL, name TEXT NOT NULL,
        hash TEXT NOT NULL, state TEXT, due INTEGER, status TEXT NOT NULL, started INTEGER NOT NULL,
        stopped INTEGER, input TEXT NOT NULL, output TEXT, error TEXT, cause TEXT,
        redrives INTEGER NOT NULL DEFAULT 0, redriven INTEGER, redrive_token TEXT
    );
    CREATE INDEX executions_by_machine ON executions (machine, id);
    CREATE INDEX executions_due ON executions (due) WHERE due IS NOT NULL;
    CREATE INDEX executions_stopped ON executions (stopped) WHERE stopped IS NOT NULL;
    CREATE TABLE history (
        execution INTEGER NOT NULL, id INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (execution, id)
    ) WITHOUT ROWID;
    CREATE TABLE tasks (
        id INTEGER PRIMARY KEY, execution INTEGER NOT NULL, task INTEGER NOT NULL, token TEXT UNIQUE,
        start TEXT NOT NULL, phase INTEGER NOT NULL, UNIQUE (execution, task)
    );
    CREATE INDEX tasks_open ON tasks (phase, id) WHERE phase < 2;
    CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL);
";

/// From the first version: executions can be redriven, and machines know when they were changed.
const MIGRATION_FROM_1: &str = "
    ALTER TABLE executions ADD COLUMN redrives INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE executions ADD COLUMN redriven INTEGER;
    ALTER TABLE executions ADD COLUMN redrive_token TEXT;
    ALTER TABLE machines ADD COLUMN updated INTEGER NOT NULL DEFAULT 0;
    UPDATE machines SET updated = created;
";

/// Makes the connection durable and the tables there.
pub(crate) fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED_MAX);
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    let script = match version {
        0 => SCHEMA,
        1 => MIGRATION_FROM_1,
        found => return Err(StoreError::Version { found, expected: SCHEMA_VERSION }),
    };
    let transaction = connection.transaction()?;
    transaction.execute_batch(script)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    Ok(())
}

/// More than there are statements in this crate, so none is compiled twice.
const STATEMENTS_CACHED_MAX: usize = 64;

/// The text of a definition.
pub(crate) fn definition(database: &Connection, hash: &str) -> Result<Option<String>, StoreError> {
    let mut statement = database.prepare_cached("SELECT text FROM definitions WHERE hash = ?1")?;
    Ok(statement.query_row([hash], |row| row.get(0)).optional()?)
}

/// A machine as it is defined now.
#[derive(Debug)]
pub(crate) struct MachineRow {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) hash: String,
    /// Milliseconds since 1970.
    pub(crate) created: i64,
    /// When it last got another definition or role.
    pub(crate) updated: i64,
}

impl MachineRow {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get(0)?,
            role: row.get(1)?,
            hash: row.get(2)?,
            created: row.get(3)?,
            updated: row.get(4)?,
        })
    }
}

pub(crate) fn machine(database: &Connection, name: &str) -> Result<Option<MachineRow>, StoreError> {
    let mut statement =
        database.prepare_cached("SELECT name, role, hash, created, updated FROM machines WHERE name = ?1")?;
    Ok(statement.query_row([name], MachineRow::read).optional()?)
}

/// All machines by name, after `after`.
pub(crate) fn machines(
    database: &Connection,
    after: &str,
    limit: u32,
) -> Result<Vec<MachineRow>, StoreError> {
    let mut statement = database.prepare_cached(
        "SELECT name, role, hash, created, updated FROM machines WHERE name > ?1 ORDER BY name LIMIT ?2",
    )?;
    let rows = statement.query_map(params![after, limit], MachineRow::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Stores a definition and makes it the one that a machine's next executions run.
pub(crate) fn put_machine(database: &Connection, machine: &MachineRow, text: &str) -> Result<(), StoreError> {
    database
        .prepare_cached("INSERT INTO definitions (hash, text) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![machine.hash, text])?;
    database
        .prepare_cached(
            "INSERT INTO machines (name, role, hash, created, updated) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (name) DO UPDATE SET role = excluded.role, hash = excluded.hash, updated = excluded.updated
             WHERE role <> excluded.role OR hash <> excluded.hash",
        )?
        .execute(params![machine.name, machine.role, machine.hash, machine.created, machine.updated])?;
    Ok(())
}

/// How many events an execution has.
pub(crate) fn history_length(database: &Connection, execution: i64) -> Result<u64, StoreError> {
    let mut statement =
        database.prepare_cached("SELECT coalesce(max(id), 0) FROM history WHERE execution = ?1")?;
    Ok(statement.query_row([execution], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// Forgets definitions that no machine has and no execution runs.
pub(crate) fn drop_unused_definitions(database: &Connection) -> Result<(), StoreError> {
    database
        .prepare_cached(
            "DELETE FROM definitions WHERE hash NOT IN (SELECT hash FROM machines)
             AND hash NOT IN (SELECT hash FROM executions)",
        )?
        .execute([])?;
    Ok(())
}
