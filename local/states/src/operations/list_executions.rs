use super::{Described, page_size};
use crate::{
    StateMachines, StatesError, StoreError,
    service::Answer,
    store::{self, COLUMNS, ExecutionRow},
};
use rusqlite::params;

/// Which executions to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListExecutions {
    /// The machine's ARN.
    pub machine: String,
    /// Only those with this status.
    pub status: Option<String>,
    /// How many at most; 0 for AWS's default.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub token: Option<String>,
}

/// Executions of a machine, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionsPage {
    /// The executions.
    pub executions: Vec<Described>,
    /// Where the next page begins, if there is one.
    pub token: Option<String>,
}

const STATUSES: &[&str] = &["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];

impl StateMachines {
    /// Executions of a machine, the latest first.
    pub fn list_executions(&self, request: &ListExecutions) -> Answer<ExecutionsPage> {
        let limit = page_size(request.limit)?;
        let before = match &request.token {
            None => i64::MAX,
            Some(token) => token.parse().map_err(|_| StatesError::InvalidToken("Invalid next token"))?,
        };
        if let Some(status) = &request.status
            && !STATUSES.contains(&status.as_str())
        {
            return Err(StatesError::Validation(format!(
                "statusFilter must be one of {}",
                STATUSES.join(", ")
            )));
        }
        let machine = self.0.settings.config.machine_of(&request.machine);
        let machine = machine.ok_or_else(|| StatesError::InvalidArn(request.machine.clone()))?;
        self.transact(|transaction| {
            if store::machine(transaction, machine)?.is_none() {
                return Err(StatesError::StateMachineDoesNotExist(request.machine.clone()));
            }
            let mut statement = transaction.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM executions
                 WHERE machine = ?1 AND id < ?2 AND (?3 IS NULL OR status = ?3) ORDER BY id DESC LIMIT ?4"
            ))?;
            // One more than the page holds tells whether there is another page.
            let rows = statement
                .query_map(params![machine, before, request.status, limit + 1], ExecutionRow::read)?;
            let mut rows: Vec<ExecutionRow> = rows.collect::<Result<_, _>>().map_err(StoreError::from)?;
            let more = rows.len() > limit as usize;
            rows.truncate(limit as usize);
            let token = rows.last().filter(|_| more).map(|row| row.id.to_string());
            Ok(ExecutionsPage { executions: rows.into_iter().map(|row| self.describe(row)).collect(), token })
        })
    }
}
