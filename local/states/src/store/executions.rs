use crate::StoreError;
use rusqlite::{OptionalExtension, Row, Transaction, params};

/// An execution as it is stored. Instants are milliseconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct ExecutionRow {
    pub(crate) id: i64,
    pub(crate) arn: String,
    pub(crate) machine: String,
    pub(crate) name: String,
    pub(crate) hash: String,
    /// Where it stands; none once it has ended.
    pub(crate) state: Option<String>,
    pub(crate) due: Option<i64>,
    pub(crate) status: String,
    pub(crate) started: i64,
    pub(crate) stopped: Option<i64>,
    pub(crate) input: String,
    pub(crate) output: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) cause: Option<String>,
}

/// The columns in the order in which [`ExecutionRow::read`] takes them.
pub(crate) const COLUMNS: &str =
    "id, arn, machine, name, hash, state, due, status, started, stopped, input, output, error, cause";

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
        })
    }
}

/// By ARN.
pub(crate) fn execution(
    transaction: &Transaction<'_>,
    arn: &str,
) -> Result<Option<ExecutionRow>, StoreError> {
    let mut statement =
        transaction.prepare_cached(&format!("SELECT {COLUMNS} FROM executions WHERE arn = ?1"))?;
    Ok(statement.query_row([arn], ExecutionRow::read).optional()?)
}

/// By row.
pub(crate) fn execution_by_id(
    transaction: &Transaction<'_>,
    id: i64,
) -> Result<Option<ExecutionRow>, StoreError> {
    let mut statement =
        transaction.prepare_cached(&format!("SELECT {COLUMNS} FROM executions WHERE id = ?1"))?;
    Ok(statement.query_row([id], ExecutionRow::read).optional()?)
}

/// Inserts a row, all but its number; gives the number.
pub(crate) fn insert_execution(transaction: &Transaction<'_>, row: &ExecutionRow) -> Result<i64, StoreError> {
    transaction
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
    Ok(transaction.last_insert_rowid())
}

/// Writes what a transition can change.
pub(crate) fn update_execution(transaction: &Transaction<'_>, row: &ExecutionRow) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE executions SET state = ?2, due = ?3, status = ?4, stopped = ?5, output = ?6, error = ?7, cause = ?8
             WHERE id = ?1",
        )?
        .execute(params![
            row.id, row.state, row.due, row.status, row.stopped, row.output, row.error, row.cause
        ])?;
    Ok(())
}

/// Executions that are due by `now`, the longest due first.
pub(crate) fn due_before(
    transaction: &Transaction<'_>,
    now: i64,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let mut statement =
        transaction.prepare_cached("SELECT id FROM executions WHERE due <= ?1 ORDER BY due, id LIMIT ?2")?;
    let rows = statement.query_map(params![now, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the next execution is due.
pub(crate) fn next_due(transaction: &Transaction<'_>) -> Result<Option<i64>, StoreError> {
    let mut statement = transaction
        .prepare_cached("SELECT due FROM executions WHERE due IS NOT NULL ORDER BY due LIMIT 1")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

/// Executions that ended before `limit`, the oldest first.
pub(crate) fn closed_before(
    transaction: &Transaction<'_>,
    before: i64,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let mut statement = transaction
        .prepare_cached("SELECT id FROM executions WHERE stopped < ?1 ORDER BY stopped LIMIT ?2")?;
    let rows = statement.query_map(params![before, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets an execution with everything that belongs to it.
pub(crate) fn delete_execution(transaction: &Transaction<'_>, id: i64) -> Result<(), StoreError> {
    transaction.prepare_cached("DELETE FROM history WHERE execution = ?1")?.execute([id])?;
    transaction.prepare_cached("DELETE FROM tasks WHERE execution = ?1")?.execute([id])?;
    transaction.prepare_cached("DELETE FROM executions WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Takes an execution that cannot be read out of what is due, so that it does not hold up the others.
pub(crate) fn park_execution(transaction: &Transaction<'_>, id: i64) -> Result<(), StoreError> {
    transaction.prepare_cached("UPDATE executions SET due = NULL WHERE id = ?1")?.execute([id])?;
    Ok(())
}
