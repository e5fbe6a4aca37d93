use super::{check_length, page_size};
use crate::{StateMachines, StatesError, StoreError, service::Answer};
use asl::HistoryEvent;
use rusqlite::{Connection, params};

/// Which part of an execution's history to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// The execution's ARN.
    pub execution: String,
    /// How many events at most; 0 for AWS's default.
    pub limit: Option<u32>,
    /// The latest first.
    pub reverse: bool,
    /// Where the page before ended.
    pub token: Option<String>,
}

/// A part of an execution's history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPage {
    /// The events.
    pub events: Vec<HistoryEvent>,
    /// Where the next page begins, if there is one.
    pub token: Option<String>,
}

impl StateMachines {
    /// What happened in an execution.
    pub async fn execution_history(&self, query: &HistoryQuery) -> Answer<HistoryPage> {
        check_length("nextToken", query.token.as_deref(), super::PAGE_TOKEN_CHARS_MAX)?;
        let limit = page_size(query.limit)?;
        let last = match &query.token {
            None => None,
            Some(token) => {
                Some(token.parse::<i64>().map_err(|_| StatesError::InvalidToken("Invalid next token"))?)
            }
        };
        let (arn, reverse) = (query.execution.clone(), query.reverse);
        self.look(move |service, database| {
            let execution = service.find(database, &arn)?.id;
            page(database, execution, last, reverse, limit)
        })
        .await
    }
}

fn page(
    database: &Connection,
    execution: i64,
    last: Option<i64>,
    reverse: bool,
    limit: u32,
) -> Answer<HistoryPage> {
    let (sql, start) = if reverse {
        let sql = "SELECT event FROM history WHERE execution = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
        (sql, last.unwrap_or(i64::MAX))
    } else {
        let sql = "SELECT event FROM history WHERE execution = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
        (sql, last.unwrap_or(0))
    };
    let mut statement = database.prepare_cached(sql)?;
    // One more than the page holds tells whether there is another page.
    let rows = statement.query_map(params![execution, start, limit + 1], |row| row.get::<_, String>(0))?;
    let mut events = Vec::new();
    for text in rows {
        let event: HistoryEvent = serde_json::from_str(&text?)
            .map_err(|source| StoreError::Corrupt { what: "a history event", source })?;
        events.push(event);
    }
    let more = events.len() > limit as usize;
    events.truncate(limit as usize);
    let token = events.last().filter(|_| more).map(|event| event.id.to_string());
    Ok(HistoryPage { events, token })
}
