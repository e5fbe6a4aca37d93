use crate::StoreError;
use rusqlite::{Connection, params};
use serde_json::Value;

/// Keeps an event until it is acknowledged.
pub(crate) fn push_event(database: &Connection, event: &Value) -> Result<(), StoreError> {
    database.prepare_cached("INSERT INTO outbox (event) VALUES (?1)")?.execute([event.to_string()])?;
    Ok(())
}

pub(crate) fn next_events(database: &Connection, limit: u32) -> Result<Vec<(u64, Value)>, StoreError> {
    let mut statement = database.prepare_cached("SELECT id, event FROM outbox ORDER BY id LIMIT ?1")?;
    let rows = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (id, text): (i64, String) = row?;
        let event =
            serde_json::from_str(&text).map_err(|source| StoreError::Corrupt { what: "an event", source })?;
        Ok((id.unsigned_abs(), event))
    })
    .collect()
}

pub(crate) fn acknowledge(database: &Connection, up_to: u64) -> Result<(), StoreError> {
    let up_to = i64::try_from(up_to).unwrap_or(i64::MAX);
    database.prepare_cached("DELETE FROM outbox WHERE id <= ?1")?.execute(params![up_to])?;
    Ok(())
}
