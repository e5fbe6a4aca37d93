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
use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// The shape of the tables (`user_version`). A file of a later program is not touched.
pub const SCHEMA_VERSION: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE definitions (hash TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE machines (
        name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL, created INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE executions (
        id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, machine TEXT NOT NULL, name TEXT NOT NULL,
        hash TEXT NOT NULL, state TEXT, due INTEGER, status TEXT NOT NULL, started INTEGER NOT NULL,
        stopped INTEGER, input TEXT NOT NULL, output TEXT, error TEXT, cause TEXT
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

/// Makes the connection durable and the tables there.
pub(crate) fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED_MAX);
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    if version != 0 {
        return Err(StoreError::Version { found: version, expected: SCHEMA_VERSION });
    }
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    Ok(())
}

/// More than there are statements in this crate, so none is compiled twice.
const STATEMENTS_CACHED_MAX: usize = 64;

/// The text of a definition.
pub(crate) fn definition(transaction: &Transaction<'_>, hash: &str) -> Result<Option<String>, StoreError> {
    let mut statement = transaction.prepare_cached("SELECT text FROM definitions WHERE hash = ?1")?;
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
}

impl MachineRow {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { name: row.get(0)?, role: row.get(1)?, hash: row.get(2)?, created: row.get(3)? })
    }
}

pub(crate) fn machine(transaction: &Transaction<'_>, name: &str) -> Result<Option<MachineRow>, StoreError> {
    let mut statement =
        transaction.prepare_cached("SELECT name, role, hash, created FROM machines WHERE name = ?1")?;
    Ok(statement.query_row([name], MachineRow::read).optional()?)
}

/// All machines by name, after `after`.
pub(crate) fn machines(
    transaction: &Transaction<'_>,
    after: &str,
    limit: u32,
) -> Result<Vec<MachineRow>, StoreError> {
    let mut statement = transaction.prepare_cached(
        "SELECT name, role, hash, created FROM machines WHERE name > ?1 ORDER BY name LIMIT ?2",
    )?;
    let rows = statement.query_map(params![after, limit], MachineRow::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Stores a definition and makes it the one that a machine's next executions run.
pub(crate) fn put_machine(
    transaction: &Transaction<'_>,
    machine: &MachineRow,
    text: &str,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("INSERT INTO definitions (hash, text) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![machine.hash, text])?;
    transaction
        .prepare_cached(
            "INSERT INTO machines (name, role, hash, created) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET role = excluded.role, hash = excluded.hash",
        )?
        .execute(params![machine.name, machine.role, machine.hash, machine.created])?;
    Ok(())
}

/// Forgets definitions that no machine has and no execution runs.
pub(crate) fn drop_unused_definitions(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "DELETE FROM definitions WHERE hash NOT IN (SELECT hash FROM machines)
             AND hash NOT IN (SELECT hash FROM executions)",
        )?
        .execute([])?;
    Ok(())
}
