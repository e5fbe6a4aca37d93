use super::{Described, check_length, constraint, page_size};
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
    /// Only those that were redriven, or only those that were not.
    pub redriven: Option<bool>,
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

const STATUSES: &[&str] = &["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"];

impl StateMachines {
    /// Executions of a machine, the latest first.
    pub async fn list_executions(&self, request: &ListExecutions) -> Answer<ExecutionsPage> {
        check_length("nextToken", request.token.as_deref(), super::EXECUTIONS_TOKEN_CHARS_MAX)?;
        let limit = page_size(request.limit)?;
        let before = match &request.token {
            None => i64::MAX,
            Some(token) => token.parse().map_err(|_| StatesError::InvalidToken("Invalid next token"))?,
        };
        if let Some(status) = &request.status
            && !STATUSES.contains(&status.as_str())
        {
            let set = format!("Member must satisfy enum value set: [{}]", STATUSES.join(", "));
            return Err(constraint("statusFilter", &set));
        }
        let machine = self.0.settings.config.machine_of(&request.machine).map(str::to_owned);
        let machine = machine.ok_or_else(|| StatesError::InvalidArn(request.machine.clone()))?;
        let ListExecutions { machine: arn, status, redriven, .. } = request.clone();
        self.look(move |service, database| {
            if store::machine(database, &machine)?.is_none() {
                return Err(StatesError::StateMachineDoesNotExist(arn));
            }
            let mut statement = database.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM executions WHERE machine = ?1 AND id < ?2 AND (?3 IS NULL OR status = ?3)
                 AND (?4 IS NULL OR (redrives > 0) = ?4) ORDER BY id DESC LIMIT ?5"
            ))?;
            // One more than the page holds tells whether there is another page.
            let wanted = params![machine, before, status, redriven, limit + 1];
            let rows = statement.query_map(wanted, ExecutionRow::read)?;
            let mut rows: Vec<ExecutionRow> = rows.collect::<Result<_, _>>().map_err(StoreError::from)?;
            let more = rows.len() > limit as usize;
            rows.truncate(limit as usize);
            let token = rows.last().filter(|_| more).map(|row| row.id.to_string());
            let executions = rows.into_iter().map(|row| service.describe(database, row));
            Ok(ExecutionsPage { executions: executions.collect::<Result<_, _>>()?, token })
        })
        .await
    }
}
