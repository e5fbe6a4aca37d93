use crate::StoreError;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// An execution as it is stored. Instants are milliseconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct ExecutionRow {
    pub(crate) id: i64,
    pub(crate) arn: String,
    pub(crate) machine: String,
    pub(crate) name: String,
    pub(crate) hash: String,
    /// Where it stands; none once it has succeeded, for then nothing lets it go on.
    pub(crate) state: Option<String>,
    pub(crate) due: Option<i64>,
    pub(crate) status: String,
    pub(crate) started: i64,
    pub(crate) stopped: Option<i64>,
    pub(crate) input: String,
    pub(crate) output: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) cause: Option<String>,
    /// How often it was redriven.
    pub(crate) redrives: u32,
    /// When it was last.
    pub(crate) redriven: Option<i64>,
    /// The token that this was asked with.
    pub(crate) redrive_token: Option<String>,
}

/// The columns in the order in which [`ExecutionRow::read`] takes them.
pub(crate) const COLUMNS: &str = "id, arn, machine, name, hash, state, due, status, started, stopped, input, output, error, cause, \
    redrives, redriven, redrive_token";

impl ExecutionRow {
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            arn: row.get(1)?,
            machine: row.get(2)?,
            name: row.get(3)?,
            hash: row.get(4)?,
            state: row.get(5)?,
            due: row.get(6)?,
            status: row.get(7)?,
            started: row.get(8)?,
            stopped: row.get(9)?,
            input: row.get(10)?,
            output: row.get(11)?,
            error: row.get(12)?,
            cause: row.get(13)?,
            redrives: row.get(14)?,
            redriven: row.get(15)?,
            redrive_token: row.get(16)?,
        })
    }
}

/// By ARN.
pub(crate) fn execution(database: &Connection, arn: &str) -> Result<Option<ExecutionRow>, StoreError> {
    let mut statement =
        database.prepare_cached(&format!("SELECT {COLUMNS} FROM executions WHERE arn = ?1"))?;
    Ok(statement.query_row([arn], ExecutionRow::read).optional()?)
}

/// By row.
pub(crate) fn execution_by_id(database: &Connection, id: i64) -> Result<Option<ExecutionRow>, StoreError> {
    let mut statement =
        database.prepare_cached(&format!("SELECT {COLUMNS} FROM executions WHERE id = ?1"))?;
    Ok(statement.query_row([id], ExecutionRow::read).optional()?)
}

/// Inserts a row, all but its number; gives the number.
pub(crate) fn insert_execution(database: &Connection, row: &ExecutionRow) -> Result<i64, StoreError> {
    database
        .prepare_cached(
            "INSERT INTO executions (arn, machine, name, hash, state, due, status, started, input)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            row.arn,
            row.machine,
            row.name,
            row.hash,
            row.state,
            row.due,
            row.status,
            row.started,
            row.input
        ])?;
    Ok(database.last_insert_rowid())
}

/// Writes what a transition can change.
pub(crate) fn update_execution(database: &Connection, row: &ExecutionRow) -> Result<(), StoreError> {
    database
        .prepare_cached(
            "UPDATE executions SET state = ?2, due = ?3, status = ?4, stopped = ?5, output = ?6, error = ?7, cause = ?8,
             redrives = ?9, redriven = ?10, redrive_token = ?11 WHERE id = ?1",
        )?
        .execute(params![
            row.id,
            row.state,
            row.due,
            row.status,
            row.stopped,
            row.output,
            row.error,
            row.cause,
            row.redrives,
            row.redriven,
            row.redrive_token
        ])?;
    Ok(())
}

/// Executions that are due by `now`, the longest due first.
pub(crate) fn due_before(database: &Connection, now: i64, limit: u32) -> Result<Vec<i64>, StoreError> {
    let mut statement =
        database.prepare_cached("SELECT id FROM executions WHERE due <= ?1 ORDER BY due, id LIMIT ?2")?;
    let rows = statement.query_map(params![now, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the next execution is due.
pub(crate) fn next_due(database: &Connection) -> Result<Option<i64>, StoreError> {
    let mut statement =
        database.prepare_cached("SELECT due FROM executions WHERE due IS NOT NULL ORDER BY due LIMIT 1")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

/// Executions that ended before `limit`, the oldest first.
pub(crate) fn closed_before(database: &Connection, before: i64, limit: u32) -> Result<Vec<i64>, StoreError> {
    let mut statement =
        database.prepare_cached("SELECT id FROM executions WHERE stopped < ?1 ORDER BY stopped LIMIT ?2")?;
    let rows = statement.query_map(params![before, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets an execution with everything that belongs to it.
pub(crate) fn delete_execution(database: &Connection, id: i64) -> Result<(), StoreError> {
    database.prepare_cached("DELETE FROM history WHERE execution = ?1")?.execute([id])?;
    database.prepare_cached("DELETE FROM tasks WHERE execution = ?1")?.execute([id])?;
    database.prepare_cached("DELETE FROM executions WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Takes an execution that cannot be read out of what is due, so that it does not hold up the others.
pub(crate) fn park_execution(database: &Connection, id: i64) -> Result<(), StoreError> {
    database.prepare_cached("UPDATE executions SET due = NULL WHERE id = ?1")?.execute([id])?;
    Ok(())
}
