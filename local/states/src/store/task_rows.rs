use crate::StoreError;
use asl::{TaskId, TaskStart};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// To be called.
    Scheduled = 0,
    /// Being called.
    Calling = 1,
    /// Called; its token is waited for.
    Submitted = 2,
    /// Over; kept only so that its token is known.
    Closed = 3,
}

/// A task of an execution that is not over.
#[derive(Debug)]
pub(crate) struct TaskRow {
    pub(crate) execution: i64,
    pub(crate) start: TaskStart,
}

pub(crate) fn insert_task(
    database: &Connection,
    execution: i64,
    start: &TaskStart,
) -> Result<(), StoreError> {
    let text =
        serde_json::to_string(start).map_err(|source| StoreError::Corrupt { what: "a task", source })?;
    database
        .prepare_cached(
            "INSERT INTO tasks (execution, task, token, start, phase) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![execution, number(start.task), start.token, text, Phase::Scheduled as i64])?;
    Ok(())
}

pub(crate) fn set_phase(
    database: &Connection,
    execution: i64,
    task: TaskId,
    phase: Phase,
) -> Result<(), StoreError> {
    database
        .prepare_cached("UPDATE tasks SET phase = ?3 WHERE execution = ?1 AND task = ?2 AND phase < 3")?
        .execute(params![execution, number(task), phase as i64])?;
    Ok(())
}

/// A task is over. A token stays known, so that a second answer to it is told from a forged one.
pub(crate) fn close_task(database: &Connection, execution: i64, task: TaskId) -> Result<(), StoreError> {
    database
        .prepare_cached("DELETE FROM tasks WHERE execution = ?1 AND task = ?2 AND token IS NULL")?
        .execute(params![execution, number(task)])?;
    database
        .prepare_cached("UPDATE tasks SET phase = ?3, start = '' WHERE execution = ?1 AND task = ?2")?
        .execute(params![execution, number(task), Phase::Closed as i64])?;
    Ok(())
}

/// Tasks in a phase, the oldest first.
pub(crate) fn task_rows(
    database: &Connection,
    phase: Phase,
    limit: usize,
) -> Result<Vec<TaskRow>, StoreError> {
    // The phase is part of the text because the index holds only the first two of them.
    let sql = format!(
        "SELECT execution, start FROM tasks WHERE phase = {} AND phase < 2 ORDER BY id LIMIT ?1",
        phase as i64
    );
    let mut statement = database.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (execution, text): (i64, String) = row?;
        let start =
            serde_json::from_str(&text).map_err(|source| StoreError::Corrupt { what: "a task", source })?;
        Ok(TaskRow { execution, start })
    })
    .collect()
}

/// The execution and the task of a token, and whether the task is over.
pub(crate) fn task_by_token(
    database: &Connection,
    token: &str,
) -> Result<Option<(i64, TaskId, bool)>, StoreError> {
    let mut statement =
        database.prepare_cached("SELECT execution, task, phase = 3 FROM tasks WHERE token = ?1")?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, TaskId(row.get::<_, i64>(1)?.unsigned_abs()), row.get(2)?));
    Ok(statement.query_row([token], read).optional()?)
}

/// Tasks are counted from one within an execution, so none comes near the end of the range.
fn number(task: TaskId) -> i64 {
    i64::try_from(task.0).unwrap_or(i64::MAX)
}
